"""Reference solution: logistic regression by gradient descent from zeros."""

import numpy as np


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))


def initialize_with_zeros(dim):
    """Return a column of zeros and the number zero."""
    return np.zeros((dim, 1)), 0.0


def propagate(w, b, X, Y):
    """Return the gradients of the mean cross-entropy, and the cost itself."""
    m = X.shape[1]
    A = sigmoid(w.T @ X + b)
    cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
    grads = {"dw": X @ (A - Y).T / m, "db": float(np.sum(A - Y) / m)}
    return grads, float(cost)


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    """Return the parameters, the last gradients and every hundredth cost."""
    costs, grads = [], {}
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
            if print_cost:
                print(f"cost after iteration {i}: {cost:.6f}")  # noqa: T201
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return {"w": w, "b": b}, grads, costs
