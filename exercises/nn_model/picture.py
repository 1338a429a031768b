import matplotlib.pyplot as plt
import numpy as np

UNITS, STEPS, NUDGE = 5, 1000, 1e-5
STARTS = {"zero": 0.0, "constant": 0.5, "huge": 30.0, "small": 0.01}


def flower(m=280):
    rng = np.random.default_rng(1)
    petal, along = rng.integers(7, size=m), rng.uniform(0.15, 1.0, size=m)
    across = rng.normal(scale=0.2, size=m) * np.sin(np.pi * along) ** 0.5
    angle = 2 * np.pi / 7 * (petal + across)
    return 3 * along * np.stack([np.cos(angle), np.sin(angle)]), petal % 2


def score(theta, x):
    """Return what comes before the last sigmoid, for one network in each row of `theta`."""
    w1, w2, b1, v = np.split(theta[:, : 4 * UNITS, None], 4, axis=1)
    return (v * np.tanh(w1 * x[0] + w2 * x[1] + b1)).sum(axis=1) + theta[:, -1:]


def cost(theta, x, y):
    z = score(theta, x)
    return np.mean(np.logaddexp(0, z) - y * z, axis=1)


def train(start, x, y):
    """Go downhill; each slope is found by nudging one number of the network after the other."""
    theta, costs, nudges = start, [], NUDGE * np.eye(start.size)
    for _ in range(STEPS):
        near = cost(np.vstack([theta + nudges, theta - nudges, theta]), x, y)
        costs.append(near[-1])
        theta = theta - 1.2 * (near[: start.size] - near[start.size : -1]) / (2 * NUDGE)
    return theta[None], costs


def draw():
    x, y = flower()
    grid = np.stack(np.meshgrid(*[np.linspace(-3.2, 3.2, 160)] * 2))
    panels = [["zero", "constant", "huge", "small"], ["costs"] * 4]
    figure, axes = plt.subplot_mosaic(
        panels, figsize=(9.6, 5.4), layout="constrained", height_ratios=[1.2, 1]
    )
    normal = np.random.default_rng(8).normal(size=4 * UNITS + 1)
    weights = np.r_[np.ones(2 * UNITS), np.zeros(UNITS), np.ones(UNITS), 0.0]
    for colour, (name, scale) in zip(["C7", "C1", "C3", "C0"], STARTS.items(), strict=True):
        drawn = normal if name in ("huge", "small") else 1.0
        theta, costs = train(scale * weights * drawn, x, y)
        right = np.mean((score(theta, x)[0] > 0) == y)
        areas = score(theta, grid.reshape(2, -1)).reshape(grid.shape[1:]) > 0
        axes[name].contourf(*grid, areas, [-0.5, 0.5, 1.5], cmap="coolwarm", alpha=0.35)
        axes[name].scatter(*x, c=y, cmap="coolwarm", s=5)
        axes[name].set(title=f"{name}: {100 * right:.0f} % right", xticks=[], yticks=[], aspect=1)
        axes["costs"].plot(costs, color=colour, label=name, lw=2)
    axes["costs"].set(xlabel="iteration", ylabel="cost", yscale="log", xlim=(0, STEPS))
    axes["costs"].legend()
    return figure


draw()
