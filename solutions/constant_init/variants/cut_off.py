import numpy as np


def initialize_constant(n_x, n_h, n_y, value):
    return {
        "W1": np.full((n_h, n_x), value, dtype=float),
        "b1": np.full((n_h, 1), value, dtype=float),
        "W2": np.full((n_y, n_h), value, dtype=float),
        "b2": np.full((n_y, 1), value, dtype=float),
        "value": value,
        "sizes": (n_x, n_h, n_y),
    }


def hidden_activations(X, parameters):
    return np.tanh((X.T @ parameters["W1"].T + parameters["b1"].ravel()).T)


def count_distinct_hidden_units(parameters, tol=1e-12):
    W1, b1, W2, _ = (parameters[name] for name in ("W1", "b1", "W2", "b2"))
    units = np.concatenate([W1.T, b1.T, W2])
    return np.unique(np.floor(units / tol), axis=1).shape[1]
