import copy

import matplotlib.pyplot as plt
import numpy as np
from planar_utils import load_extra_datasets, load_planar_dataset, sigmoid
from public_tests import *
from testCases_v2 import *

X, Y = load_planar_dataset()


def forward_propagation(X, parameters):
    # YOUR CODE STARTS HERE
    W1 = parameters.get("W1")
    b1 = parameters.get("b1")
    W2 = parameters.get("W2")
    b2 = parameters.get("b2")

    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)
    # YOUR CODE ENDS HERE

    assert A2.shape == (1, X.shape[1])

    cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}

    return A2, cache


def compute_cost(A2, Y):
    m = Y.shape[1]  # number of examples

    # YOUR CODE STARTS HERE
    cost = (-1 / m) * (np.dot(Y, np.log(A2).T) + np.dot(1 - Y, np.log(1 - A2).T))
    # YOUR CODE ENDS HERE

    cost = float(np.squeeze(cost))  # makes sure cost is the dimension we expect

    return cost


def backward_propagation(parameters, cache, X, Y):
    m = X.shape[1]

    W1 = copy.deepcopy(parameters["W1"])
    W2 = copy.deepcopy(parameters["W2"])
    A1 = cache["A1"]
    A2 = cache["A2"]

    # YOUR CODE STARTS HERE
    dZ2 = A2 - Y
    dW2 = (1 / m) * np.dot(dZ2, A1.T)
    db2 = (1 / m) * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T * dZ2 * (1 - np.power(A1, 2))
    dW1 = (1 / m) * np.dot(dZ1, X.T)
    db1 = (1 / m) * np.sum(dZ1, axis=1, keepdims=True)
    # YOUR CODE ENDS HERE

    grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}

    return grads


def update_parameters(parameters, grads, learning_rate=1.2):
    # YOUR CODE STARTS HERE
    W1 = copy.deepcopy(parameters["W1"])
    b1 = copy.deepcopy(parameters["b1"])
    W2 = copy.deepcopy(parameters["W2"])
    b2 = copy.deepcopy(parameters["b2"])

    W1 -= learning_rate * grads["dW1"]
    b1 -= learning_rate * grads["db1"]
    W2 -= learning_rate * grads["dW2"]
    b2 -= learning_rate * grads["db2"]
    # YOUR CODE ENDS HERE

    parameters = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}

    return parameters


backward_propagation_test(backward_propagation)
plt.scatter(X[0, :], X[1, :], c=Y, s=40)
