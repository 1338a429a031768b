import numpy as np
import matplotlib.pyplot as plt

np.random.seed(3)
plt.plot(np.linspace(-3, 3), np.tanh(np.linspace(-3, 3)))


def tanh_gradient(Z):
    ### START CODE HERE ### (2 lines)
    A = np.tanh(Z)
    dA = 1 - np.power(A, 2)
    ### END CODE HERE ###
    assert dA.shape == Z.shape
    return dA


print(tanh_gradient(np.array([0.0, 1.0])))


def saturated_fraction(Z, threshold=0.01):
    ### START CODE HERE ###
    slopes = tanh_gradient(Z)
    saturated = (slopes < threshold)
    fraction = np.mean(saturated)
    ### END CODE HERE ###
    return fraction


def choose_scale(X, n_h, candidates=(10, 1, 0.1, 0.01), max_saturated=0.01):
    np.random.seed(2)
    n_x, m = X.shape
    best = 0
    for candidate in candidates:
        W1 = np.random.randn(n_h, n_x) * candidate
        b1 = np.zeros((n_h, 1))
        Z1 = np.dot(W1, X) + b1
        print(candidate, saturated_fraction(Z1))
        if saturated_fraction(Z1) <= max_saturated and candidate > best:
            best = candidate
    return best
