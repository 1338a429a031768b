import numpy as np


def initialize_parameters_zeros(layers_dims):
    return [(np.zeros((n, m)), np.zeros((n, 1))) for m, n in zip(layers_dims, layers_dims[1:])]
