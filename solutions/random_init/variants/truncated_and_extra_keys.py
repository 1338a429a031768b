import numpy as np


def draw(shape, std=0.01):
    values = np.random.normal(0, std, shape)
    while np.any(np.abs(values) > 2 * std):
        far = np.abs(values) > 2 * std
        values[far] = np.random.normal(0, std, far.sum())
    return values


def initialize_parameters(n_x, n_h, n_y, std=0.01):
    return {
        "W1": draw((n_h, n_x), std),
        "b1": np.zeros((n_h, 1)),
        "W2": draw((n_y, n_h), std),
        "b2": np.zeros((n_y, 1)),
        "sizes": (n_x, n_h, n_y),
        "method": "truncated normal",
    }
