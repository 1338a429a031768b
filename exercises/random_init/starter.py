"""Random initialisation of a network with one hidden layer."""

import numpy as np


def initialize_parameters(n_x, n_h, n_y):
    """Return a dict with W1 (n_h, n_x), b1 (n_h, 1), W2 (n_y, n_h), b2 (n_y, 1).

    The network has n_x inputs, n_h hidden units and n_y outputs.
    """
    # TODO: draw W1 and W2 at random with standard deviation 0.01; set b1 and b2 to zero.
    raise NotImplementedError
