import numpy as np


def initialize_parameters_deep(layer_dims, scale=0.01):
    parameters = {}
    n_prev = layer_dims.pop(0)
    l = 1
    while layer_dims:
        n = layer_dims.pop(0)
        parameters["W" + str(l)] = np.random.randn(n, n_prev) * scale
        parameters["b" + str(l)] = np.zeros((n, 1))
        n_prev = n
        l += 1
    return parameters


def initialize_parameters_he(layers_dims):
    parameters = {}
    n_prev = layers_dims.pop(0)
    l = 1
    while layers_dims:
        n = layers_dims.pop(0)
        parameters["W" + str(l)] = np.random.randn(n, n_prev) * np.sqrt(2 / n_prev)
        parameters["b" + str(l)] = np.zeros((n, 1))
        n_prev = n
        l += 1
    return parameters


def initialize_parameters_xavier(layers_dims):
    parameters = {}
    n_prev = layers_dims.pop(0)
    l = 1
    while layers_dims:
        n = layers_dims.pop(0)
        parameters["W" + str(l)] = np.random.randn(n, n_prev) * np.sqrt(1 / n_prev)
        parameters["b" + str(l)] = np.zeros((n, 1))
        n_prev = n
        l += 1
    return parameters


def activation_std(X, parameters, activation):
    A = X
    stds = []
    L = len(parameters) // 2
    for l in range(1, L + 1):
        Z = np.dot(parameters["W" + str(l)], A) + parameters["b" + str(l)]
        if activation == "tanh":
            A = np.tanh(Z)
        else:
            A = np.maximum(0, Z)
        stds.append(np.std(A))
    return stds
