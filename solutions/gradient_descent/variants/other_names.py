import numpy as np


def f(x):
    return 5 * x**2 + 3 * x - 4


def df(x):
    return 2 * 5 * x + 3


def gradient_descent(lr=0.05, n_iter=100, start=4.0):
    xs = np.zeros(n_iter + 1)
    xs[0] = start
    for i in range(1, n_iter + 1):
        xs[i] = xs[i - 1] - lr * df(xs[i - 1])
    return xs
