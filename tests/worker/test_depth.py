"""A statement that is nested deeply or at length costs what it would have given, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from grader.worker.slicing import needs

CHOICE = " ".join(f"{n} if x == {n} else" for n in range(700))
BRANCHES = "\n    ".join(f"elif x == {n}: y = {n}" for n in range(1, 200))
SUM = " + ".join(["x"] * 300)


@pytest.mark.parametrize(
    "line",
    [
        f"y = {CHOICE} 0",
        f"y = str({CHOICE} 0)",
        f"y = [{CHOICE} 0]",
        f"T[0] = {CHOICE} 0",
        f"def g(x): return {CHOICE} 0",
        f"def g(x):\n    def h(): return {CHOICE} 0",
        f"g = lambda x: {CHOICE} 0",
        f"for y in {CHOICE} []: pass",
        "y = T" + ".copy()" * 700,
        f"T[0] = {SUM}",
    ],
)
def test_a_deep_statement_costs_nothing_but_itself(value: Any, line: str) -> None:
    try:
        compile(line, "line", "exec")
    except RecursionError:
        pytest.fail("Python itself does not take this")
    code = f"x = 1\nT = [3]\n{line}\nK = [2]\nK.append(sum(T))\ndef f(): return K[0], len(K)"
    assert value(code) == (2, 2)


@pytest.mark.parametrize(
    "body",
    [
        f"if x == 0: y = 0\n    {BRANCHES}\n    # assert y",
        f"if x == 0: y = 0\n    {BRANCHES}\n    print('assert')",
        f"if x == 0: y = 0\n    {BRANCHES}\n    assert y == 3",
        f"y = ({SUM}) // 300\n    assert y",
        f"y = ({SUM}) // 300\n    'assert'",
    ],
)
def test_a_long_function_may_assert(value: Any, body: str) -> None:
    assert value(f"def f(x=3):\n    {body}\n    return y") == 3


@pytest.mark.parametrize(
    "written",
    [
        "[x60 for x0 in L {}]",
        "[*(x60 for x0 in L {})]",
        "[x60 for x0 in [L[0]] {}]",
        "[*{{x60: 1 for x0 in L {}}}]",
    ],
)
def test_variables_that_double_one_another_end(value: Any, written: str) -> None:
    loops = " ".join(f"for x{n} in (x{n - 1}, x{n - 1})[:1]" for n in range(1, 61))
    assert value(f"L = [1]\nK = {written.format(loops)}\ndef f(): return K") == [1]


@pytest.mark.parametrize("most", [200_000, 3])
@pytest.mark.parametrize(
    "lines",
    [
        "K.append(2)",
        "a = [2]\nb = a\nc = b\nK.extend(c)",
        "o = {'a': K}\no['a'].append(L[0])",
        "def g(): h()\ndef h(): K.append(2)\ng()",
    ],
)
def test_what_was_not_reached_is_executed(
    value: Any, lines: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(needs, "_MOST_STEPS", most)
    code = f"L = [2]\nK = [1]\n{lines}\nif __name__ == '__main__':\n    K.append(3)\n"
    assert value(f"{code}M = K\ndef f(): return M") == [1, 2]
