import random

import numpy as np


def matrix(rows, columns):
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = random.gauss(0, 0.01)
    return result


def initialize_parameters(n_x, n_h, n_y):
    return {
        "b2": np.full((n_y, 1), 0.0),
        "b1": np.full((n_h, 1), 0.0),
        "W2": matrix(n_y, n_h),
        "W1": matrix(n_h, n_x),
    }
