import numpy as np
import matplotlib.pyplot as plt
from init_utils import sigmoid, relu, load_dataset

train_X, train_Y, test_X, test_Y = load_dataset()


def initialize_parameters_zeros(layers_dims):
    parameters = {}
    L = len(layers_dims)            # number of layers in the network

    for l in range(1, L):
        ### START CODE HERE ### (2 lines of code)
        parameters['W' + str(l)] = np.zeros(shape=(layers_dims[l], layers_dims[l - 1]))
        parameters['b' + str(l)] = np.zeros(shape=(layers_dims[l], 1))
        ### END CODE HERE ###
        assert (parameters['W' + str(l)].shape == (layers_dims[l], layers_dims[l - 1]))
        assert (parameters['b' + str(l)].shape == (layers_dims[l], 1))
    return parameters


parameters = initialize_parameters_zeros([3, 2, 1])
print("W1 = " + str(parameters["W1"]))
