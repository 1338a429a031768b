import numpy as np


def tanh_gradient(x):
    e = np.exp(-2 * np.abs(x))
    return 4 * e / (1 + e) ** 2


def saturated_fraction(z, thresh=0.01):
    return float((tanh_gradient(np.asarray(z)) < thresh).mean())


def choose_scale(inputs, hidden_size, scales=(10, 1, 0.1, 0.01), max_share=0.01):
    def share(scale):
        shape = (hidden_size, inputs.shape[0])
        draws = [np.random.normal(0, scale, shape) for _ in range(10)]
        return np.mean([saturated_fraction(W @ inputs) for W in draws])

    return max(scale for scale in scales if share(scale) <= max_share)
