import numpy as np
from helpers import sigmoid

F = np.float32


def initialize_with_zeros(dim):
    return np.zeros((dim, 1), dtype=F), F(0)


def propagate(w, b, X, Y):
    w, b, X, Y = (np.asarray(v, dtype=F) for v in (w, b, X, Y))
    A = sigmoid(w.T @ X + b)
    cost = -np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    return {"dw": X @ (A - Y).T / F(X.shape[1]), "db": np.mean(A - Y)}, cost


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    w, b, rate = w.astype(F), F(b), F(learning_rate)
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        if i % 100 == 0:
            costs.append(cost)
        w, b = w - rate * grads["dw"], b - rate * grads["db"]
    return {"w": w, "b": b}, grads, costs
