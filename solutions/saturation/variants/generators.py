import numpy as np


def tanh_gradient(Z):
    return 1.0 / np.cosh(Z) ** 2


def saturated_fraction(Z, threshold=0.01):
    return np.count_nonzero(tanh_gradient(Z) < threshold) / Z.size


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01, seed=None):
    rng = np.random.default_rng(seed)
    sums = rng.standard_normal((n_h, X.shape[0])) @ X
    fitting = [s for s in candidates if saturated_fraction(s * sums) <= max_saturated]
    return max(fitting) if fitting else min(candidates)
