import numpy as np


def initialize_constant(n_x, n_h, n_y, value):
    fill = lambda *shape: np.full(shape, fill_value=value)
    return {"W1": fill(n_h, n_x), "b1": fill(n_h, 1), "W2": fill(n_y, n_h), "b2": fill(n_y, 1)}


def hidden_activations(X, parameters):
    outputs = []
    for x in X.T:
        outputs.append(np.tanh(parameters["W1"].dot(x) + parameters["b1"][:, 0]))
    return np.array(outputs).T


def count_distinct_hidden_units(parameters, tol=1e-12):
    units = np.hstack((parameters["W1"], parameters["b1"], parameters["W2"].T)).tolist()
    units.sort()
    count = 1
    for before, after in zip(units, units[1:]):
        if max(abs(a - b) for a, b in zip(before, after)) > tol:
            count += 1
    return count
