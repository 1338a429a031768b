import numpy as np


def initialize_uniform(n_inputs, n_outputs, init_range=0.1):
    weights = np.random.uniform(-init_range, init_range, size=(n_inputs, n_outputs))
    biases = np.random.uniform(-init_range, init_range, size=n_outputs)
    return weights, biases


def train_step(inputs, targets, weights, biases, learning_rate=0.02):
    weights, biases = weights.copy(), biases.copy()
    errors = inputs @ weights + biases - targets
    loss = float(np.mean(np.sum(errors**2, axis=1) / 2))
    weights -= learning_rate * np.mean([np.outer(x, e) for x, e in zip(inputs, errors)], axis=0)
    biases -= learning_rate * np.mean(errors, axis=0)
    return weights, biases, loss
