"""Slopes of tanh and shares of saturated units: right, mistaken, and the student's own."""

import numpy as np

from grader.testing import CheckFailed, Diagnosis, chosen, close, fail


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# What is computed in the place of the slope.
SLOPES = {
    "not_squared": lambda z, a: 1 - a,
    "magnitude_not_squared": lambda z, a: 1 - np.abs(a),
    "square_outside": lambda z, a: (1 - a) ** 2,
    "square_inside": lambda z, a: 1 - np.tanh(z**2),
    "square_alone": lambda z, a: a**2,
    "added": lambda z, a: 1 + a**2,
    "negative": lambda z, a: a**2 - 1,
    "of_z": lambda z, a: 1 - z**2,
    "at_tanh": lambda z, a: 1 - np.tanh(a) ** 2,
    "times_z": lambda z, a: (1 - a**2) * z,
    "of_sigmoid": lambda z, a: sigmoid(z) * (1 - sigmoid(z)),
    "sigmoid_formula": lambda z, a: a * (1 - a),
    "of_arctan": lambda z, a: 1 / (1 + z**2),
    "one_cosh": lambda z, a: 1 / np.cosh(z),
    "tanh_itself": lambda z, a: a,
    "second_derivative": lambda z, a: -2 * a * (1 - a**2),
}
SLOPE_SWITCHES = dict.fromkeys(SLOPES, "wrong-activation-derivative")


def slope(Z, **on):
    """Return the slope of tanh, right or with a mistake."""
    return chosen(SLOPES, on, lambda z, a: 1 - a**2)(Z, np.tanh(Z))


DEFAULT = 0.01


# What is measured in the place of the share of flat entries, from slopes s, sums z, threshold t.
MEASURES = {
    "count": lambda s, z, t: np.sum(s < t),
    "percent": lambda s, z, t: 100 * np.mean(s < t),
    "the_others": lambda s, z, t: np.mean(s >= t),
    "by_rows": lambda s, z, t: np.sum(s < t) / len(s),
    "by_columns": lambda s, z, t: np.sum(s < t) / s.shape[1],
    "whole_rows": lambda s, z, t: np.mean((s < t).all(axis=1)),
    "any_in_row": lambda s, z, t: np.mean((s < t).any(axis=1)),
    "mean_of_row": lambda s, z, t: np.mean(s.mean(axis=1) < t),
    "any_in_column": lambda s, z, t: np.mean((s < t).any(axis=0)),
    "outputs_above": lambda s, z, t: np.mean(np.abs(np.tanh(z)) > t),
    "outputs_near_one": lambda s, z, t: np.mean(np.abs(np.tanh(z)) > 1 - t),
    "outputs_near_plus_one": lambda s, z, t: np.mean(np.tanh(z) > 1 - t),
    "positive_side": lambda s, z, t: np.mean((s < t) & (z > 0)),
    "sums_above": lambda s, z, t: np.mean(np.abs(z) > t),
    "signed_sums_below": lambda s, z, t: np.mean(z < t),
    "at_the_threshold_too": lambda s, z, t: np.mean(s <= t),
}


def shares(cases, *, always_001=False, **on):
    """Return the saturated share of each (Z, threshold), right or with mistakes."""
    measure = chosen(MEASURES, on, lambda s, z, t: np.mean(s < t))
    return np.array([measure(slope(Z, **on), Z, DEFAULT if always_001 else t) for Z, t in cases])


# Between the borders at which some wrong slope or rule calls an entry saturated.
BANDS = (
    *((0.001, 0.005), (0.02, 0.08), (0.2, 0.9), (1.05, 1.4), (1.55, 2.5)),
    *((2.7, 2.9), (3.1, 4.5), (4.7, 5.2), (5.4, 15.0)),
)
PROBE = np.array([BANDS, BANDS]).mean(axis=2) * [[1], [-1]]


def own_slope(submission):
    """Return what the submission's own slope is: "right", a flag of SLOPES, or "unknown"."""
    try:
        own = submission.tanh_gradient(PROBE)
    except CheckFailed:
        return "unknown"
    known = ((flag, slope(PROBE, **{flag: True})) for flag in ("right", *SLOPES))
    return next((flag for flag, slopes in known if close(own, slopes, atol=1e-6)), "unknown")


def shares_are_right(submission):
    """Return whether it is not the submission's own share that misleads its choice."""
    try:
        return close(submission.saturated_fraction(PROBE), shares([(PROBE, DEFAULT)])[0])
    except CheckFailed:
        return False


def retell(failure, headline, lines):
    """Fail again, with lines that show a student their own numbers."""
    said = "your numbers are what this gives"
    named = [Diagnosis(each.misconception, said) for each in failure.diagnoses]
    fail(headline, *lines, staff=failure.staff, diagnoses=named)
