import numpy as np

F = np.float32


def forward(X, p):
    A1 = np.tanh(p["W1"] @ X + p["b1"])
    return A1, 1 / (1 + np.exp(-(p["W2"] @ A1 + p["b2"])))


def nn_model(X, Y, n_h, num_iterations=10_000, print_cost=False):
    X, Y = X.astype(F), Y.astype(F)
    n_x, m = X.shape
    p = {
        "W1": np.random.uniform(-0.01, 0.01, (n_h, n_x)).astype(F),
        "b1": np.zeros((n_h, 1), F),
        "W2": np.random.uniform(-0.01, 0.01, (1, n_h)).astype(F),
        "b2": np.zeros((1, 1), F),
    }
    for _ in range(num_iterations):
        A1, A2 = forward(X, p)
        dZ2 = (A2 - Y) / F(m)
        dZ1 = p["W2"].T @ dZ2 * (1 - A1**2)
        grads = {
            "W1": dZ1 @ X.T,
            "b1": dZ1.sum(1, keepdims=True),
            "W2": dZ2 @ A1.T,
            "b2": dZ2.sum(1, keepdims=True),
        }
        p = {k: p[k] - F(1.2) * grads[k] for k in p}
    return p


def predict(parameters, X):
    return np.rint(forward(X.astype(F), parameters)[1]).astype(np.int32)
