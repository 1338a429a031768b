import numpy as np


def sigmoid(x):
    return 0.5 * (1 + np.tanh(x / 2))


def tanh_prime(z):
    return 1 - np.tanh(z) ** 2


def forward_propagation(X, parameters):
    Z1 = parameters["W1"] @ X + parameters["b1"]
    Z2 = parameters["W2"] @ np.tanh(Z1) + parameters["b2"]
    return sigmoid(Z2), {"Z1": Z1, "A1": np.tanh(Z1), "Z2": Z2, "A2": sigmoid(Z2)}


def compute_cost(A2, Y):
    m = Y.shape[1]
    cost = -1 / m * (Y @ np.log(A2).T + (1 - Y) @ np.log(1 - A2).T)
    return cost


def backward_propagation(parameters, cache, X, Y):
    """Reads Z1 and Z2 only, and recomputes the activations."""
    m = Y.shape[1]
    dZ2 = sigmoid(cache["Z2"]) - Y
    dZ1 = np.dot(parameters["W2"].T, dZ2) * tanh_prime(cache["Z1"])
    return {
        "dW2": np.dot(dZ2, np.tanh(cache["Z1"]).T) / m,
        "db2": np.dot(dZ2, np.ones((m, 1))) / m,
        "dW1": np.dot(dZ1, X.T) / m,
        "db1": np.dot(dZ1, np.ones((m, 1))) / m,
    }


def update_parameters(parameters, grads, learning_rate=1.2):
    W1, b1, W2, b2 = (parameters[k] - learning_rate * grads["d" + k] for k in ["W1", "b1", "W2", "b2"])
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
