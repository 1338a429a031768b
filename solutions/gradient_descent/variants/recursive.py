import numpy as np


def f(x):
    return 5 * x**2 + 3 * x - 4


def f_prime(x):
    return 10 * x + 3


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    if num_steps == 0:
        return np.array([float(x0)])
    following = x0 - learning_rate * f_prime(x0)
    return np.concatenate([[x0], gradient_descent(following, learning_rate, num_steps - 1)])
