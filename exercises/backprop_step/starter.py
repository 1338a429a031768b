"""One step of backpropagation: tanh hidden layer, sigmoid output, columns are examples."""

import numpy as np
from helpers import sigmoid


def forward_propagation(X, parameters):
    """Return A2 (1, m) and a dict with Z1, A1 (n_h, m), Z2, A2 (1, m).

    X is (n_x, m); parameters holds W1 (n_h, n_x), b1 (n_h, 1), W2 (1, n_h), b2 (1, 1).
    """
    # TODO: compute Z1, then A1 with tanh, then Z2, then A2 with sigmoid.
    raise NotImplementedError


def compute_cost(A2, Y):
    """Return the mean cross-entropy of A2 and the labels Y, both (1, m), as one float."""
    # TODO: average -(Y log A2 + (1 - Y) log(1 - A2)) over the m examples.
    raise NotImplementedError


def backward_propagation(parameters, cache, X, Y):
    """Return a dict with dW1 (n_h, n_x), db1 (n_h, 1), dW2 (1, n_h), db2 (1, 1)."""
    # TODO: start from dZ2 = A2 - Y and walk back to W1.
    raise NotImplementedError


def update_parameters(parameters, grads, learning_rate=1.2):
    """Return a new dict with W1, b1, W2, b2 after one step of gradient descent."""
    # TODO: move every array against its gradient and leave the given dict as it is.
    raise NotImplementedError
