import matplotlib.pyplot as plt
import numpy as np

STEPS = 500


def paths(units):
    """Train the network of the worked example; return the units and the loss of every step."""
    one, outputs = np.ones((1, 4)), np.full((2, 4), 0.5)
    X = np.vstack([[-1, -1, 1, 1], [-2, 2, -2, 2], one])
    Y = np.array([[0, 1, 1, 1], [0, 1, 1, 0]])
    units = np.array(units)
    visited, losses = [units], []
    for _ in range(STEPS):
        A1 = np.vstack([np.tanh(units @ X), one])
        A2 = 1 / (1 + np.exp(-outputs @ A1))
        losses.append(-np.mean(np.log(np.where(Y == 1, A2, 1 - A2))))
        dZ2 = (A2 - Y) / 4
        dZ1 = outputs[:, :3].T @ dZ2 * (1 - A1[:3] ** 2)
        units, outputs = units - dZ1 @ X.T, outputs - dZ2 @ A1.T
        visited.append(units)
    return np.array(visited), losses


def draw():
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.8), layout="constrained")
    starts = {
        "constant start": [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
        "different start": [[0.5, 0.5, 0.5], [-0.5, 0.5, 0.5], [0.5, -0.5, 0.5]],
    }
    for panel, style, (name, units) in zip(axes[:2], ("--", "-"), starts.items(), strict=True):
        visited, losses = paths(units)
        # Wide lines lie under narrow ones, so that equal paths can all be seen.
        for unit, width in enumerate((9, 5, 1.5)):
            x, y = visited[:, unit, 0], visited[:, unit, 1]
            (line,) = panel.plot(x, y, linewidth=width, label=f"unit {unit}")
            panel.plot(x[0], y[0], "o", color=line.get_color(), markersize=width + 5)
            panel.plot(x[-1], y[-1], "s", color=line.get_color(), markersize=width + 5)
        panel.set(title=name, xlabel="weight of input 1", xlim=(-1, 2.8), ylim=(-1.2, 1.9))
        axes[2].plot(losses, style, color="black", label=name)
    axes[0].set_ylabel("weight of input 2")
    axes[0].legend(loc="lower right", title="circle: start, square: end")
    axes[2].set(title="loss", xlabel="step", ylim=(0, None))
    axes[2].legend()
    return figure


draw()
