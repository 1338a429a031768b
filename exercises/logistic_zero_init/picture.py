import matplotlib.pyplot as plt
import numpy as np


def bowl(w1, w2, x, y):
    """Return the cost at each pair of weights, without the bias."""
    z = w1[..., None] * x[0] + w2[..., None] * x[1]
    return np.mean(np.logaddexp(0, z) - y * z, axis=-1)


def path(start, x, y, steps=400, rate=0.4, nudge=1e-5):
    """Go downhill; the slope is found by nudging one weight after the other."""
    points = [np.array(start)]
    for _ in range(steps):
        w1, w2 = points[-1]
        near1 = np.array([w1 + nudge, w1 - nudge, w1, w1])
        near2 = np.array([w2, w2, w2 + nudge, w2 - nudge])
        cost = bowl(near1, near2, x, y)
        slope = np.array([cost[0] - cost[1], cost[2] - cost[3]]) / (2 * nudge)
        points.append(points[-1] - rate * slope)
    return np.array(points)


def draw():
    rng = np.random.default_rng(4)
    y = np.repeat([0.0, 1.0], 40)
    x = rng.normal(size=(2, 80)) * [[1.0], [1.3]] + np.array([[0.8], [0.5]]) * (2 * y - 1)
    grid = np.meshgrid(np.linspace(-2.6, 4.2, 120), np.linspace(-2.6, 3.2, 120))
    figure, axes = plt.subplots(figsize=(6.4, 4.6), layout="constrained")
    axes.contourf(*grid, np.log(bowl(*grid, x, y)), 18, cmap="Blues_r", alpha=0.6)
    for start in [(-2.0, 2.4), (3.6, -2.0), (-2.0, -1.2), (3.2, 2.8)]:
        points = path(start, x, y)
        axes.plot(*points.T, ".-", color="0.2", lw=1, ms=3)
        axes.plot(*points[0], "o", color="0.2", ms=6)
    points = path((0.0, 0.0), x, y)
    axes.plot(*points.T, ".-", color="C1", lw=2, ms=5)
    axes.plot(0, 0, "o", color="C1", ms=9)
    axes.annotate("zero", (0, 0), (-0.05, -0.42), color="C1", weight="bold")
    axes.plot(*points[-1], "*", color="white", ms=16, mec="0.2")
    axes.set(xlabel="$w_1$", ylabel="$w_2$", title="Five starts, one lowest cost (dark is low)")
    return figure


draw()
