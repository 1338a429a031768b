import numpy as np


def initialize_uniform(n_inputs, n_outputs, init_range=0.1):
    weights = np.random.uniform(-init_range, init_range, (n_inputs, n_outputs)).astype(np.float32)
    biases = np.random.uniform(-init_range, init_range, n_outputs).astype(np.float32)
    return weights, biases


def train_step(inputs, targets, weights, biases, learning_rate=0.02):
    x, y = inputs.astype(np.float32), targets.astype(np.float32)
    w, b = weights.astype(np.float32), biases.astype(np.float32)
    errors = x @ w + b - y
    m = np.float32(len(x))
    rate = np.float32(learning_rate)
    loss = (errors ** 2).sum() / (2 * m)
    return w - rate * (x.T @ errors) / m, b - rate * errors.sum(axis=0) / m, loss
