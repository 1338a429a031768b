import numpy as np


def initialize_parameters_zeros(dims):
    parameters = {}
    for number, (before, units) in enumerate(zip(dims, dims[1:]), start=1):
        parameters[f"W{number}"] = np.full((units, before), 0.0)
        parameters[f"b{number}"] = np.full((units, 1), 0.0)
    return parameters
