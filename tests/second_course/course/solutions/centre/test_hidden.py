"""Hidden checks of centre: each number by itself, on lists of odd and even length."""

import pytest

from grader.testing import check, expect_close, expect_unchanged, mistake_models


def drawn(rng, n):
    """Draw a list that is not in order, whose middle stands nowhere near its middle place."""
    values = (10 + 3 * rng.normal(size=n)).tolist()
    values[n // 2 - 1 : n // 2 + 1] = [30.0 + rng.random(), -10.0 - rng.random()]
    return values


@pytest.fixture
def odd(rng):
    return drawn(rng, 2 * int(rng.integers(3, 6)) + 1)


@pytest.fixture
def even(rng):
    return drawn(rng, 2 * int(rng.integers(3, 6)))


def expect_mean(submission, reference, values):
    def mean(added=False):
        return sum(values) / (1 if added else len(values))

    models = mistake_models(mean, {"added": "not-averaged"})
    right = reference.centre(values)["mean"]
    expect_close(submission.centre(values)["mean"], right, "mean", mistakes=models)


def expect_median(submission, reference, values):
    def median(unsorted=False, upper=False, lower=False):
        ordered = values if unsorted else sorted(values)
        middle = len(values) // 2
        low, high = ordered[middle - 1 + len(values) % 2], ordered[middle]
        if upper and lower:
            return None
        return high if upper else low if lower else (low + high) / 2

    one = "one-middle-value"
    ids = {"unsorted": "unsorted-median", "upper": one, "lower": one}
    right = reference.centre(values)["median"]
    models = mistake_models(median, ids)
    expect_close(submission.centre(values)["median"], right, "median", mistakes=models)


def expect_variance(submission, reference, values, population):
    def variance(other=False, root=False, added=False):
        if other and added:
            return None
        right = reference.variance(values, other ^ population)
        right *= (len(values) - (not population)) if added else 1
        return right**0.5 if root else right

    ids = {"other": "wrong-divisor", "root": "root-taken", "added": "not-averaged"}
    right = reference.variance(values, population)
    got = submission.variance(values, population, mean=sum(values) / len(values))
    expect_close(got, right, "variance", mistakes=mistake_models(variance, ids))


@check("centre: the mean", points=1, hint="What is done with the sum, once there is one?")
def test_mean(submission, reference, odd):
    expect_mean(submission, reference, odd)


@check(
    "centre: the median of an odd number of values",
    points=1.5,
    hint="How many values are smaller than yours, and how many are larger?",
)
def test_median_odd(submission, reference, odd):
    expect_median(submission, reference, odd)


@check(
    "centre: the median of an even number of values",
    points=1.5,
    hint="How many values stand in the middle of four?",
)
def test_median_even(submission, reference, even):
    expect_median(submission, reference, even)


@check(
    "variance: of a sample",
    points=2,
    hint="The mean came from the same values. How many of them are still free to move?",
)
def test_variance_sample(submission, reference, odd):
    expect_variance(submission, reference, odd, population=False)


@check(
    "variance: of a whole population",
    points=1,
    hint="What changes when nobody is left out?",
)
def test_variance_population(submission, reference, even):
    expect_variance(submission, reference, even, population=True)


@check(
    "both leave the caller's list as it is",
    points=1,
    hint="Which of your lines puts the caller's own list in order?",
)
def test_unchanged(submission, even):
    submission.centre(even)
    expect_unchanged(submission)
    submission.variance(even, False, mean=sum(even) / len(even))
    expect_unchanged(submission)
