"""Hidden checks of saturation: the choice of a scale, which chance does not decide.

Inputs for choose_scale have columns of one length, nearly in one direction. The sums of standard
normal weights times a scale s then are normal with standard deviation s * length, so the share that
each candidate saturates is known, and lies far from what is allowed. What a mistake would choose
follows in the same way.
"""

import math
import re
from functools import partial
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np
from slopes import DEFAULT, SLOPES, own_slope, retell, shares_are_right, slope

from grader.model.exercise import Returns
from grader.testing import (
    CheckFailed,
    check,
    close,
    expect_close,
    expect_default,
    expect_unchanged,
    mistake_models,
)
from grader.testing.budget import spend
from grader.testing.contract import validate

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


def judged(scale):
    """Return a scale as a number; fail when it is none."""
    return NONE if scale is None else validate(NUMBER, scale, RESULT)


def expect_choices(submission, cases, models=choice_models):
    cases = list(cases)
    found = [submission.choose_scale(c.X, c.n_h, *c.given) for c in cases]
    # Always None: a return is missing, unless the submission's own share says that nothing fits.
    if all(each is None for each in found) and shares_are_right(submission):
        validate(NUMBER, None, RESULT)
    scales = list(map(judged, found))
    off = steps(cases, scales)
    try:
        mistakes = models(submission, cases)
        expect_close(off, np.zeros(len(cases)), "the scales", atol=1e-6, mistakes=mistakes)
    except CheckFailed as failure:
        if follows_from_slope(submission, cases, off):
            return
        expect_defaults(submission, cases)
        wrong = [(c, s) for c, s, o in zip(cases, scales, off, strict=True) if abs(o) > 1e-6]
        picked = [(c, "nothing" if s == NONE else f"{s:g}") for c, s in wrong]
        lines = [f"X {c.X.shape}, n_h={c.n_h}: you choose {words}" for c, words in picked]
        retell(failure, f"{len(wrong)} of {len(cases)} scales are not the largest that fit", lines)


def expect_defaults(submission, cases):
    """Fail when wrong scales are right, with the same draws, as soon as an argument is given."""
    if not shares_are_right(submission):
        return

    def wrong(count):
        """Whether some scale is, with that many of the two arguments given."""
        calls = [(c, (c.scales, c.limit)[: max(count, len(c.given))]) for c in cases]
        found = [judged(submission.choose_scale(c.X, c.n_h, *given)) for c, given in calls]
        return found != [c.answer for c in cases]

    for count, (name, default) in enumerate((("candidates", SCALES), ("max_saturated", DEFAULT))):
        with submission.repeatable():
            expect_default(not wrong(count) or wrong(count + 1), name, default)


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
    # Draws tell a hundredth from a sixteenth; only the first line tells it from a fiftieth.
    first_line = submission.signature("choose_scale")
    written = re.search(r"\bmax_saturated=(\d[\d.e-]*)(?=[,)])", first_line)
    expect_default(not written or float(written[1]) == DEFAULT, "max_saturated", DEFAULT)


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
