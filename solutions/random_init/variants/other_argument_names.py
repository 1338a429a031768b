import numpy as np


def initialize_parameters(input_size, hidden_size, output_size):
    n1, n2 = hidden_size * input_size, output_size * hidden_size
    draws = 0.01 * np.random.standard_normal(n1 + n2)
    return dict(
        W1=draws[:n1].reshape(hidden_size, input_size),
        b1=np.zeros((hidden_size, 1)),
        W2=draws[n1:].reshape(output_size, hidden_size),
        b2=np.zeros((output_size, 1)),
    )
