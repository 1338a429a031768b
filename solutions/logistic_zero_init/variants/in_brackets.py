import numpy as np


def sigmoid(x):
    return np.exp(x) / (1 + np.exp(x))


def initialize_with_zeros(dim):
    w = np.zeros(dim).reshape(-1, 1)
    return w, 0


def propagate(w, b, X, Y):
    m = Y.shape[1]
    A = sigmoid(np.matmul(w.T, X) + b)
    cost = -(np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T)) / m
    dZ = A - Y
    return dict(dw=np.dot(X, dZ.T) / m, db=np.sum(dZ, axis=1, keepdims=True) / m), cost


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    history = np.zeros((num_iterations,))
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        history[i] = cost.item()
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
    return dict(w=w, b=b), grads, history[::100]
