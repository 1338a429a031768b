import numpy as np


COEFFICIENTS = [5.0, 3.0, -4.0]


def f(x):
    return np.polyval(COEFFICIENTS, x)


def f_prime(x):
    return np.poly1d(COEFFICIENTS).deriv()(x)


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    path = [x0]
    x = x0
    for _ in range(num_steps):
        x = x - learning_rate * f_prime(x)
        path.append(x)
    return np.array(path)
