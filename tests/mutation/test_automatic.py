"""Do automatic mutants show what hidden tests do not look at, in bounded time?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.catalog import Course
from grader.mutation.mutants import AutomaticMutant
from grader.sandbox.forkserver import Forkserver
from grader.testing.suite import Suite
from grader.verify.automatic import try_mutants
from grader.verify.proof import Automatic, Proof, total
from grader.verify.trial import CALL_CPU_SECONDS, Trial, users

STRICT = """
from grader.testing import check, expect_close, expect_unchanged

@check("the step is right", points=8)
def test_step(submission, case, reference):
    right = reference.step(case.X, case.rate)
    expect_close(submission.step(case.X, case.rate), right, "the step")

@check("nothing is changed in place", points=1)
def test_unchanged(submission, case):
    submission.step(case.X, case.rate)
    expect_unchanged(submission)

@check("the rate has a default", points=1)
def test_default(submission, case, reference):
    expect_close(submission.step(case.X), reference.step(case.X, 0.5), "the step")
"""
BLIND = """
from grader.testing import check, expect_shape

@check("the step has a shape", points=10)
def test_shape(submission, case):
    expect_shape(submission.step(case.X, case.rate), case.X.shape, "the step")
"""
OWN_CASE = """
import pytest
from types import SimpleNamespace

@pytest.fixture
def case(rng):
    return SimpleNamespace(X=rng.normal(size=(2, 3)), rate=0.3)
"""
COUNTS = """
def step(X, rate=0.5):
    left = 3
    while left > 0:
        left = left - 1
    return X * 2
