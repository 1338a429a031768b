import numpy as np


def initialize_parameters_zeros(layers_dims):
    if len(layers_dims) < 2:
        return {}
    *rest, before, units = layers_dims
    last = len(rest) + 1
    return {
        "b" + str(last): np.zeros((units, 1)),
        "W" + str(last): np.zeros((units, before)),
        **initialize_parameters_zeros([*rest, before]),
    }
