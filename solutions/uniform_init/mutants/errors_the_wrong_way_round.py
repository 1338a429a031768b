import numpy as np


def initialize_uniform(n_inputs, n_outputs, init_range=0.1):
    weights = np.random.uniform(-init_range, init_range, size=(n_inputs, n_outputs))
    biases = np.random.uniform(-init_range, init_range, size=n_outputs)
    return weights, biases


def train_step(inputs, targets, weights, biases, learning_rate=0.02):
    observations = inputs.shape[0]
    outputs = np.dot(inputs, weights) + biases
    deltas = targets - outputs
    loss = np.sum(deltas ** 2) / 2 / observations
    deltas_scaled = deltas / observations
    weights = weights - learning_rate * np.dot(inputs.T, deltas_scaled)
    biases = biases - learning_rate * np.sum(deltas_scaled, axis=0)
    return weights, biases, loss
