import numpy as np


def initialize_uniform(n_inputs, n_outputs, init_range=0.1):
    weights = np.random.uniform(-init_range, init_range, size=(n_inputs, n_outputs))
    biases = np.random.uniform(-init_range, init_range, size=n_outputs)
    return weights, biases


def train_step(inputs, targets, weights, biases, learning_rate=0.02):
    m = inputs.shape[0]
    errors = inputs @ weights + biases - targets
    new_weights = weights - learning_rate * inputs.T @ errors / m
    new_biases = biases - learning_rate * errors.mean(axis=0)
    new_errors = inputs @ new_weights + new_biases - targets
    return new_weights, new_biases, np.sum(new_errors ** 2) / 2 / m
