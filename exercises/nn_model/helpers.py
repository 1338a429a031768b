"""What this exercise gives you: `sigmoid`, and a flower with petals of two colours to learn."""

import numpy as np

PETALS = 7


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), entry by entry."""
    return 1 / (1 + np.exp(-z))


def load_flower(m=400, seed=1):
    """Return X (2, m), points on seven petals, and Y (1, m), their colours: 0 and 1 in turn."""
    rng = np.random.default_rng(seed)
    petal = rng.integers(PETALS, size=m)
    along = rng.uniform(0.15, 1.0, size=m)
    # Petals are narrow at both ends, and a few points fall beside them.
    across = rng.normal(scale=0.2, size=m) * np.sin(np.pi * along) ** 0.5
    angle = 2 * np.pi / PETALS * (petal + across)
    X = 3 * along * np.stack([np.cos(angle), np.sin(angle)])
    return X, (petal % 2).reshape(1, m).astype(float)
