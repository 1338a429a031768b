"""A wrong value is described in words, and named only when its numbers and its shape say so."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.testing.compare import expect_close
from grader.testing.failures import CheckFailed
from grader.testing.mistakes import Mistake
from grader.testing.relations import relation

RIGHT = np.array([[0.5], [-1.25], [3.0]])
SUM = Mistake(("missing-batch-mean",), 4 * RIGHT)
TURNED = Mistake(("transposed-gradient",), RIGHT.T)
BOTH = Mistake(("missing-batch-mean", "transposed-gradient"), 4 * RIGHT.T)


def failure(actual: Any, expected: Any = RIGHT, **options: Any) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        expect_close(actual, expected, "db1", **options)
    return caught.value


def names(failed: CheckFailed) -> list[str]:
    return [diagnosis.misconception for diagnosis in failed.diagnoses]


def test_the_right_value_passes_without_looking_at_any_model() -> None:
    def models() -> Any:
        pytest.fail("a model was computed for a right answer")
        yield

    expect_close(RIGHT.copy(), RIGHT, "db1", mistakes=models())


def test_float32_results_are_compared_at_their_own_precision() -> None:
    expect_close(RIGHT.astype(np.float32) * np.float32(1 + 1e-5), RIGHT, "db1")
    assert failure(RIGHT.astype(np.float32) * np.float32(1 + 1e-3)).headline


def test_a_value_that_a_model_gives_is_named() -> None:
    failed = failure(4 * RIGHT, mistakes=[SUM])

    assert names(failed) == ["missing-batch-mean"]
    assert failed.headline == "db1 has wrong values"


def test_right_values_in_a_wrong_shape_are_not_called_wrong_values() -> None:
    failed = failure(RIGHT.ravel(), mistakes=[SUM], shape_misconception="bias-gradient-shape")

    assert names(failed) == ["bias-gradient-shape"]
    assert failed.headline == "db1: right values, wrong shape (3,) instead of (3, 1)"


def test_wrong_values_in_a_wrong_shape_are_not_called_right_ones() -> None:
    failed = failure(RIGHT.ravel() + 1, shape_misconception="bias-gradient-shape")

    assert names(failed) == ["wrong-shape"]
    assert failed.headline == "db1: wrong shape (3,) instead of (3, 1)"


def test_the_numbers_of_a_mistake_in_a_wrong_shape_are_two_mistakes() -> None:
    failed = failure(4 * RIGHT.ravel(), mistakes=[SUM], shape_misconception="bias-gradient-shape")

    assert names(failed) == ["missing-batch-mean", "bias-gradient-shape"]
    assert failed.headline == "db1 has shape (3,) instead of (3, 1)"


def test_a_model_of_just_that_shape_explains_better_than_a_reshaped_one() -> None:
    failed = failure(4 * RIGHT.T, mistakes=[SUM, TURNED, BOTH])

    assert names(failed) == ["missing-batch-mean", "transposed-gradient"]
    assert "db1 equals, number for number, what these mistakes together give" in failed.feedback


def test_right_values_laid_flat_are_not_called_transposed() -> None:
    assert names(failure(RIGHT.ravel(), mistakes=[TURNED])) == ["wrong-shape"]


def test_expected_values_reach_the_student_only_when_they_are_revealed() -> None:
    hidden, public = failure(2 * RIGHT), failure(2 * RIGHT, reveal=True)

    assert "-1.25" not in hidden.feedback
    assert "-1.25" in hidden.diagnostic
    assert "expected: [0.5, -1.25, 3] shape (3, 1)" in public.feedback
    assert "yours:    [1, -2.5, 6] shape (3, 1)" in public.feedback


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (7 * RIGHT, ["every value is 7 times the right value"]),
        (-RIGHT, ["every value has the wrong sign"]),
        (RIGHT + np.array([[0], [0], [1]]), ["2 of 3 values are right"]),
    ],
)
def test_a_difference_is_put_into_words(actual: Any, words: list[str]) -> None:
    assert list(relation(actual, RIGHT, 1e-6, 1e-9)) == words


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (1.2, ["it is 4 times the right value"]),
        (0.15, ["it is 0.5 times the right value"]),
        (-0.3, ["it has the wrong sign"]),
        (0.77, []),
        (0.0, []),
    ],
)
def test_a_single_number_is_related_by_a_plain_factor_only(actual: float, words: list[str]) -> None:
    assert list(relation(np.asarray(actual), np.asarray(0.3), 1e-6, 1e-9)) == words


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int8])
def test_bools_and_small_integers_are_compared_as_numbers(dtype: Any) -> None:
    ones, zeros = np.ones(3, dtype=dtype), np.zeros(3, dtype=dtype)

    expect_close(ones, ones, "mask")
    assert failure(zeros, ones).headline


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (7.0, "every value is m times the right value (m is 7)"),
        (1 / 7, "every value is 1/m times the right value (m is 7)"),
        (-7.0, "every value is -m times the right value (m is 7)"),
        (3.0, "every value is 3 times the right value"),
        (5.0, "every value is 5 times the right value"),
        (1 / 49, "every value is 0.0204 times the right value"),
    ],
)
def test_a_factor_is_named_by_the_one_size_that_it_is(factor: float, words: str) -> None:
    # Two sizes are 3: which of them was meant cannot be told.
    sizes = {"n_x": 3, "n_h": 3, "n_y": 1, "m": 7}
    assert list(relation(factor * RIGHT, RIGHT, 1e-6, 1e-9, sizes)) == [words]


def test_a_failed_expectation_names_the_size() -> None:
    said = failure(RIGHT / 7, sizes={"m": 7}).feedback
    assert "every value is 1/m times the right value (m is 7)" in said
