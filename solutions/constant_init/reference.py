"""Constant initialisation: what one number everywhere makes of the hidden units."""

import numpy as np


def initialize_constant(n_x, n_h, n_y, value):
    """Return a dict with W1 (n_h, n_x), b1 (n_h, 1), W2 (n_y, n_h), b2 (n_y, 1)."""
    return {
        "W1": np.full((n_h, n_x), float(value)),
        "b1": np.full((n_h, 1), float(value)),
        "W2": np.full((n_y, n_h), float(value)),
        "b2": np.full((n_y, 1), float(value)),
    }


def hidden_activations(X, parameters):
    """Return the outputs of the hidden units, shape (n_h, m), for the examples in X (n_x, m)."""
    return np.tanh(parameters["W1"] @ X + parameters["b1"])


def count_distinct_hidden_units(parameters, tol=1e-12):
    """Return how many hidden units differ from each other by more than tol in some number."""
    units = np.hstack([parameters["W1"], parameters["b1"], parameters["W2"].T])
    distinct = []
    for unit in units:
        if not any(np.abs(unit - other).max() <= tol for other in distinct):
            distinct.append(unit)
    return len(distinct)
