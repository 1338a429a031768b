import numpy as np
from helpers import sigmoid


def initialize_with_zeros(dim: int) -> tuple[np.ndarray, float]:
    w = np.zeros((dim, 1), float)
    return [w, float(w.sum())]


def cross_entropy(A, Y, eps=1e-15):
    A = np.clip(A, eps, 1 - eps)
    return float(np.squeeze(-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))))


def propagate(w, b, X, Y):
    A = sigmoid(np.einsum("di,dm->im", w, X) + b)
    dZ = (A - Y) / Y.size
    return {"dw": np.einsum("dm,im->di", X, dZ), "db": dZ.sum()}, cross_entropy(A, Y)


def optimize(w, b, X, Y, *, num_iterations=100, learning_rate=0.009, print_cost=False):
    params, costs = {"w": np.array(w), "b": b}, []
    for i in range(num_iterations):
        grads, cost = propagate(**params, X=X, Y=Y)
        for name in params:
            params[name] = params[name] - learning_rate * grads["d" + name]
        if print_cost:
            print(i, cost)
        if i in range(0, num_iterations, 100):
            costs.append(cost)
    grads, _ = propagate(**params, X=X, Y=Y)
    return params, grads, costs
