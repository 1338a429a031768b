"""Initialisation of deep networks, and what becomes of a signal in them."""

import numpy as np


def initialize_parameters_deep(layer_dims, scale=0.01):
    """Return a dict with W1, b1, W2, b2, …; the weights have standard deviation scale.

    layer_dims lists the units of each layer, the input first.
    Wl is (layer_dims[l], layer_dims[l - 1]), bl is (layer_dims[l], 1).
    """
    # TODO: draw W at random and set b to zero for every layer after the input.
    raise NotImplementedError


def initialize_parameters_he(layers_dims):
    """Return the same arrays; the weights have standard deviation sqrt(2 / n_prev)."""
    # TODO: give each layer the standard deviation that belongs to its number of inputs.
    raise NotImplementedError


def initialize_parameters_xavier(layers_dims):
    """Return the same arrays; the weights have standard deviation sqrt(1 / n_prev)."""
    # TODO: give each layer the standard deviation that belongs to its number of inputs.
    raise NotImplementedError


def activation_std(X, parameters, activation):
    """Return a list with np.std of all activations of layer 1, of layer 2, and so on.

    X is (n_x, m), one column for each example; activation is "tanh" or "relu".
    """
    # TODO: send X through all layers, and measure the activations of each on the way.
    raise NotImplementedError
