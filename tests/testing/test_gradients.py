"""Finite differences agree with derivatives known on paper, and notice wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.testing.failures import CheckFailed, Diagnosis, fail
from grader.testing.gradients import (
    consistency_explained,
    explain_consistency,
    fits_own_cost,
    numerical_gradient,
    numerical_gradients,
    own_gradients,
)


def test_a_cubic_has_the_gradient_of_the_formula() -> None:
    at = np.array([[0.5, -2.0], [3.0, 0.0]])

    gradient = numerical_gradient(lambda x: float((x**3).sum()), at)

    np.testing.assert_allclose(gradient, 3 * at**2, rtol=1e-9, atol=1e-9)


def test_transcendental_functions_are_exact_to_ten_digits() -> None:
    at = np.linspace(-1.5, 1.5, 7)

    gradient = numerical_gradient(lambda x: float(np.tanh(x).sum()), at)

    np.testing.assert_allclose(gradient, 1 - np.tanh(at) ** 2, rtol=1e-10)


def test_a_wrong_derivative_is_far_away() -> None:
    at = np.linspace(-1.5, 1.5, 7)

    gradient = numerical_gradient(lambda x: float(np.tanh(x).sum()), at)

    assert not np.allclose(gradient, 1 - np.tanh(at), rtol=1e-2)


def test_a_number_is_an_array_without_dimensions() -> None:
    gradient = numerical_gradient(lambda x: float(5 * x**2 + 3 * x - 4), 2)

    assert gradient.shape == ()
    np.testing.assert_allclose(gradient, 23.0, rtol=1e-10)


def test_the_point_is_left_alone() -> None:
    at = np.array([1.0, 2.0])

    numerical_gradient(lambda x: float(x.sum()), at)

    np.testing.assert_array_equal(at, [1.0, 2.0])


def test_each_array_of_a_dict_gets_its_own_gradient() -> None:
    x = np.array([[1.0, 2.0, -1.0]])
    parameters = {"W": np.array([[0.3]]), "b": [[0.1]]}

    gradients = numerical_gradients(lambda p: float(np.sum(p["W"] @ x + p["b"])), parameters)

    np.testing.assert_allclose(gradients["W"], [[2.0]], rtol=1e-10)
    np.testing.assert_allclose(gradients["b"], [[3.0]], rtol=1e-10)


X = np.random.default_rng(7).normal(size=(3, 8))
Y = np.array([[0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0]])
POINT = {"w": np.array([[0.3], [-0.5], [0.8]]), "b": 0.2}
CALLS = 4 * 4


class Learner:
    """A learner's logistic cost and gradients, in a convention of their own."""

    def __init__(self, *, times: float = 1.0, slip: float = 1.0, precision: Any = float) -> None:
        self.times, self.slip, self.precision, self.calls = times, slip, precision, 0

    def cost(self, at: dict[str, np.ndarray]) -> float:
        self.calls += 1
        A = self._forward(at)
        Y_ = Y.astype(self.precision)
        return float(-self.times * np.mean(Y_ * np.log(A) + (1 - Y_) * np.log(1 - A)))

    def gradients(self) -> dict[str, Any]:
        dZ = self.times * (self._forward(POINT) - Y.astype(self.precision)) / Y.size
        return {"w": self.slip * (X.astype(self.precision) @ dZ.T), "b": self.slip * dZ.sum()}

    def _forward(self, at: dict[str, Any]) -> np.ndarray:
        w, b = (np.asarray(at[name], dtype=self.precision) for name in ("w", "b"))
        return 1 / (1 + np.exp(-(w.T @ X.astype(self.precision) + b)))


RIGHT_COST = Learner().cost(POINT)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("times", [1.0, 8.0, -1.0, 1 / np.log(2)])
def test_gradients_fit_their_own_cost_in_any_convention(times: float, precision: Any) -> None:
    learner = Learner(times=times, precision=precision)

    assert fits_own_cost(learner.cost, POINT, learner.gradients())


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("slip", [1.01, 0.99, -1.0, 8.0, 0.0])
def test_a_slip_between_cost_and_gradients_is_noticed(slip: float, precision: Any) -> None:
    learner = Learner(slip=slip, precision=precision)

    assert fits_own_cost(learner.cost, POINT, learner.gradients()) is False


