import math


def f(x: float) -> float:
    return math.fsum([5 * math.pow(x, 2), 3 * x, -4])


def f_prime(x: float) -> float:
    return float(10 * x + 3)


def gradient_descent(x0: float = 4.0, learning_rate: float = 0.05, num_steps: int = 100) -> list[float]:
    path = [float(x0)]
    while len(path) <= num_steps:
        path.append(path[-1] - learning_rate * f_prime(path[-1]))
    return path
