import numpy as np


def tanh_gradient(Z):
    A = np.tanh(Z)
    return 1 - A**2


def saturated_fraction(Z, threshold=0.1):
    slopes = tanh_gradient(Z)
    return np.sum(slopes < threshold) / Z.size


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01):
    for scale in sorted(candidates, reverse=True):
        W = np.random.randn(n_h, X.shape[0]) * scale
        if saturated_fraction(np.dot(W, X)) <= max_saturated:
            return scale
