"""Gradient descent on the parabola 5x² + 3x - 4, from any start."""

import numpy as np


def f(x):
    """Return the height of the parabola 5x² + 3x - 4 at a number x."""
    # TODO: write the parabola as one Python expression.
    raise NotImplementedError


def f_prime(x):
    """Return the slope of the parabola, the derivative of f, at a number x."""
    # TODO: differentiate f on paper and write down what you get.
    raise NotImplementedError


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    """Return the path downhill, an array of shape (num_steps + 1,) that begins with x0."""
    # TODO: take num_steps steps against the slope and keep every point, the start included.
    raise NotImplementedError
