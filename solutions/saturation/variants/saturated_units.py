import numpy as np


def tanh_gradient(Z):
    s = 1 / (1 + np.exp(-2 * Z))
    return 4 * s * (1 - s)


def saturated_fraction(Z, threshold=0.01):
    return 1 - np.mean(tanh_gradient(Z) >= threshold)


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01):
    largest = -np.inf
    for scale in candidates:
        W = np.random.randn(n_h, X.shape[0]) * scale
        slope_of_units = tanh_gradient(W @ X).mean(axis=1)
        if (slope_of_units < 0.01).mean() <= max_saturated:
            largest = max(largest, scale)
    return largest
