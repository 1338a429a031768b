import math

import numpy as np


def hidden(X, W1, b1):
    A1 = np.zeros((len(W1), X.shape[1]))
    for j in range(len(W1)):
        z = b1[j, 0] + np.zeros(X.shape[1])
        for k in range(X.shape[0]):
            z = z + W1[j, k] * X[k]
        A1[j] = np.tanh(z)
    return A1


def output(A1, W2, b2):
    z = b2[0, 0] + np.zeros(A1.shape[1])
    for j in range(len(A1)):
        z = z + W2[0, j] * A1[j]
    return 1 / (1 + np.exp(-z))


def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    np.random.seed(1)
    n_x, m = X.shape
    W1, W2 = np.random.randn(n_h, n_x) / 100, np.random.randn(1, n_h) / 100
    b1, b2 = np.zeros((n_h, 1)), np.zeros((1, 1))
    for step in range(num_iterations):
        A1 = hidden(X, W1, b1)
        error = output(A1, W2, b2) - Y[0]
        if print_cost and step % 1000 == 0:
            print(step, abs(error).mean())
        dW1, db1, dW2 = np.zeros_like(W1), np.zeros_like(b1), np.zeros_like(W2)
        for j in range(n_h):
            back = error * W2[0, j] * (1 - A1[j] ** 2)
            for k in range(n_x):
                dW1[j, k] = sum(back * X[k]) / m
            db1[j, 0] = sum(back) / m
            dW2[0, j] = sum(error * A1[j]) / m
        db2 = sum(error) / m
        W1, b1, W2, b2 = W1 - 1.2 * dW1, b1 - 1.2 * db1, W2 - 1.2 * dW2, b2 - 1.2 * db2
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def predict(parameters, X):
    A1 = hidden(X, parameters["W1"], parameters["b1"])
    answers = []
    for a in output(A1, parameters["W2"], parameters["b2"]):
        answers.append(1 if a > 0.5 else 0)
    return [answers]
