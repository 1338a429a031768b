"""A whole network: tanh hidden layer, sigmoid output, trained by gradient descent."""

import numpy as np
from helpers import load_flower, sigmoid

# Copy your functions from random_init and backprop_step here: this file is checked alone.


def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    """Return a dict with W1 (n_h, n_x), b1 (n_h, 1), W2 (1, n_h), b2 (1, 1) after training.

    X is (n_x, m), Y is (1, m) with labels 0 and 1, n_h the number of hidden units.
    """
    # TODO: start from small random weights and take num_iterations steps at learning rate 1.2.
    raise NotImplementedError


def predict(parameters, X):
    """Return an array of shape (1, m): 1 where the network's output is above 0.5, else 0."""
    # TODO: pass X forward and cut the output at 0.5.
    raise NotImplementedError
