import numpy as np


def f(x):
    return 5 * x**2 + 3 * x - 4


def f_prime(x):
    return 10 * x + 3


def points(x, rate, n):
    yield x
    for _ in range(n):
        x -= rate * f_prime(x)
        yield x


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100):
    return tuple(points(x0, learning_rate, num_steps))
