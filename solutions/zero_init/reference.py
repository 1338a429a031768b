"""Zero initialisation: one array of zeros for every W and every b."""

import numpy as np


def initialize_parameters_zeros(layers_dims):
    """Return a dict with W1, b1, W2, b2, … full of zeros, for the layers after the input."""
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters[f"W{l}"] = np.zeros((layers_dims[l], layers_dims[l - 1]))
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters
