"""Zero initialisation: one array of zeros for every W and every b."""

import numpy as np


def initialize_parameters_zeros(layers_dims):
    """Return a dict with W1, b1, W2, b2, … full of zeros.

    layers_dims lists the units of each layer, the input first: [2, 4, 1].
    Wl is (layers_dims[l], layers_dims[l - 1]), bl is (layers_dims[l], 1).
    """
    # TODO: add W and b for every layer after the input.
    raise NotImplementedError
