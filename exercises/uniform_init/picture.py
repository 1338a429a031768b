"""How two weights and a bias are learnt from three narrow and from three wide uniform starts."""

import matplotlib.pyplot as plt
import numpy as np

GOAL = np.array([2.0, -3.0, 5.0])
STEPS, RATE = 250, 0.02
COLOURS = {"weight of x": "C0", "weight of z": "C1", "bias": "C2"}


def bowl(rng):
    """Return how steep the loss is along each direction, for 1000 rows of x, z and 1."""
    rows = np.column_stack([rng.uniform(-10, 10, (1000, 2)), np.ones(1000)])
    return rows.T @ rows / 1000


def learn(start, steepness):
    """Return what is learnt after each step: the distance to the goal shrinks by one matrix."""
    shrink = np.eye(3) - RATE * steepness
    powers = [np.linalg.matrix_power(shrink, k) for k in range(STEPS + 1)]
    return GOAL + np.array(powers) @ (start - GOAL)


def draw():
    """Return the figure."""
    rng = np.random.default_rng(7)
    steepness = bowl(rng)
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
    for axis, reach in zip(axes, (0.1, 4), strict=True):
        for repeat in range(3):
            path = learn(rng.uniform(-reach, reach, 3), steepness)
            for values, (name, colour) in zip(path.T, COLOURS.items(), strict=True):
                label = name if repeat == 0 else None
                axis.plot(1 + np.arange(STEPS + 1), values, color=colour, label=label)
        for goal in GOAL:
            axis.axhline(goal, color="0.8", linewidth=1, zorder=0)
        axis.set(title=f"three starts in ±{reach}", xlabel="step", xscale="log")
        # Step 0 has no place on such an axis, so everything is drawn one step to the right.
        axis.set_xticks([1, 2, 11, 101], ["0", "1", "10", "100"])
        axis.minorticks_off()
    axes[0].set_ylabel("value")
    axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


draw()
