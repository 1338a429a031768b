"""Saturation: how large random weights may be before tanh is flat."""

import numpy as np


def tanh_gradient(Z):
    """Return the slope of tanh at every entry of Z, in the shape of Z."""
    return 1 - np.tanh(Z) ** 2


def saturated_fraction(Z, threshold=0.01):
    """Return the share of entries of Z, from 0 to 1, at which the slope is below threshold."""
    return float(np.mean(tanh_gradient(Z) < threshold))


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01):
    """Return the largest candidate that saturates at most the share max_saturated."""
    fitting = []
    for scale in candidates:
        W = np.random.randn(n_h, X.shape[0]) * scale
        if saturated_fraction(W @ X) <= max_saturated:
            fitting.append(scale)
    return max(fitting)
