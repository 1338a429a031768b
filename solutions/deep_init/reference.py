"""Initialisation of deep networks, and the spread of the activations layer by layer."""

import numpy as np


def initialize(layers_dims, std_of):
    """Return W1, b1, … where `std_of` gives the standard deviation for a number of inputs."""
    parameters = {}
    for l in range(1, len(layers_dims)):
        n_prev, n = layers_dims[l - 1], layers_dims[l]
        parameters[f"W{l}"] = np.random.randn(n, n_prev) * std_of(n_prev)
        parameters[f"b{l}"] = np.zeros((n, 1))
    return parameters


def initialize_parameters_deep(layer_dims, scale=0.01):
    """Return a dict with W1, b1, …: the weights have standard deviation `scale`."""
    return initialize(layer_dims, lambda n_prev: scale)


def initialize_parameters_he(layers_dims):
    """Return a dict with W1, b1, …: standard deviation sqrt(2 / n_prev)."""
    return initialize(layers_dims, lambda n_prev: np.sqrt(2 / n_prev))


def initialize_parameters_xavier(layers_dims):
    """Return a dict with W1, b1, …: standard deviation sqrt(1 / n_prev)."""
    return initialize(layers_dims, lambda n_prev: np.sqrt(1 / n_prev))


def activation_std(X, parameters, activation):
    """Return a list with the standard deviation of all activations of each layer."""
    g = {"tanh": np.tanh, "relu": lambda Z: np.maximum(Z, 0)}[activation]
    A, stds = X, []
    for l in range(1, len(parameters) // 2 + 1):
        A = g(parameters[f"W{l}"] @ A + parameters[f"b{l}"])
        stds.append(float(np.std(A)))
    return stds
