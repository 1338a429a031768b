"""A linear model: weights and biases from a uniform start, and one step of learning."""

import numpy as np


def initialize_uniform(n_inputs, n_outputs, init_range=0.1):
    """Return weights (n_inputs, n_outputs) and biases (n_outputs,), uniform in ±init_range."""
    # TODO: draw the weights, then the biases, evenly from -init_range to init_range.
    raise NotImplementedError


def train_step(inputs, targets, weights, biases, learning_rate=0.02):
    """Return new weights, new biases and the loss before the step, as a tuple.

    inputs (m, n_inputs) and targets (m, n_outputs) have a row for each example; weights are
    (n_inputs, n_outputs) and biases (n_outputs,), and so are the new ones.
    """
    # TODO: compute outputs, errors and the loss, then move weights and biases downhill.
    raise NotImplementedError
