import numpy as np


def f(x):
    return 5 * x**2 + 3 * x - 4


def f_prime(x):
    return 10 * x + 3


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    bottom = -3 / 10
    k = np.arange(num_steps + 1)
    return bottom + (x0 - bottom) * (1 - 10 * learning_rate) ** k
