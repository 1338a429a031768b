"""Reference solution: a network with one hidden layer, trained by gradient descent."""

import numpy as np

LEARNING_RATE = 1.2


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))


def initialize_parameters(n_x, n_h, n_y):
    """Return small random weights and zero biases."""
    rng = np.random.default_rng()
    parameters = {}
    for layer, (inputs, units) in enumerate([(n_x, n_h), (n_h, n_y)], 1):
        parameters[f"W{layer}"] = rng.normal(scale=0.01, size=(units, inputs))
        parameters[f"b{layer}"] = np.zeros((units, 1))
    return parameters


def forward_propagation(X, parameters):
    """Return the activations of the hidden layer and of the output."""
    A1 = np.tanh(parameters["W1"] @ X + parameters["b1"])
    return A1, sigmoid(parameters["W2"] @ A1 + parameters["b2"])


def compute_cost(A2, Y):
    """Return the mean cross-entropy."""
    return float(-np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)))


def take_step(parameters, X, Y):
    """Return the parameters one step further down."""
    m = X.shape[1]
    A1, A2 = forward_propagation(X, parameters)
    dZ2 = A2 - Y
    dZ1 = (parameters["W2"].T @ dZ2) * (1 - A1**2)
    grads = {
        "W1": dZ1 @ X.T / m,
        "b1": dZ1.sum(axis=1, keepdims=True) / m,
        "W2": dZ2 @ A1.T / m,
        "b2": dZ2.sum(axis=1, keepdims=True) / m,
    }
    return {name: value - LEARNING_RATE * grads[name] for name, value in parameters.items()}


def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    """Return the parameters after `num_iterations` steps from a small random start."""
    parameters = initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for i in range(num_iterations):
        if print_cost and i % 1000 == 0:
            cost = compute_cost(forward_propagation(X, parameters)[1], Y)
            print(f"cost after iteration {i}: {cost:.6f}")  # noqa: T201
        parameters = take_step(parameters, X, Y)
    return parameters


def predict(parameters, X):
    """Return 1 where the output is above a half, else 0."""
    return (forward_propagation(X, parameters)[1] > 0.5).astype(int)
