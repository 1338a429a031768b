import math

import numpy as np


def filled(rows, columns, value):
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = value
    return result


def initialize_constant(n_x, n_h, n_y, value):
    parameters = {}
    for name, rows, columns in [("W1", n_h, n_x), ("b1", n_h, 1), ("W2", n_y, n_h), ("b2", n_y, 1)]:
        parameters[name] = filled(rows, columns, value)
    return parameters


def hidden_activations(X, parameters):
    W1, b1 = parameters["W1"], parameters["b1"]
    A = np.zeros((W1.shape[0], X.shape[1]))
    for i in range(W1.shape[0]):
        for k in range(X.shape[1]):
            total = b1[i, 0]
            for j in range(X.shape[0]):
                total += W1[i, j] * X[j, k]
            A[i, k] = math.tanh(total)
    return A


def count_distinct_hidden_units(parameters, tol=1e-12):
    units = []
    for i in range(len(parameters["W1"])):
        unit = list(parameters["W1"][i]) + list(parameters["b1"][i])
        for row in parameters["W2"]:
            unit.append(row[i])
        units.append(unit)
    kinds = []
    for unit in units:
        seen = False
        for kind in kinds:
            if all(abs(a - b) < tol for a, b in zip(unit, kind)):
                seen = True
        if not seen:
            kinds.append(unit)
    return len(kinds)
