import numpy as np
import matplotlib.pyplot as plt

xs = np.linspace(-5, 5, 100)


def f(x):
    return 5 * x**2 + 3 * x - 4


plt.plot(xs, f(xs))
plt.show()


def f_prime(x):
    return 10 * x + 3


print(f_prime(-0.3))


def gradient_descent(x0=4.0, learning_rate=0.05, num_steps=100, verbose=True):
    x_history = np.zeros(num_steps + 1)
    x_current = x0
    x_history[0] = x_current
    for step in range(num_steps):
        gradient = f_prime(x_current)
        x_current = x_current - learning_rate * gradient
        x_history[step + 1] = x_current
        if verbose and step % 10 == 0:
            print(f"step {step}: x = {x_current:.4f}, f = {f(x_current):.4f}")
    return x_history


path = gradient_descent(x0=-4)
plt.plot(path, [f(x) for x in path], "o-")
plt.show()
