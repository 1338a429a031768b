from dataclasses import dataclass

import numpy as np


@dataclass
class Network:
    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray

    @classmethod
    def random(cls, n_x, n_h, n_y):
        rng = np.random.RandomState()
        return cls(
            rng.randn(n_h, n_x) / np.sqrt(n_x),
            np.zeros((n_h, 1)),
            rng.randn(n_y, n_h) / np.sqrt(n_h),
            np.zeros((n_y, 1)),
        )

    def forward(self, X):
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        return 1 / (1 + np.exp(-(self.W2 @ self.A1 + self.b2)))

    def step(self, X, Y, rate):
        m = X.shape[1]
        dZ2 = self.forward(X) - Y
        dZ1 = self.W2.T @ dZ2 * (1 - self.A1**2)
        self.W1 = self.W1 - rate * dZ1 @ X.T / m
        self.b1 = self.b1 - rate * dZ1.mean(axis=1, keepdims=True)
        self.W2 = self.W2 - rate * dZ2 @ self.A1.T / m
        self.b2 = self.b2 - rate * dZ2.mean(axis=1, keepdims=True)


def nn_model(X, Y, n_h, num_iterations=10000, print_cost=False):
    network = Network.random(X.shape[0], n_h, Y.shape[0])
    for _ in range(num_iterations):
        network.step(X, Y, 1.2)
    return {name: getattr(network, name) for name in ("W1", "b1", "W2", "b2")}


def predict(parameters, X):
    network = Network(*(parameters[name] for name in ("W1", "b1", "W2", "b2")))
    return network.forward(X) > 1 / 2
