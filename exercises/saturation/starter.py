"""Saturation: how large random weights may be before tanh is flat."""

import numpy as np


def tanh_gradient(Z):
    """Return the slope of tanh at every entry of Z, in the shape of Z."""
    # TODO: compute the derivative of tanh, entry by entry.
    raise NotImplementedError


def saturated_fraction(Z, threshold=0.01):
    """Return the share of entries of Z, from 0 to 1, at which the slope is below threshold.

    Z is (n_h, m): a row for each unit, a column for each example.
    """
    # TODO: count the flat entries of Z and divide by the number of all entries.
    raise NotImplementedError


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01):
    """Return the largest candidate that saturates at most the share max_saturated.

    X is (n_x, m), the columns are examples. The weights are (n_h, n_x), standard normal
    numbers times the candidate, and there are no biases. At least one candidate fits.
    """
    # TODO: try the candidates and return the largest that fits.
    raise NotImplementedError
