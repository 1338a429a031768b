import numpy as np


def f(x):
    return 5 * x**2 + 3 * x - 4


def f_prime(x):
    return 10 * x + 3


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    path = np.full(num_steps, float(x0))
    for k in range(1, num_steps):
        path[k] = path[k - 1] - learning_rate * f_prime(path[k - 1])
    return path