"""


def test_every_mistake_is_noticed_by_tests_that_look(tiny: Callable[..., Course]) -> None:
    found = try_mutants(tiny(STRICT), "mini")
    assert found.survivors == []
    assert list(found.judge()) == []
    assert found.killed == found.counted >= 10
    assert all(checks <= {"step", "unchanged", "default"} for checks in found.deaths.values())


def test_a_weak_test_is_noticed(tiny: Callable[..., Course]) -> None:
    found = try_mutants(tiny(BLIND), "mini")
    survivors = {mutant.describes for mutant in found.survivors}
    assert "another operator: `-` became `+`" in survivors
    assert "other default: the default of rate became 5.0" in survivors
    assert f"only {found.killed} of {found.counted} automatic mutants" in next(found.judge())


def test_what_is_equal_to_the_reference_does_not_count(tiny: Callable[..., Course]) -> None:
    reference = "def step(X, rate=0.5):\n    return X * float(rate)\n"
    found = try_mutants(tiny(STRICT, reference), "mini")
    assert [mutant.describes for mutant in found.equal] == ["dropped call: float dropped"]
    assert found.survivors == []


def test_what_no_case_leads_to_is_not_taken_for_equal(tiny: Callable[..., Course]) -> None:
    reference = "def step(X, rate=0.5):\n    if X.size > 900:\n        return X[0]\n    return X\n"
    found = try_mutants(tiny(STRICT, reference), "mini")
    assert {mutant.line for mutant in found.unreached} == {3}
    assert all(mutant.line != 3 for mutant in found.equal)
    proof = Proof("mini")
    proof.add(found)
    assert "survives, and no case of cases.toml leads there: step, line 3" in next(
        proof.survivors()
    )
    assert "automatic mutants are killed" in proof.problems[0]


def test_without_cases_a_survivor_cannot_be_told(tiny: Callable[..., Course]) -> None:
    course = tiny(BLIND + OWN_CASE)
    (course.folder("mini").staff / "cases.toml").unlink()
    found = try_mutants(course, "mini")
    assert found.problems == [
        "there is no cases.toml: a survivor cannot be told from what only looks different",
    ]
    assert found.equal == []
    assert found.survivors


def test_a_mutant_that_never_ends_is_bounded_and_killed(
    tiny: Callable[..., Course], forkserver: Forkserver
) -> None:
    course = tiny(STRICT, COUNTS)
    found = try_mutants(course, "mini")
    endless = [m for m in found.deaths if m.startswith(("dropped_statement", "another_operator"))]
    assert len(endless) >= 2
    folder = course.folder("mini")
    with Suite(folder) as suite:
        trial = Trial(folder, forkserver, suite, every_kill=False)
        assert trial.limits.call_cpu_seconds == CALL_CPU_SECONDS


def test_a_slow_reference_keeps_the_limits_of_its_exercise(
    tiny: Callable[..., Course], forkserver: Forkserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.verify.trial.CALL_WALL_SECONDS", 0.05)
    slow = "import time\ndef step(X, rate=0.5):\n    time.sleep(0.1)\n    return X\n"
    folder = tiny(STRICT, slow).folder("mini")
    with Suite(folder) as suite:
        trial = Trial(folder, forkserver, suite, every_kill=False)
    assert trial.limits == folder.exercise.limits


def test_a_reference_that_fails_is_a_problem(tiny: Callable[..., Course]) -> None:
    course = tiny(STRICT.replace("reference.step(case.X, 0.5)", "case.X + 1"))
    found = try_mutants(course, "mini")
    assert found.problems == ["no automatic mutant was tried: the reference fails default"]


def test_a_check_that_breaks_over_a_mutant_is_a_problem(tiny: Callable[..., Course]) -> None:
    fragile = STRICT.replace('right, "the step")', 'right, "the step")\n', 1) + (
        '\n@check("sums", points=0)\ndef test_sums(submission, case):\n'
        "    rows = submission.step(case.X, case.rate)\n"
        "    {0: rows}[rows.shape[0] - case.n]\n"
    )
    reference = "def step(X, rate=0.5):\n    return X[:, :] * rate\n"
    found = try_mutants(tiny(fragile, reference), "mini", every_kill=True)
    (problem,) = found.problems
    assert problem.startswith("check sums broke over an automatic mutant: test_hidden.py")
    assert problem.endswith("\n+    return rate")


def test_a_reference_that_is_no_python_is_a_problem(tiny: Callable[..., Course]) -> None:
    found = try_mutants(tiny(STRICT, "def step(:\n"), "mini")
    assert len(found.problems) == 1


def test_parts_add_up_to_the_whole(tiny: Callable[..., Course]) -> None:
    course = tiny(STRICT)
    whole = try_mutants(course, "mini")
    parts = try_mutants(course, "mini", (0, 2)) + try_mutants(course, "mini", (1, 2))
    assert (parts.killed, parts.deaths) == (whole.killed, whole.deaths)
    assert parts.named == whole.named


def test_every_kill_finds_all_checks(tiny: Callable[..., Course]) -> None:
    course = tiny(STRICT)
    some, every = (try_mutants(course, "mini", every_kill=all_) for all_ in (False, True))
    assert some.deaths.keys() == every.deaths.keys()
    assert all(some.deaths[name] <= every.deaths[name] for name in some.deaths)
    assert max(len(checks) for checks in every.deaths.values()) == 3


def test_functions_are_reached_through_what_uses_them() -> None:
    source = "def a(x):\n    return x\ndef b(x):\n    return a(x)\ndef c(x):\n    return b(x)\n"
    assert users(source) == {"a": {"a", "b", "c"}, "b": {"b", "c"}, "c": {"c"}}


def test_the_line_of_a_course_adds_up_its_exercises() -> None:
    mutant = AutomaticMutant("minus:1#1", "minus dropped", "f", 1, "", None, "")
    one = Proof("one", checks=5, mutants=10, killed=10, nameable=9, named=9, unnamed=1)
    one.add(Automatic(killed=99, survivors=[mutant]))
    two = Proof("two", ["wrong"], mutants=10, killed=9, nameable=10, named=8)
    assert total([one, two]).split(maxsplit=1)[1] == (
        "1/2 exercises proven · 19/20 mutants killed (95.0 %)"
        " · 17/20 named (85.0 %) and 1 rightly unnamed · auto 99/100 killed (99.0 %)"
    )
    assert "auto 99/100 killed ·" in one.line()
    assert list(one.survivors()) == [f"survives: {mutant}"]
