import numpy as np


def f(x):
    return 5 * x**2 + 3 * x - 4


def f_prime(x):
    return 10 * x + 3


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    path = []
    x = x0
    for _ in range(num_steps):
        path.append(x)
        x = x - learning_rate * f_prime(x)
    return np.array(path)
