import numpy as np


def initialize_constant(n_x, n_h, n_y, value):
    W1 = np.full((n_h, n_x), value)
    b1 = np.full((n_h, 1), value)
    W2 = np.full((n_y, n_h), value)
    b2 = np.full((n_y, 1), value)
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def hidden_activations(X, parameters):
    Z1 = np.dot(parameters["W1"], X) + parameters["b1"]
    return np.tanh(Z1)


def count_distinct_hidden_units(parameters, tol=1e-6):
    W1, b1, W2 = parameters["W1"], parameters["b1"], parameters["W2"]
    found = []
    for i in range(W1.shape[0]):
        unit = np.concatenate((W1[i], b1[i], W2[:, i]))
        for other in found:
            if np.max(np.abs(unit - other)) <= tol:
                break
        else:
            found.append(unit)
    return len(found)
