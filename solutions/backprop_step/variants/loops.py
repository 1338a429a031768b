import math

import numpy as np


def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[k].tolist() for k in ("W1", "b1", "W2", "b2"))
    n_h, m = len(W1), X.shape[1]
    Z1, A1 = np.zeros((n_h, m)), np.zeros((n_h, m))
    Z2, A2 = np.zeros((1, m)), np.zeros((1, m))
    for i in range(m):
        for j in range(n_h):
            Z1[j, i] = b1[j][0]
            for k in range(X.shape[0]):
                Z1[j, i] += W1[j][k] * X[k, i]
            A1[j, i] = math.tanh(Z1[j, i])
        Z2[0, i] = b2[0][0] + sum(W2[0][j] * A1[j, i] for j in range(n_h))
        A2[0, i] = 1 / (1 + math.exp(-Z2[0, i]))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    total = 0.0
    for a, y in zip(A2[0], Y[0]):
        total -= math.log(a) if y == 1 else math.log(1 - a)
    return total / len(Y[0])


def backward_propagation(parameters, cache, X, Y):
    W2, A1, A2 = parameters["W2"], cache["A1"], cache["A2"]
    n_x, m = X.shape
    n_h = A1.shape[0]
    dW1, db1 = np.zeros((n_h, n_x)), np.zeros((n_h, 1))
    dW2, db2 = np.zeros((1, n_h)), np.zeros((1, 1))
    for i in range(m):
        error = A2[0, i] - Y[0, i]
        db2[0, 0] += error / m
        for j in range(n_h):
            dW2[0, j] += error * A1[j, i] / m
            back = W2[0, j] * error * (1 - A1[j, i] ** 2)
            db1[j, 0] += back / m
            for k in range(n_x):
                dW1[j, k] += back * X[k, i] / m
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_parameters(parameters, grads, learning_rate=1.2):
    new = {}
    for name, old in parameters.items():
        new[name] = np.empty_like(old)
        for index in np.ndindex(old.shape):
            new[name][index] = old[index] - learning_rate * grads["d" + name][index]
    return new
