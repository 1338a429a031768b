import numpy as np


def weights(rows, columns, seed=1):
    return 0.01 * np.random.default_rng(seed).standard_normal((rows, columns))


def initialize_parameters(n_x, n_h, n_y):
    return {
        "W1": weights(n_h, n_x),
        "b1": np.zeros((n_h, 1)),
        "W2": weights(n_y, n_h),
        "b2": np.zeros((n_y, 1)),
    }
