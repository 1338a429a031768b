import numpy as np


def initialize_parameters_zeros(layers_dims):
    n_x, n_h, n_y = (list(layers_dims) + [1])[:3]
    return {
        "W1": np.zeros((n_h, n_x)),
        "b1": np.zeros((n_h, 1)),
        "W2": np.zeros((n_y, n_h)),
        "b2": np.zeros((n_y, 1)),
    }
