"""Walks on the parabola: three starts with one learning rate, five rates from one start."""

import matplotlib.pyplot as plt
import numpy as np

BOTTOM, DEPTH, CURVATURE = -0.3, -4.45, 10
GREY = {"textcoords": "offset points", "color": "0.3"}


def walk(start, rate, steps):
    """Return the points at which a walk stands: its distance shrinks by one factor per step."""
    return BOTTOM + (start - BOTTOM) * (1 - CURVATURE * rate) ** np.arange(steps + 1)


def height(x):
    """Return the height of the parabola above its bottom, from the distance to it."""
    return DEPTH + CURVATURE / 2 * (x - BOTTOM) ** 2


def draw():
    """Return the figure."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")

    x = np.linspace(-5.2, 4.6, 300)
    left.plot(x, height(x), color="0.75")
    for start, colour in ((4.0, "C0"), (1.5, "C1"), (-4.7, "C2")):
        points = walk(start, 0.05, 100)
        left.plot(points, height(points), "o:", color=colour, markersize=4)
        left.annotate(f"start {start:g}", (start, height(start)), (9, -4), **GREY)
    left.annotate(f"all end at {BOTTOM}", (BOTTOM, DEPTH), (-38, -28), **GREY)
    left.set(title="learning rate 0.05, three starts", xlabel="x", ylabel="height")
    left.set(xlim=(-6.5, 6.5), ylim=(-35, 125))

    for rate in (0.02, 0.05, 0.15, 0.2, 0.21):
        points = walk(4.0, rate, 12)
        right.plot(points, "o-", markersize=3, linewidth=1, label=f"{rate:g}")
    right.axhline(BOTTOM, color="0.75", zorder=0)
    right.set(title="start 4, five learning rates", xlabel="step", ylabel="x")
    right.legend(title="rate", loc="upper left", bbox_to_anchor=(1, 1))
    return figure


draw()
