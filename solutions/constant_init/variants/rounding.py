import numpy as np


def initialize_constant(input_size, hidden_size, output_size, constant=0.5):
    shapes = dict(
        W1=(hidden_size, input_size),
        b1=(hidden_size, 1),
        W2=(output_size, hidden_size),
        b2=(output_size, 1),
    )
    return {name: np.zeros(shape) + constant for name, shape in shapes.items()}


def hidden_activations(x, params):
    exponential = np.exp(2 * (params["W1"] @ x + params["b1"]))
    return (exponential - 1) / (exponential + 1)


def count_distinct_hidden_units(params, tolerance=1e-12):
    digits = int(round(-np.log10(tolerance)))
    units = np.column_stack((params["W1"], params["b1"], params["W2"].T)).round(digits)
    return float(len(set(map(tuple, units.tolist()))))
