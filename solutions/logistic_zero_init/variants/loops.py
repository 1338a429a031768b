import math

import numpy as np


def initialize_with_zeros(dim):
    return np.array([[0.0] for _ in range(dim)]), 0.0


def propagate(w, b, X, Y):
    dim, m = X.shape
    dw, db, cost = np.zeros((dim, 1)), 0.0, 0.0
    for i in range(m):
        z = b
        for j in range(dim):
            z += w[j, 0] * X[j, i]
        a = 1 / (1 + math.exp(-z))
        cost -= math.log(a) if Y[0, i] == 1 else math.log(1 - a)
        for j in range(dim):
            dw[j, 0] += (a - Y[0, i]) * X[j, i]
        db += a - Y[0, i]
    return {"dw": dw / m, "db": db / m}, cost / m


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    w, costs, i = w.copy(), [], 0
    while i < num_iterations:
        grads, cost = propagate(w, b, X, Y)
        if not i % 100:
            costs += [cost]
        for j in range(len(w)):
            w[j] -= learning_rate * grads["dw"][j]
        b -= learning_rate * grads["db"]
        i += 1
    return {"w": w, "b": b}, grads, costs
