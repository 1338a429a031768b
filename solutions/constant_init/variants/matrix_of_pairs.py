import numpy as np


def initialize_constant(n_x, n_h, n_y, value):
    W1 = np.tile(value, (n_h, n_x))
    b1 = np.repeat([[value]], n_h, axis=0)
    W2 = value * np.ones((n_y, n_h))
    b2 = np.empty((n_y, 1))
    b2.fill(value)
    return {"b2": b2, "W2": W2, "b1": b1, "W1": W1}


def hidden_activations(X, parameters):
    weights = np.hstack([parameters["W1"], parameters["b1"]])
    inputs = np.vstack([X, np.ones((1, X.shape[1]))])
    return np.tanh(weights @ inputs)


def count_distinct_hidden_units(parameters, tol=1e-12):
    units = np.hstack([parameters["W1"], parameters["b1"], parameters["W2"].T])
    same = np.abs(units[:, None, :] - units[None, :, :]).max(axis=-1) <= tol
    unvisited, parts = set(range(len(units))), 0
    while unvisited:
        parts += 1
        waiting = [unvisited.pop()]
        while waiting:
            i = waiting.pop()
            near = {j for j in unvisited if same[i, j]}
            unvisited -= near
            waiting.extend(near)
    return parts
