import math
import random

import numpy as np


def tanh_gradient(Z):
    result = np.zeros_like(Z)
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            a = math.tanh(Z[i, j])
            result[i, j] = (1 - a) * (1 + a)
    return result


def saturated_fraction(Z, threshold=0.01):
    slopes = tanh_gradient(Z)
    flat = 0
    for row in slopes:
        for slope in row:
            if slope < threshold:
                flat += 1
    return flat / (Z.shape[0] * Z.shape[1])


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01):
    ordered = list(candidates)
    ordered.sort()
    ordered.reverse()
    for scale in ordered:
        W = np.array([[random.gauss(0, scale) for _ in range(X.shape[0])] for _ in range(n_h)])
        if saturated_fraction(W.dot(X)) <= max_saturated:
            return scale
    return ordered[-1]
