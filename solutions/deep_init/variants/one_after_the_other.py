import numpy as np


def initialize_parameters_deep(layer_dims, scale=0.01):
    pairs = list(zip(layer_dims[1:], layer_dims[:-1]))
    weights = {f"W{i + 1}": scale * np.random.standard_normal(pair) for i, pair in enumerate(pairs)}
    biases = {f"b{i + 1}": np.zeros((pair[0], 1)) for i, pair in enumerate(pairs)}
    return {**weights, **biases}


def initialize_parameters_he(layers_dims):
    parameters = initialize_parameters_deep(layers_dims, 1)
    for name in parameters:
        if name.startswith("W"):
            parameters[name] = parameters[name] * (2 / parameters[name].shape[1]) ** 0.5
    return parameters


def initialize_parameters_xavier(layers_dims):
    return {name: value / np.sqrt(2) for name, value in initialize_parameters_he(layers_dims).items()}


def activation_std(X, parameters, activation):
    functions = {"tanh": np.tanh, "relu": lambda Z: Z * (Z > 0)}

    def forward(A, l):
        if f"W{l}" not in parameters:
            return ()
        A = functions[activation](parameters[f"W{l}"] @ A + parameters[f"b{l}"])
        return (np.sqrt(np.mean((A - A.mean()) ** 2)),) + forward(A, l + 1)

    return forward(X, 1)
