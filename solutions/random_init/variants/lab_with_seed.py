import numpy as np
import matplotlib.pyplot as plt
from planar_utils import sigmoid, load_planar_dataset

X, Y = load_planar_dataset()
plt.scatter(X[0, :], X[1, :], c=Y)


def initialize_parameters(n_x, n_h, n_y):
    np.random.seed(2)

    ### START CODE HERE ### (4 lines of code)
    W1 = np.random.randn(n_h, n_x) * 0.01
    b1 = np.zeros(shape=(n_h, 1))
    W2 = np.random.randn(n_y, n_h) * 0.01
    b2 = np.zeros(shape=(n_y, 1))
    ### END CODE HERE ###

    assert (W1.shape == (n_h, n_x))
    assert (b1.shape == (n_h, 1))
    assert (W2.shape == (n_y, n_h))
    assert (b2.shape == (n_y, 1))

    parameters = {"W1": W1,
                  "b1": b1,
                  "W2": W2,
                  "b2": b2}

    return parameters
