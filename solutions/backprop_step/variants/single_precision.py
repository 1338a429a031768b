import numpy as np

F = np.float32


def forward_propagation(X, parameters):
    W1, b1, W2, b2 = (parameters[k].astype(F) for k in ("W1", "b1", "W2", "b2"))
    Z1 = W1 @ X.astype(F) + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    A2, Y = A2.astype(F), Y.astype(F)
    return -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))


def backward_propagation(parameters, cache, X, Y):
    m = F(X.shape[1])
    W2, A1, A2 = parameters["W2"].astype(F), cache["A1"].astype(F), cache["A2"].astype(F)
    dZ2 = A2 - Y.astype(F)
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    return {
        "dW1": dZ1 @ X.T.astype(F) / m,
        "db1": dZ1.sum(axis=1, keepdims=True) / m,
        "dW2": dZ2 @ A1.T / m,
        "db2": dZ2.sum(axis=1, keepdims=True) / m,
    }


def update_parameters(parameters, grads, learning_rate=1.2):
    rate = F(learning_rate)
    return {k: v.astype(F) - rate * grads["d" + k].astype(F) for k, v in parameters.items()}
