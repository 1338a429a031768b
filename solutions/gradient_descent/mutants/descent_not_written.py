import numpy as np


def f(x):
    return 5 * x**2 + 3 * x - 4


def f_prime(x):
    return 10 * x + 3


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    """Return the path downhill, an array of shape (num_steps + 1,) that begins with x0."""
    # TODO: take num_steps steps against the slope and keep every point, the start included.
    raise NotImplementedError
