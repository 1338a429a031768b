"""Reference solution: forward, cost, gradients and update for any number of output units."""

import numpy as np


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))


def forward_propagation(X, parameters):
    """Return A2 and the cache of what the backward pass needs."""
    Z1 = parameters["W1"] @ X + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = parameters["W2"] @ A1 + parameters["b2"]
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    """Return the cross-entropy, summed over output units and averaged over examples."""
    losses = -(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
    return float(losses.sum() / Y.shape[1])


def backward_propagation(parameters, cache, X, Y):
    """Return the gradients of the cost with respect to the four arrays of `parameters`."""
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - cache["A1"] ** 2)
    return {
        "dW1": dZ1 @ X.T / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
        "dW2": dZ2 @ cache["A1"].T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
    }


def update_parameters(parameters, grads, learning_rate=1.2):
    """Return new parameters, one step downhill."""
    return {name: value - learning_rate * grads[f"d{name}"] for name, value in parameters.items()}
