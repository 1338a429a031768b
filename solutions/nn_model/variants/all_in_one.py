import numpy as np
from helpers import sigmoid


def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False, seed=None):
    rng = np.random.default_rng(seed)
    x, y = X.T, Y.T
    m, n_x = x.shape
    U, V = rng.normal(0, 0.01, (n_x, n_h)), rng.normal(0, 0.01, (n_h, 1))
    u, v = np.zeros(n_h), np.zeros(1)
    costs, i = [], 0
    while i < num_iterations:
        h = np.tanh(x @ U + u)
        a = sigmoid(h @ V + v)
        costs.append(-np.mean(y * np.log(a) + (1 - y) * np.log(1 - a)))
        if print_cost and not i % 1000:
            print(i, costs[-1])
        d = (a - y) / m
        e = d @ V.T * (1 - h * h)
        V -= 1.2 * h.T @ d
        v -= 1.2 * d.sum(axis=0)
        U -= 1.2 * x.T @ e
        u -= 1.2 * e.sum(axis=0)
        i += 1
    return {"W1": U.T, "b1": u[:, None], "W2": V.T, "b2": v[:, None], "costs": np.array(costs)}


def predict(parameters, X):
    hidden = np.tanh(np.matmul(parameters["W1"], X) + parameters["b1"])
    return np.where(sigmoid(np.matmul(parameters["W2"], hidden) + parameters["b2"]) >= 0.5, 1.0, 0.0)
