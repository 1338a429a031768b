"""Hidden checks of saturation: slopes, shares, and scales that chance does not decide.

Inputs for choose_scale have columns of one length, nearly in one direction. The sums of standard
normal weights times a scale s then are normal with standard deviation s * length, so the share that
each candidate saturates is known, and lies far from what is allowed. What a mistake would choose
follows in the same way.
"""

import math
from functools import partial
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np

from grader.model.exercise import Returns
from grader.testing import (
    CheckFailed,
    Diagnosis,
    check,
    close,
    expect_close,
    expect_unchanged,
    fail,
    mistake_models,
)
from grader.testing.budget import spend
from grader.testing.contract import validate


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


def chosen(functions, on, otherwise):
    """Return what belongs to the flag that is on."""
    return next((function for flag, function in functions.items() if flag in on), otherwise)


def slope(Z, **on):
    """Return the slope of tanh, right or with a mistake."""
    return chosen(SLOPES, on, lambda z, a: 1 - a**2)(Z, np.tanh(Z))


@check(
    "tanh_gradient: 1 - tanh(z)², entry by entry",
    points=1.5,
    hint="Draw tanh and its slope. How steep is it at 0, and which sign has the slope at -1?",
)
def test_gradient(submission, reference, rng):
    Z = rng.normal(scale=1.4, size=rng.permutation(np.arange(4, 9))[:2])
    actual, right = (who.tanh_gradient(Z) for who in (submission, reference))
    models = mistake_models(partial(slope, Z), SLOPE_SWITCHES, combine=1)
    expect_close(actual, right, "the slope", atol=1e-6, mistakes=models)


@check(
    "tanh_gradient: 0, and no nan, for sums in the hundreds",
    points=0.25,
    hint="Which power of e can a float no longer hold? Does your formula need it?",
)
def test_gradient_far_out(submission, rng):
    Z = rng.uniform(20, 1500, (3, 4)) * rng.choice([-1, 1], (3, 4))
    expect_close(submission.tanh_gradient(Z), np.zeros((3, 4)), "the slope", atol=1e-6)


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
SHARE_SWITCHES = {**SLOPE_SWITCHES, **dict.fromkeys(MEASURES, "wrong-saturated-share")}
SHARE_SWITCHES["always_001"] = "ignores-argument"
DEFAULT = 0.01


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
# These give the same shares: whether it is the slope or the rule shows in tanh_gradient.
SLOPE_TWINS = ("not_squared", "magnitude_not_squared", "tanh_itself")
RULE_TWINS = ("outputs_near_plus_one", "outputs_near_one", "signed_sums_below")


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


def share_models(submission, cases):
    """Yield what mistakes give, the first time that one is asked for."""
    twins = SLOPE_TWINS if own_slope(submission) == "right" else RULE_TWINS
    switches = {flag: name for flag, name in SHARE_SWITCHES.items() if flag not in twins}
    yield from mistake_models(partial(shares, cases), switches)


def strict_models(submission, cases):
    if shares_are_right(submission):
        switches = {"at_the_threshold_too": SHARE_SWITCHES["at_the_threshold_too"]}
        yield from mistake_models(partial(shares, cases), switches)


def expect_shares(submission, cases, models):
    """Compare shares; those that follow from a wrong slope are right, for that is paid already."""
    fraction, right = submission.saturated_fraction, shares(cases)
    actual = [fraction(Z, *([t] if t != DEFAULT else [])) for Z, t in cases]
    try:
        expect_close(np.array(actual), right, "the shares", mistakes=models(submission, cases))
    except CheckFailed as failure:
        if not close(actual, shares(cases, **{own_slope(submission): True})):
            rows = zip(cases, actual, right, strict=True)
            wrong = [f"Z {z.shape}: your share is {a:.6g}" for (z, _), a, r in rows if a != r]
            retell(failure, f"{len(wrong)} of {len(cases)} shares are wrong", wrong)


def retell(failure, headline, lines):
    """Fail again, with lines that show a student their own numbers."""
    said = "your numbers are what this gives"
    named = [Diagnosis(each.misconception, said) for each in failure.diagnoses]
    fail(headline, *lines, staff=failure.staff, diagnoses=named)


