"""Written for any number of output units, one example at a time."""

import numpy as np
from helpers import sigmoid


def forward_propagation(X, parameters):
    hidden = [parameters["W1"] @ x + parameters["b1"].ravel() for x in X.T]
    Z1 = np.stack(hidden, axis=1)
    A1 = np.tanh(Z1)
    Z2 = np.column_stack([parameters["W2"] @ a + parameters["b2"].ravel() for a in A1.T])
    return sigmoid(Z2), {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": sigmoid(Z2)}


def compute_cost(A2, Y):
    return np.sum(np.average(-Y * np.log(A2) - (1 - Y) * np.log(1 - A2), axis=1))


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    names = ("dW1", "db1", "dW2", "db2")
    grads = {n: np.zeros(parameters[n[1:]].shape) for n in names}
    for i in range(m):
        x, a1 = X[:, [i]], cache["A1"][:, [i]]
        dz2 = cache["A2"][:, [i]] - Y[:, [i]]
        dz1 = parameters["W2"].T @ dz2 * (1 - a1**2)
        for name, part in zip(names, (dz1 @ x.T, dz1, dz2 @ a1.T, dz2)):
            grads[name] += part / m
    return grads


def update_parameters(parameters, grads, learning_rate=1.2):
    parameters = {name: value.copy() for name, value in parameters.items()}
    for name in parameters:
        parameters[name] += -learning_rate * grads["d" + name]
    return parameters
