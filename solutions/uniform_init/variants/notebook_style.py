import numpy as np
import matplotlib.pyplot as plt

observations = 1000

xs = np.random.uniform(low=-10, high=10, size=(observations, 1))
zs = np.random.uniform(-10, 10, (observations, 1))
inputs = np.column_stack((xs, zs))
targets = 2 * xs - 3 * zs + 5 + np.random.uniform(-1, 1, (observations, 1))


def initialize_uniform(n_inputs, n_outputs, init_range=0.1):
    weights = np.random.uniform(low=-init_range, high=init_range, size=(n_inputs, n_outputs))
    biases = np.random.uniform(low=-init_range, high=init_range, size=n_outputs)
    print(weights)
    print(biases)
    return weights, biases


learning_rate = 0.02


def train_step(inputs, targets, weights, biases, learning_rate=0.02):
    m = targets.shape[0]
    outputs = np.dot(inputs, weights) + biases
    deltas = targets - outputs
    loss = np.sum(deltas**2) / (2 * m)
    weights = weights + learning_rate * np.dot(inputs.T, deltas) / m
    biases = biases + learning_rate * np.sum(deltas, axis=0) / m
    return weights, biases, np.array([[loss]])


weights, biases = initialize_uniform(2, 1)
losses = []
for i in range(100):
    weights, biases, loss = train_step(inputs, targets, weights, biases)
    losses.append(loss)
plt.plot(losses)
plt.show()
