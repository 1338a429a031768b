import numpy as np


def tanh_gradient(Z):
    return 1 - np.square(np.tanh(Z))


def saturated_fraction(Z, threshold=0.01):
    flat = tanh_gradient(Z) < threshold
    return flat.sum() / flat.size


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01):
    remaining = sorted(candidates)
    while remaining:
        scale = remaining.pop()
        W = np.sqrt(3) * np.random.uniform(-scale, scale, size=(n_h, len(X)))
        if not saturated_fraction(W @ X) > max_saturated:
            break
    return np.float64(scale)
