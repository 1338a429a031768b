import matplotlib.pyplot as plt
import numpy as np

WIDTH, DEPTH = 100, 30
STARTS = {
    "10": (10.0, "#c0392b"),
    "He, 0.141": (0.02**0.5, "#d98e04"),
    "Xavier, 0.1": (0.1, "#1e8449"),
    "0.01": (0.01, "#2471a3"),
}


def signal(squash, std):
    """Return the activations after each layer of a network that is as wide as it is deep enough."""
    rng = np.random.default_rng(3)
    passed = [rng.standard_normal((WIDTH, 300))]
    while len(passed) <= DEPTH:
        passed.append(squash(std * rng.standard_normal((WIDTH, WIDTH)) @ passed[-1]))
    return passed


def draw():
    """Draw the spread of the activations against depth, and what layer 5 looks like."""
    figure = plt.figure(figsize=(9, 6.2), layout="constrained")
    rows = figure.add_gridspec(2, 12, height_ratios=[2, 1])
    for place, (name, squash) in enumerate(
        {"tanh": np.tanh, "relu": lambda z: z * (z > 0)}.items()
    ):
        axes = figure.add_subplot(rows[0, 6 * place : 6 * place + 6])
        for label, (std, colour) in STARTS.items():
            spreads = [a.std() for a in signal(squash, std)]
            axes.semilogy(spreads, color=colour, linewidth=2, label=label)
        axes.set(title=name, xlabel="layer", ylim=(1e-8, 1e4), xlim=(0, DEPTH))
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("standard deviation of activations")
    figure.axes[0].legend(title="standard deviation of weights", loc="lower right")
    for place, (label, (std, colour)) in enumerate(STARTS.items()):
        axes = figure.add_subplot(rows[1, 3 * place : 3 * place + 3])
        axes.hist(signal(np.tanh, std)[5].ravel(), bins=41, range=(-1, 1), color=colour)
        axes.set(title=f"tanh, layer 5: {label}", yticks=[], xticks=[-1, 0, 1])
        axes.title.set_fontsize(9)
    return figure


draw()