def banded(rng):
    """Return Z with entries in every band on both sides; rows hold entries of about one size."""
    rows, columns = (int(size) for size in rng.permutation(np.arange(6, 10))[:2])
    kinds = 2 * len(BANDS)
    more = rng.choice(kinds, rows * columns - kinds, p=rng.dirichlet(np.ones(kinds)))
    bands = np.sort(np.append(np.arange(kinds), more))
    entries = [rng.uniform(*BANDS[band // 2]) * (-1) ** band for band in bands]
    Z = rng.permuted(np.reshape(entries, (rows, columns)), axis=1)
    return Z[rng.permutation(rows)]


@check(
    "saturated_fraction: the share of entries where the slope is below 0.01",
    points=1.5,
    hint="How many entries has Z, and at how many of them is the slope below 0.01?",
)
def test_share(submission, rng):
    cases = [(Z, DEFAULT) for Z in (banded(rng), banded(rng).T, banded(rng), banded(rng).T)]
    expect_shares(submission, cases, share_models)


@check(
    "saturated_fraction: another threshold gives another share",
    points=0.75,
    hint="Where does your function use its second argument?",
)
def test_threshold(submission, rng):
    cases = []
    for threshold in rng.uniform(0.8, 1.2, 4) * [0.5, 0.2, 0.05, 0.003]:
        Z = rng.normal(scale=2.0, size=(7, 13))
        # No entry is so near to the edge that rounding could decide.
        edge = np.arctanh(np.sqrt(1 - threshold))
        Z[np.abs(np.abs(Z) / edge - 1) < 0.02] *= 1.05
        cases.append((Z, float(threshold)))
    expect_shares(submission, cases, share_models)


@check(
    "saturated_fraction: an entry exactly at the threshold does not count",
    points=0.25,
    hint="The slope at 0 is 1. Is it below 1?",
)
def test_at_the_threshold(submission, rng):
    cases = []
    for zeros in (5, 9):
        Z = rng.uniform(0.5, 2.0, 24) * rng.choice([-1, 1], 24)
        Z[rng.permutation(24)[:zeros]] = 0.0
        cases.append((Z.reshape(4, 6), 1.0))
    expect_shares(submission, cases, strict_models)


SCALES = (10, 1, 0.1, 0.01)
NONE = -1.0  # in the place of None, which says that no candidate fits
NUMBER, RESULT = Returns(kind="number"), "the result of choose_scale"
EDGE = math.atanh(math.sqrt(1 - DEFAULT))
NORMAL = np.array([NormalDist().inv_cdf((i + 0.5) / 1000) for i in range(1000)])


def normal_share(mean, std):
    """Return the share of normal sums at which the slope of tanh is below 0.01."""
    return sum(math.erfc((EDGE + m) / (std * math.sqrt(2))) for m in (mean, -mean)) / 2


def chance(share, limit, units, entries, *, fits):
    """Bound the chance that the share saturated at random lies on the other side of `limit`.

    Units are independent: Chernoff's bound for the mean of `units` numbers from 0 to 1 with mean
    `share`. That none of all `entries` is saturated is sometimes more certain still.
    """
    flat = limit * math.log(limit / share) if limit else 0.0
    steep = (1 - limit) * (math.log1p(-limit) - math.log1p(-share))
    chernoff = math.exp(-units * (flat + steep))
    return min(entries * share, chernoff if limit else 1.0) if fits else chernoff


def scale_case(rng, answer, std, *given, n_x=4, n_h=150, m=64):
    """Return a call whose right answer makes sums of standard deviation `std`.

    `given` are the candidates and the allowed share, as far as they are handed over.
    """
    scales, limit = (*given, *(SCALES, DEFAULT)[len(given) :])
    n_h, m = n_h + int(rng.integers(-9, 10)), m + int(rng.integers(-3, 4))
    X = 1 + rng.uniform(-0.3, 0.3, (n_x, 1)) + rng.normal(scale=0.05, size=(n_x, m))
    length = std / answer
    X *= length / np.linalg.norm(X, axis=0)
    for scale in scales:
        if scale >= answer:
            share = normal_share(0.0, scale * length)
            spend(chance(share, limit, n_h, n_h * m, fits=scale == answer))
    case = {"given": given, "scales": scales, "limit": limit, "length": length}
    return SimpleNamespace(X=X, n_h=n_h, answer=answer, **case)


# Other sums in the place of those that normal weights of scale s make: mean, standard deviation.
SUMS = {
    "unscaled": lambda s, c: (0.0, c.length),
    "always_small": lambda s, c: (0.0, 0.01 * c.length),
    "rand": lambda s, c: (s * c.X[:, 0].sum() / 2, s * c.length / math.sqrt(12)),
    "random_bias": lambda s, c: (0.0, s * math.hypot(c.length, 1)),
    "own_inputs": lambda s, c: (0.0, s * math.sqrt(len(c.X))),
    "no_inputs": lambda s, c: (0.0, s),
    "outputs": lambda s, c: (0.0, 0.1),  # tanh of the sums: never flat, and so the largest fits
}
# Other candidates in the place of the largest that fits.
PICKS = {
    "smallest": lambda scales, fit: min(scales),
    "largest": lambda scales, fit: max(scales),
    "first": lambda scales, fit: scales[0],
    "last": lambda scales, fit: scales[-1],
    "first_fit": lambda scales, fit: next(s for s in scales if s in fit),
    "last_fit": lambda scales, fit: next(s for s in scales[::-1] if s in fit),
    "largest_misfit": lambda scales, fit: max((s for s in scales if s not in fit), default=NONE),
    "smallest_misfit": lambda scales, fit: min((s for s in scales if s not in fit), default=NONE),
    "place": lambda scales, fit: scales.index(max(fit)),
}
ALONE = dict.fromkeys(PICKS, "wrong-choice") | {
    "unscaled": "ignores-scale",
    "always_small": "ignores-scale",
    "rand": "not-centred",
    "random_bias": "random-bias",
    "own_inputs": "ignores-argument",
    "no_inputs": "ignores-argument",
    "outputs": "wrong-saturated-share",
    "always_001": "ignores-argument",
    "own_candidates": "ignores-argument",
    "less_than": "wrong-choice",
}
# What is returned when nothing fits, after such a mistake: None, the smallest, or the last.
ELSE = {"": lambda scales: NONE, " else smallest": min, " else last": lambda scales: scales[-1]}
CHOICES = {mistake + rest: name for mistake, name in ALONE.items() for rest in ELSE}


def choice(case, mistake, rest):
    """Return the scale that is chosen, right or with a mistake (of the slope, or of the choice)."""
    scales = SCALES if mistake == "own_candidates" else case.scales
    limit = DEFAULT if mistake == "always_001" else case.limit
    sums = SUMS.get(mistake, lambda s, c: (0.0, s * c.length))
    found = {s: normal_share(*sums(s, case)) for s in scales}
    if mistake in SLOPES:
        sums = np.outer(scales, case.length * NORMAL)
        found = dict(zip(scales, (slope(sums, **{mistake: True}) < DEFAULT).mean(1), strict=True))
    limit = np.nextafter(limit, -1) if mistake == "less_than" else limit
    fit = [s for s in scales if (found[s] if found[s] > 1e-9 else 0.0) <= limit]
    if mistake in PICKS:
        return PICKS[mistake](scales, fit)
    return max(fit) if fit else ELSE[rest](scales)


def choices(cases, **on):
    mistake, between, rest = next(iter(on), "").partition(" else ")
    return steps(cases, [choice(case, mistake, between + rest) for case in cases])


def steps(cases, scales):
    """Return by how many powers of ten scales are too large; 9 for what is no scale at all."""
    right = np.log10([case.answer for case in cases])
    return (
        np.array([math.log10(s) if s > 0 else 9.0 + r for s, r in zip(scales, right, strict=True)])
        - right
    )


def choice_models(submission, cases):
    if shares_are_right(submission):
        yield from mistake_models(partial(choices, cases), CHOICES, combine=1)


def follows_from_slope(submission, cases, off):
    """Return whether a wrong slope, which is paid already, makes these choices the right ones."""
    flag = own_slope(submission)
    follow = [choices(cases, **{flag + rest: True}) for rest in ELSE if flag in SLOPES]
    return any(close(off, each, atol=1e-6) for each in follow)


def expect_choices(submission, cases, models=choice_models):
    cases = list(cases)
    found = [submission.choose_scale(c.X, c.n_h, *c.given) for c in cases]
    # Always None: a return is missing, unless the submission's own share says that nothing fits.
    if all(each is None for each in found) and shares_are_right(submission):
        validate(NUMBER, None, RESULT)
    scales = [NONE if each is None else validate(NUMBER, each, RESULT) for each in found]
    off = steps(cases, scales)
    try:
        mistakes = models(submission, cases)
        expect_close(off, np.zeros(len(cases)), "the scales", atol=1e-6, mistakes=mistakes)
    except CheckFailed as failure:
        if follows_from_slope(submission, cases, off):
            return
        wrong = [(c, s) for c, s, o in zip(cases, scales, off, strict=True) if abs(o) > 1e-6]
        picked = [(c, "nothing" if s == NONE else f"{s:g}") for c, s in wrong]
        lines = [f"X {c.X.shape}, n_h={c.n_h}: you choose {words}" for c, words in picked]
        retell(failure, f"{len(wrong)} of {len(cases)} scales are not the largest that fit", lines)


@check(
    "choose_scale: the largest candidate that leaves the units steep",
    points=1.25,
    hint="Print the share of W @ X for each candidate. Which shape has W, and what is it times?",
)
def test_scale(submission, rng):
    expect_choices(submission, cases_of_inputs(rng))


def cases_of_inputs(rng):
    yield from (scale_case(rng, scale, 0.4) for scale in rng.permutation(SCALES))
    # With many inputs, all positive, weights that lean to one side show.
    yield scale_case(rng, rng.choice([1, 0.1]), 0.4, n_x=300, m=6)


@check(
    "choose_scale: the candidates may be any, in any order",
    points=0.75,
    hint="Does your function assume that the first candidate that fits is the largest?",
)
def test_candidates(submission, rng):
    expect_choices(submission, cases_of_candidates(rng))


def cases_of_candidates(rng):
    for answer, last, unit in ((0, 1, 1.0), (1, 2, 1.0), (2, 1, 1e-3)):
        scales = rng.uniform(1.9, 2.1) * unit * np.array(SCALES)
        # The smallest, which fits, comes first.
        order = [3, *(int(each) for each in rng.permutation(3) if each != last), last]
        yield scale_case(rng, scales[answer], 0.4, tuple(scales[order].tolist()))


@check(
    "choose_scale: the allowed share is an argument, and may be 0",
    points=0.75,
    hint="Where does your function use max_saturated? Is a share equal to it still allowed?",
)
def test_limit(submission, rng):
    expect_choices(submission, cases_of_limits(rng))


def cases_of_limits(rng):
    for std, limit, n_h in ((2.0, 0.5, 150), (1.5, 0.3, 150), (0.36, 0.0, 400)):
        scales = tuple(float(2 * scale) for scale in SCALES)
        yield scale_case(rng, scales[1], std, scales, limit, n_h=n_h)


@check(
    "choose_scale: a hundredth may be saturated when max_saturated is left out",
    points=0.25,
    hint="What does the first line of the function say about max_saturated?",
)
def test_default_limit(submission, rng):
    expect_choices(submission, cases_of_the_default(rng), models=lambda *_: ())


def cases_of_the_default(rng):
    # The next candidate saturates 6 %, so there are many units to be certain of it.
    yield from (scale_case(rng, scale, 0.16, n_h=1000, m=6) for scale in (1, 0.1))


@check(
    "no function changes the arrays it was given",
    points=0.25,
    hint="Does your line make a new array, or write into the one that the caller handed over?",
)
def test_inputs_unchanged(submission, rng):
    Z = rng.normal(size=(4, 6))
    submission.tanh_gradient(Z)
    expect_unchanged(submission)
    submission.saturated_fraction(Z)
    expect_unchanged(submission)
    submission.choose_scale(Z / 10, 30)
    expect_unchanged(submission)
