"""Logistic regression that starts from zeros: one unit, no hidden layer, columns are examples."""

import numpy as np
from helpers import sigmoid


def initialize_with_zeros(dim):
    """Return w, zeros of shape (dim, 1), and b, the number 0.0."""
    # TODO: make the column and return it with the number.
    raise NotImplementedError


def propagate(w, b, X, Y):
    """Return a dict with dw (dim, 1) and db, one number, and the cost, one number.

    w is (dim, 1), b a number, X is (dim, m) and Y is (1, m) with labels 0 and 1.
    """
    # TODO: compute A, then the mean cross-entropy, then its gradients.
    raise NotImplementedError


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    """Return a dict with w and b, a dict with the last dw and db, and a list of costs.

    The list holds the costs at iterations 0, 100, 200 and so on.
    """
    # TODO: repeat: propagate, note the cost if it is time, step downhill with w and with b.
    raise NotImplementedError
