"""What this exercise gives you: import `sigmoid` from here or write your own."""

import numpy as np


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))
