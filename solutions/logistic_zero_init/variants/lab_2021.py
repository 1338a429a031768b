import copy

import numpy as np
from public_tests import *


def sigmoid(z):
    # YOUR CODE STARTS HERE
    s = 1.0 / (1.0 + np.exp(-z))
    # YOUR CODE ENDS HERE
    return s


def initialize_with_zeros(dim):
    # YOUR CODE STARTS HERE
    w = np.zeros((dim, 1))
    b = 0.0
    # YOUR CODE ENDS HERE

    return w, b


dim = 2
w, b = initialize_with_zeros(dim)
assert type(b) == float
print("w = " + str(w))


def propagate(w, b, X, Y):
    m = X.shape[1]

    # YOUR CODE STARTS HERE
    A = sigmoid(np.dot(w.T, X) + b)
    cost = -np.sum(np.dot(np.log(A), Y.T) + np.dot(np.log(1 - A), (1 - Y).T)) / m
    dw = np.dot(X, (A - Y).T) / m
    db = np.sum(A - Y) / m
    # YOUR CODE ENDS HERE
    cost = np.squeeze(np.array(cost))

    grads = {"dw": dw, "db": db}

    return grads, cost


def optimize(w, b, X, Y, num_iterations=100, learning_rate=0.009, print_cost=False):
    w = copy.deepcopy(w)
    b = copy.deepcopy(b)

    costs = []

    for i in range(num_iterations):
        # YOUR CODE STARTS HERE
        grads, cost = propagate(w, b, X, Y)
        # YOUR CODE ENDS HERE

        dw = grads["dw"]
        db = grads["db"]

        # YOUR CODE STARTS HERE
        w -= learning_rate * dw
        b -= learning_rate * db
        # YOUR CODE ENDS HERE

        if i % 100 == 0:
            costs.append(cost)

            if print_cost:
                print("Cost after iteration %i: %f" % (i, cost))

    params = {"w": w, "b": b}
    grads = {"dw": dw, "db": db}

    return params, grads, costs
