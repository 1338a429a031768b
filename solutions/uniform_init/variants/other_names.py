import numpy as np


def initialise_uniform(n_in, n_out, r=0.1, seed=None):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-r, r, size=(n_in, n_out)), rng.uniform(-r, r, size=n_out)]


def train_step(X, Y, W, b, lr=0.02, verbose=False):
    m = len(X)
    error = X.dot(W) + b - Y
    grad_W, grad_b = X.T.dot(error) / m, error.mean(axis=0)
    return [W - lr * grad_W, b - lr * grad_b, 0.5 * np.mean(np.sum(error**2, axis=1))]
