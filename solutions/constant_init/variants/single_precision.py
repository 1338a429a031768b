import numpy as np


def initialize_constant(n_x, n_h, n_y, value, dtype=np.float32):
    W1 = np.full((n_h, n_x), value, dtype=dtype)
    b1 = np.full((n_h, 1), value, dtype=dtype)
    W2 = np.full((n_y, n_h), value, dtype=dtype)
    b2 = np.full((n_y, 1), value, dtype=dtype)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def hidden_activations(X, parameters):
    W1 = parameters["W1"].astype(np.float32)
    return np.tanh(W1 @ X.astype(np.float32) + parameters["b1"].astype(np.float32))


def count_distinct_hidden_units(parameters, tol=1e-12):
    units = np.c_[parameters["W1"], parameters["b1"], parameters["W2"].T]
    different = []
    for unit in units:
        if not any(np.allclose(unit, other, rtol=0, atol=tol) for other in different):
            different.append(unit)
    return np.int64(len(different))
