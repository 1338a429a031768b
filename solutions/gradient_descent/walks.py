"""Walks down the parabola of gradient_descent: right, and with learners' mistakes."""

import numpy as np

# Loose enough for derivatives by finite differences, and ten times tighter than what lies between
# two mistakes.
NEAR = {"rtol": 1e-4, "atol": 1e-4}
DEFAULTS = {"x0": 4.0, "learning_rate": 0.05, "num_steps": 100}
LONG = 150


def height(x):
    return 5 * x * x + 3 * x - 4


def slope(x):
    return 10 * x + 3


def size_of(path):
    return f"{path.size} points" if path.ndim == 1 else f"the shape {path.shape}"


def descend(start, rate, steps, slope_at):
    points = [float(start)]
    for _ in range(steps):
        points.append(points[-1] - rate * slope_at(points[-1]))
    return np.array(points)


RATES = {
    "rate_one": 1.0,
    "rate_default": DEFAULTS["learning_rate"],
    "rate_half": 0.5,
    "rate_tenth": 0.1,
    "rate_hundredth": 0.01,
    "rate_thousandth": 0.001,
}
SLOPES = {
    "sign": lambda x: 10 * x - 3,
    "no_constant": lambda x: 10 * x,
    "not_doubled": lambda x: 5 * x + 3,
    "not_lowered": lambda x: 10 * x * x + 3,
    "constant_kept": lambda x: 10 * x + 3 - 4,
    "x_kept": lambda x: 10 * x + 3 * x,
    "no_factor": lambda x: 2 * x + 3,
    "height": height,
}
FAULTY = {
    "first_empty": lambda points: [0.0, *points[1:]],
    "last_empty": lambda points: [*points[:-1], 0.0],
    "start_twice": lambda points: [points[0], *points[:-1]],
    "heights": lambda points: [height(x) for x in points],
}
SWITCHES = {
    "uphill": "ascends",
    "stale": "stale-gradient",
    **dict.fromkeys(RATES, "ignores-learning-rate"),
    **dict.fromkeys(SLOPES, "wrong-derivative"),
    **dict.fromkeys(FAULTY, "off-by-one-trajectory"),
    "heights": "records-heights",
}


def wrong_path(path, walk, base, **on):
    """Return the path of some mistakes from where the student's begins."""
    if any(len(table.keys() & on) > 1 for table in (RATES, SLOPES, FAULTY)):
        return None
    rate, slope_at, faulty = (
        next((table[flag] for flag in table if flag in on), otherwise)
        for table, otherwise in ((RATES, walk.rate), (SLOPES, base), (FAULTY, list))
    )
    points = [walk.x0 if {"first_empty", "heights"} & on.keys() else float(path[0])]
    for _ in path[1:]:
        step = rate * slope_at(points[0] if "stale" in on else points[-1])
        x = points[-1] + step if "uphill" in on else points[-1] - step
        points.append(float(np.trunc(x)) if "cut" in on else x)
    return np.array(faulty(points))
