import random

import numpy as np


def initialize_uniform(n_inputs, n_outputs, init_range=0.1):
    weights = np.zeros((n_inputs, n_outputs))
    biases = np.zeros(n_outputs)
    for j in range(n_outputs):
        for i in range(n_inputs):
            weights[i, j] = random.uniform(-init_range, init_range)
        biases[j] = random.uniform(-init_range, init_range)
    return weights, biases


def train_step(inputs, targets, weights, biases, learning_rate=0.02):
    m, n_in = inputs.shape
    n_out = targets.shape[1]
    dw = np.zeros((n_in, n_out))
    db = np.zeros(n_out)
    loss = 0.0
    for k in range(m):
        for j in range(n_out):
            error = biases[j] - targets[k, j]
            for i in range(n_in):
                error += inputs[k, i] * weights[i, j]
            loss += error * error / 2
            db[j] += error
            for i in range(n_in):
                dw[i, j] += error * inputs[k, i]
    return weights - learning_rate * dw / m, biases - learning_rate * db / m, loss / m
