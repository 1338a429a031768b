"""Public examples for centre: run them with `grader check` as often as you like."""

from grader.testing import check, expect_close

STREET = [36.0, 30.0, 500.0, 32.0, 34.0]


@check(
    "centre: five houses in a street",
    points=1,
    hint="Which house is in the middle once they stand in order?",
)
def test_example_centre(submission):
    got = submission.centre(STREET)
    expect_close(got["mean"], 126.4, "mean", reveal=True)
    expect_close(got["median"], 34.0, "median", reveal=True)


@check(
    "variance: three numbers",
    points=1,
    hint="The squared distances are 1, 0 and 1. By what are they divided?",
)
def test_example_variance(submission):
    got = submission.variance([1.0, 2.0, 3.0], mean=2.0)
    expect_close(got, 1.0, "variance", reveal=True)
