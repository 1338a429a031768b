import numpy as np
import matplotlib.pyplot as plt

print("2-3-2")
plt.plot([1, 2, 3])


def initialize_constant(n_x, n_h, n_y, value):
    ### START CODE HERE ###
    W1 = np.ones((n_h, n_x)) * value
    b1 = np.ones((n_h, 1)) * value
    W2 = np.ones((n_y, n_h)) * value
    b2 = np.ones((n_y, 1)) * value
    ### END CODE HERE ###
    assert W1.shape == (n_h, n_x)
    parameters = {"W1": W1,
                  "b1": b1,
                  "W2": W2,
                  "b2": b2}
    return parameters


parameters = initialize_constant(2, 3, 2, 0.5)


def hidden_activations(X, parameters):
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    print(A1.shape)
    return A1


hidden_activations(np.zeros((2, 4)), parameters)


def count_distinct_hidden_units(parameters, tol=1e-12):
    W1 = parameters["W1"]
    b1 = parameters["b1"]
    W2 = parameters["W2"]
    n_h = W1.shape[0]
    distinct = 0
    for i in range(n_h):
        is_new = True
        for j in range(i):
            same_row = np.max(np.abs(W1[i, :] - W1[j, :])) <= tol
            same_bias = abs(b1[i, 0] - b1[j, 0]) <= tol
            same_column = np.max(np.abs(W2[:, i] - W2[:, j])) <= tol
            if same_row and same_bias and same_column:
                is_new = False
        if is_new:
            distinct += 1
    return distinct
