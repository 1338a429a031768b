import numpy as np
from helpers import sigmoid


def initialise_with_zeros(n_features):
    return np.full((n_features, 1), 0.0), 0.0


def propagate(weights, bias, x, y):
    a = sigmoid(weights.T.dot(x) + bias)
    dz = a - y
    grads = {"A": a, "dZ": dz, "dw": (x * dz).mean(axis=1, keepdims=True), "db": dz.mean()}
    return grads, np.where(y == 1, -np.log(a), -np.log1p(-a)).mean()


def optimise(weights, bias, x, y, n_iter=100, lr=0.009, verbose=False, every=100):
    costs = ()
    for step in range(1, n_iter + 1):
        grads, cost = propagate(weights, bias, x, y)
        if (step - 1) % every == 0:
            costs = (*costs, cost)
        weights = np.subtract(weights, lr * grads["dw"])
        bias = np.subtract(bias, lr * grads["db"])
    return {"w": weights, "b": bias, "steps": n_iter}, grads, costs