def test_own_gradients_hold_in_single_precision_at_every_point() -> None:
    learner = Learner(precision=np.float32)
    rng = np.random.default_rng(1)
    for _ in range(50):
        at = {"w": rng.normal(size=(3, 1)), "b": rng.normal()}
        exact = numerical_gradients(Learner().cost, at)
        own = own_gradients(learner.cost, at)
        assert own is not None
        largest = max(np.abs(value).max() for value in exact.values())
        for name, value in exact.items():
            np.testing.assert_allclose(own[name], value, atol=2e-4 * largest)


def test_a_cost_is_asked_four_times_for_each_number() -> None:
    learner = Learner()

    fits_own_cost(learner.cost, POINT, learner.gradients())

    assert learner.calls == CALLS


def test_only_what_has_a_gradient_is_moved() -> None:
    learner = Learner()

    assert fits_own_cost(learner.cost, POINT, {"b": learner.gradients()["b"]})
    assert learner.calls == 4


def test_the_shape_is_another_matter() -> None:
    grads = Learner().gradients()

    for dw in (grads["w"].T, grads["w"].ravel()):
        assert fits_own_cost(Learner().cost, POINT, {"w": dw, "b": [[grads["b"]]]})
    for wrong in ({"w": grads["w"][::-1]}, {"w": grads["w"][:2]}, {"b": np.ones((1, 8))}):
        assert fits_own_cost(Learner().cost, POINT, wrong) is False


def test_a_matrix_is_compared_entry_by_entry_also_when_transposed() -> None:
    at = {"W": np.arange(6.0).reshape(2, 3)}

    def cost(p: dict[str, np.ndarray]) -> float:
        return float((p["W"] ** 3).sum())

    right = 3 * at["W"] ** 2
    assert fits_own_cost(cost, at, {"W": right})
    assert fits_own_cost(cost, at, {"W": right.T})
    assert fits_own_cost(cost, at, {"W": right.T.reshape(2, 3)}) is False


def raises(_: dict[str, np.ndarray]) -> float:
    fail("propagate raised ValueError")


@pytest.mark.parametrize("cost", [raises, lambda _: float("nan")])
def test_a_cost_that_cannot_be_computed_says_nothing(cost: Any) -> None:
    assert fits_own_cost(cost, POINT, Learner().gradients()) is None
    assert explain_consistency(cost, RIGHT_COST, POINT, Learner().gradients()) == ""


def test_the_line_says_which_of_the_two_to_mend() -> None:
    def line(learner: Learner, **gradients: Any) -> str:
        given = learner.gradients() | gradients
        return explain_consistency(learner.cost, RIGHT_COST, POINT, given)

    own = "dw and db are the gradients of your own cost: it is the cost that differs"
    assert line(Learner(times=8.0)) == own
    slip = "your cost is right, but dw and db are not its gradients: nudge a parameter and see"
    assert line(Learner(slip=8.0)) == slip
    either = "dw and db are not the gradients of your own cost either"
    assert line(Learner(times=8.0, slip=8.0)) == either
    assert line(Learner()) == ""


def test_one_gradient_is_spoken_of_as_one() -> None:
    learner = Learner(slip=2.0)

    line = explain_consistency(learner.cost, RIGHT_COST, POINT, {"w": learner.gradients()["w"]})

    assert line == "your cost is right, but dw is not its gradient: nudge a parameter and see"


@pytest.mark.parametrize(("named_too", "lines"), [(True, 2), (False, 1)])
def test_the_line_joins_a_failure_and_changes_nothing_else_of_it(
    named_too: bool, lines: int
) -> None:
    learner = Learner(times=8.0)
    arguments = (learner.cost, RIGHT_COST, POINT, learner.gradients())
    with (
        pytest.raises(CheckFailed) as caught,
        consistency_explained(*arguments, named_too=named_too),
    ):
        fail("dw is wrong", "a line", staff=["secret"], diagnoses=[Diagnosis("gradient-sign")])

    failure = caught.value
    assert (failure.headline, failure.staff) == ("dw is wrong", ("secret",))
    assert [d.misconception for d in failure.diagnoses] == ["gradient-sign"]
    assert len(failure.lines) == lines
    assert failure.lines[0] == "a line"


def test_a_check_that_passes_asks_nothing() -> None:
    learner = Learner()
    with consistency_explained(learner.cost, RIGHT_COST, POINT, learner.gradients()):
        pass
    calls = learner.calls

    with (
        pytest.raises(CheckFailed, match="dw is wrong"),
        consistency_explained(raises, RIGHT_COST, POINT, {}),
    ):
        fail("dw is wrong")

    assert calls == 0
