import matplotlib.pyplot as plt
import numpy as np

EDGE = 2.993  # beyond it, on either side, the slope of tanh is below 0.01


def sums(inputs):
    """Return what 2000 units with weights of scale 1 make of one example with so many inputs."""
    rng = np.random.default_rng(1)
    return rng.standard_normal((2000, inputs)) @ rng.standard_normal(inputs)


def draw():
    figure, (slopes, outputs, shares) = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
    z = np.linspace(-8, 8, 801)
    slopes.plot(z, np.tanh(z), label="tanh(z)")
    slopes.plot(z, np.gradient(np.tanh(z), z), label="its slope")
    slopes.set(title="tanh is flat on both ends", xlabel="sum z", ylim=(-1.1, 1.5))
    slopes.axvspan(-8, -EDGE, color="0.9")
    slopes.axvspan(EDGE, 8, color="0.9")
    slopes.set_xlim(-8, 8)
    slopes.legend(loc="upper left")

    for scale in (10, 1, 0.1):
        Z = scale * sums(inputs=4)
        label = f"scale {scale}: {np.mean(np.abs(Z) > EDGE):.0%} saturated"
        outputs.hist(np.tanh(Z), 41, (-1, 1), histtype="step", linewidth=2, label=label)
    outputs.set(title="2000 units, 4 inputs", xlabel="output tanh(z)", ylabel="units")
    outputs.set_ylim(0, 1600)
    outputs.legend(loc="upper left")

    scales = np.logspace(-2, 1, 60)
    for inputs in (4, 100, 2000):
        sizes = np.abs(np.outer(scales, sums(inputs)))
        shares.plot(scales, np.mean(sizes > EDGE, axis=1), label=f"{inputs} inputs")
    shares.axhline(0.01, color="black", linestyle=":", label="0.01")
    shares.set(title="share of saturated units", xlabel="scale of the weights", xscale="log")
    shares.set_ylim(-0.02, 1.45)
    shares.legend(loc="upper left", ncols=2)
    return figure


draw()
