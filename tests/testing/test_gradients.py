"""Finite differences agree with derivatives known on paper, and notice wrong ones."""

from __future__ import annotations

import numpy as np

from grader.testing.gradients import numerical_gradient, numerical_gradients


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
