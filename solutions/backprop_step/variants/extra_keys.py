import numpy as np


def sigmoid(z):
    return np.exp(z) / (1 + np.exp(z))


def forward_propagation(X, parameters, verbose=False):
    Z1 = np.matmul(parameters["W1"], X) + parameters["b1"]
    A1 = np.tanh(Z1)
    Z2 = np.matmul(parameters["W2"], A1) + parameters["b2"]
    A2 = sigmoid(Z2)
    cache = {"A0": X, "Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2, "activations": ("tanh", "sigmoid")}
    return A2, cache


def compute_cost(A2, Y, parameters=None, eps=0):
    m = Y.shape[1]
    losses = Y * np.log(A2 + eps) + (1 - Y) * np.log(1 - A2 + eps)
    return np.squeeze(-1 / m * np.sum(losses, axis=1, keepdims=True))


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]
    dZ2 = cache["A2"] - Y
    dA1 = parameters["W2"].T.dot(dZ2)
    dZ1 = dA1 * (1 - cache["A1"] * cache["A1"])
    grads = {"dZ2": dZ2, "dA1": dA1, "dZ1": dZ1, "m": m}
    grads["dW2"] = dZ2.dot(cache["A1"].T) / m
    grads["db2"] = np.mean(dZ2, axis=1, keepdims=True)
    grads["dW1"] = dZ1.dot(X.T) / m
    grads["db1"] = np.mean(dZ1, axis=1, keepdims=True)
    return grads


def update_parameters(parameters, grads, learning_rate=1.2):
    updated = dict(parameters)
    updated["step"] = learning_rate
    for layer in (1, 2):
        for kind in "Wb":
            name = f"{kind}{layer}"
            updated[name] = parameters[name] - learning_rate * grads["d" + name]
    return updated
