"""Is a value that is as it is written told from one that must be computed?"""

from __future__ import annotations

import ast

import pytest

from grader.worker.slicing.statement.values import is_literal


@pytest.mark.parametrize(
    "written",
    ["3", "-3", "'text'", "[1, (2, {3: {4}})]", "1 / 2", "7 // 2", "7 % -2", "2 ** 64", "2 ** -64",
     "1 + 2", "1 - -2", "3 * 0.5"],
)  # fmt: skip
def test_what_cannot_fail_is_as_it_is_written(written: str) -> None:
    assert is_literal(ast.parse(written, mode="eval").body)
    eval(written)


@pytest.mark.parametrize(
    "written",
    ["K", "g(3)", "[K]", "1 / 0", "1 // 0", "1 % 0", "1 / -0.0", "0 ** -1", "2 ** 65", "2 ** -65",
     "10 ** 10 ** 10", "'a' * 10 ** 9", "[0] * 3", "1 << 64", "1 @ 2", "'%d' % 'a'", "1 + 'a'",
     "(1 + 2) * 3"],
)  # fmt: skip
def test_what_may_fail_or_run_away_is_computed(written: str) -> None:
    assert not is_literal(ast.parse(written, mode="eval").body)
