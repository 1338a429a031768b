import numpy as np


def initialize_parameters_deep(dims, std=0.01, seed=None):
    if seed is not None:
        np.random.seed(seed)
    parameters = {}
    L = len(dims) - 1
    for l in range(1, L + 1):
        parameters["W" + str(l)] = np.random.randn(dims[l], dims[l - 1]) * std
        parameters["b" + str(l)] = np.zeros((dims[l], 1))
    parameters["L"] = L
    return parameters


def initialize_parameters_he(dims, seed=None):
    if seed is not None:
        np.random.seed(seed)
    parameters = {}
    L = len(dims) - 1
    for l in range(1, L + 1):
        parameters["W" + str(l)] = np.random.randn(dims[l], dims[l - 1]) * np.sqrt(2 / dims[l - 1])
        parameters["b" + str(l)] = np.zeros((dims[l], 1))
    parameters["L"] = L
    return parameters


def initialize_parameters_xavier(dims, seed=None):
    if seed is not None:
        np.random.seed(seed)
    parameters = {}
    L = len(dims) - 1
    for l in range(1, L + 1):
        parameters["W" + str(l)] = np.random.randn(dims[l], dims[l - 1]) * np.sqrt(1 / dims[l - 1])
        parameters["b" + str(l)] = np.zeros((dims[l], 1))
    parameters["L"] = L
    return parameters


def activation_std(x, params, kind="tanh"):
    A = x
    stds = []
    L = len(params) // 2
    for l in range(1, L + 1):
        Z = np.dot(params["W" + str(l)], A) + params["b" + str(l)]
        if kind == "tanh":
            A = np.tanh(Z)
        else:
            A = np.maximum(0, Z)
        stds.append(np.std(A))
    return stds
