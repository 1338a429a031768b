"""Hidden checks of saturation: slopes, and shares of units that are saturated."""

from functools import partial

import numpy as np
from slopes import (
    BANDS,
    DEFAULT,
    MEASURES,
    SLOPE_SWITCHES,
    own_slope,
    retell,
    shares,
    shares_are_right,
    slope,
)

from grader.testing import (
    CheckFailed,
    check,
    close,
    expect_close,
    expect_default,
    mistake_models,
)


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


SHARE_SWITCHES = {**SLOPE_SWITCHES, **dict.fromkeys(MEASURES, "wrong-saturated-share")}
SHARE_SWITCHES["always_001"] = "ignores-argument"
# These give the same shares: whether it is the slope or the rule shows in tanh_gradient.
SLOPE_TWINS = ("not_squared", "magnitude_not_squared", "tanh_itself")
RULE_TWINS = ("outputs_near_plus_one", "outputs_near_one", "signed_sums_below")


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
            given = [fraction(Z, t) for Z, t in cases]
            expect_default(not close(given, right), "threshold", DEFAULT)
            rows = zip(cases, actual, right, strict=True)
            wrong = [f"Z {z.shape}: your share is {a:.6g}" for (z, _), a, r in rows if a != r]
            retell(failure, f"{len(wrong)} of {len(cases)} shares are wrong", wrong)


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
