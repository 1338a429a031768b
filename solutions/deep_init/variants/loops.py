import math
import random

import numpy as np


def layer(rows, columns, std):
    W = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            W[i, j] = random.gauss(0, std)
    return W, np.full((rows, 1), 0.0)


def network(dims, rule):
    result = {}
    for number, (before, units) in enumerate(zip(dims, dims[1:]), 1):
        result[f"W{number}"], result[f"b{number}"] = layer(units, before, rule(before))
    return result


def initialize_parameters_deep(layer_dims, scale=0.01):
    return network(layer_dims, lambda before: scale)


def initialize_parameters_he(layers_dims):
    return network(layers_dims, lambda before: math.sqrt(2 / before))


def initialize_parameters_xavier(layers_dims):
    return network(layers_dims, lambda before: before ** -0.5)


def activation_std(X, parameters, activation):
    result = []
    columns = [list(x) for x in X.T]
    layer = 1
    while f"W{layer}" in parameters:
        W, b = parameters[f"W{layer}"], parameters[f"b{layer}"]
        following = []
        for x in columns:
            z = [sum(w * a for w, a in zip(row, x)) + float(shift[0]) for row, shift in zip(W, b)]
            following.append([math.tanh(v) if activation == "tanh" else max(v, 0.0) for v in z])
        columns = following
        numbers = [a for x in columns for a in x]
        mean = sum(numbers) / len(numbers)
        result.append(math.sqrt(sum((a - mean) ** 2 for a in numbers) / len(numbers)))
        layer += 1
    return result
