"""Reference solution: the parabola, its slope, and a walk that keeps every point."""

import numpy as np


def f(x):
    """Return the height of 5x² + 3x - 4."""
    return 5 * x**2 + 3 * x - 4


def f_prime(x):
    """Return the slope of f."""
    return 10 * x + 3


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    """Return num_steps + 1 points, each a step downhill from the one before."""
    path = np.empty(num_steps + 1)
    path[0] = x0
    for k in range(num_steps):
        path[k + 1] = path[k] - learning_rate * f_prime(path[k])
    return path
