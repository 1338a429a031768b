"""Are checks judged, and are mistakes of the course told from mistakes of the student?"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import CourseError
from grader.grade import Slot
from grader.testing.suite import Suite

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

RIGHT = "def square(x): return x**2\n"
IMPORTS = """
import os, signal
import numpy as np, pytest
from grader.testing import check, expect, expect_equal, fail, Diagnosis
"""


def check(name: str, body: str, options: str = "", arguments: str = "submission") -> str:
    head = f"@check('The title of {name}', points=1{options})\ndef test_{name}({arguments}):\n"
    return head + "".join(f"    {line}\n" for line in body.splitlines())


@pytest.fixture
def outcomes(mini_course: Any, make_answer: Any) -> Any:
    """Return a function that gives the report of an answer under the given hidden checks."""

    def run(*checks: str, code: str = RIGHT) -> Any:
        with Slot(mini_course(IMPORTS + "".join(checks))) as slot:
            return slot.grade("mini", make_answer(code))

    return run


OURS = {
    "raises": "raise ValueError('a slip of ours')",
    "divides by zero": "1 / 0",
    "calls wrongly": "submission.square(1, 2)",
    "asks for what is not there": "submission.cube(1)",
    "leaves": "raise SystemExit",
    "interrupts": "raise KeyError('x')",
    "compares badly": "assert submission.square(np.ones(3)) == np.ones(3)",
    "odd assertion": "class Mine(AssertionError): pass\nraise Mine",
}


def test_a_check_that_breaks_is_our_fault(outcomes: Any) -> None:
    broken = [check(f"broken_{n}", body) for n, body in enumerate(OURS.values())]
    broken.append(check("broken_fixture", "pass", arguments="ghost"))
    report = outcomes(check("good", "pass"), *broken, check("late", "pass"))
    assert report.status == "internal_error"
    assert (report.points, report.fraction) == (None, None)
    assert report.max_points == len(report.checks)
    good, *judged, late = report.checks
    assert good.outcome == late.outcome == "passed"
    assert {result.outcome for result in judged} == {"internal_error"}
    for result in judged:
        assert "problem on our side" in result.feedback
        assert "not counted" in result.feedback
        assert ", line " in result.diagnostic


NEEDS = {
    "one of two": ("['first', 'third']", 'not run: needs "The title of first"'),
    "both": (
        "[test_first, test_second]",
        'not run: needs "The title of first" and "The title of second"',
    ),
    "one that was not run": ("['waiting']", 'not run: needs "The title of waiting"'),
    "one that passed": ("['third']", ""),
}


@pytest.mark.parametrize("kind", NEEDS)
def test_what_was_not_run_names_what_it_needs_by_titles(outcomes: Any, kind: str) -> None:
    needs, told = NEEDS[kind]
    *_, last = outcomes(
        check("first", "fail('no')"),
        check("second", "fail('no')"),
        check("third", "pass"),
        check("waiting", "pass", ", needs=['first']"),
        check("last", "pass", f", needs={needs}"),
    ).checks
    assert (last.feedback, last.points) == (told, 0 if told else 1)


FIXTURES = """
@pytest.fixture
def broken(): raise ValueError("a slip in a fixture")
@pytest.fixture
def judging(submission): fail("the fixture says no")
@pytest.fixture
def breaking_later():
    yield
    raise ValueError("a slip at the end")
"""


def test_fixtures_count_as_the_check(outcomes: Any) -> None:
    report = outcomes(
        FIXTURES,
        check("setup", "pass", arguments="broken"),
        check("judged", "pass", arguments="judging"),
        check("teardown", "pass", arguments="breaking_later"),
    )
    assert [c.outcome for c in report.checks] == ["internal_error", "failed", "internal_error"]
    assert "a slip in a fixture" in report.checks[0].diagnostic
    assert report.checks[1].feedback == "the fixture says no"


def test_failures_in_words(outcomes: Any, told: Any, snapshot: SnapshotAssertion) -> None:
    report = outcomes(
        check("plain", "value = 3\nassert value == 4, 'the secret is 4'"),
        check("failing", "fail('a headline', 'a line', staff=['expected: 7'])", ", hint='A hint?'"),
        check("expecting", "expect(submission.square(np.ones(1)).size == 2, 'two values')"),
        check("equal", "expect_equal(submission.square(np.ones(1)).shape, (2,), 'the shape')"),
        check("named", "fail('no', diagnoses=[Diagnosis('timeout', 'it took long', seconds=3)])"),
        check("unknown", "fail('no', diagnoses=[Diagnosis('never-heard-of', x=np.ones(2))])"),
        check("skipped", "pytest.skip('not today')"),
        check("good", "pass"),
    )
    assert report.status == "graded"
    assert told(report) == snapshot
    assert [c.diagnostic for c in report.checks] == snapshot(name="for staff")
    public = told(report)
    assert "the secret is 4" not in public
    assert "expected: 7" not in public


def test_needs(outcomes: Any, told: Any, snapshot: SnapshotAssertion) -> None:
    report = outcomes(
        check("first", "fail('no')"),
        check("second", "pass", ", needs=['first']"),
        check("third", "pass", ", needs=['test_second']"),
        check("fourth", "pass", ", needs=[test_third]"),
        check("fifth", "pass"),
        check("sixth", "pass", ", needs=['fifth', 'first']"),
    )
    ends = ["failed", "not_run", "not_run", "not_run", "passed", "not_run"]
    assert [c.outcome for c in report.checks] == ends
    assert report.points == 1
    assert told(report) == snapshot


def test_after_our_fault_the_others_are_not_blamed(outcomes: Any) -> None:
    report = outcomes(check("broken", "1 / 0"), check("next", "pass", ", needs=['broken']"))
    assert [c.outcome for c in report.checks] == ["internal_error", "not_run"]
    assert report.status == "internal_error"


MISTAKES: dict[str, tuple[str, tuple[str, ...]]] = {
    "plain test": ("def test_plain(): pass\n", ("test_hidden.py", "test_plain", "is a @check")),
    "parametrised": (
        "@pytest.mark.parametrize('n', [1, 2])\n" + check("many", "pass", arguments="n"),
        ("test_hidden.py", "test_many", "parametrised"),
    ),
    "the same check again": (
        check("twice", "pass").replace("def test_twice", "def test_first")
        + "test_other = test_first\n",
        ("test_hidden.py", "test_other", "exists twice"),
    ),
    "needs what is not there": (
        check("good", "pass", ", needs=['ghost']"),
        ("mini", "good", "needs ghost"),
    ),
    "needs a later one": (
        check("good", "pass", ", needs=['late']") + check("late", "pass"),
        ("test_hidden.py", "test_good", "needs late, which comes later"),
    ),
    "needs itself": (check("good", "pass", ", needs=['good']"), ("test_good", "comes later")),
    "no check": ("x = 1\n", ("mini", "there is no check")),
    "no points": (check("free", "pass").replace("points=1", "points=0"), ("mini", "has points")),
    "negative points": (
        check("bad", "pass").replace("points=1", "points=-1"),
        ("test_hidden.py", "finite number from 0 up"),
    ),
    "points that are no number": (
        check("bad", "pass").replace("points=1", "points=float('nan')"),
        ("test_hidden.py", "finite number"),
    ),
    "no title": (
        check("bad", "pass").replace("'The title of bad'", "' '"),
        ("test_hidden.py", "needs a title"),
    ),
    "a name that is no test's": (
        check("bad", "pass").replace("def test_bad", "def bad"),
        ("test_hidden.py", "bad", "is called test_something"),
    ),
    "not Python": ("def test_x(:\n", ("test_hidden.py", "SyntaxError")),
    "missing import": ("import not_installed\n", ("test_hidden.py", "not_installed")),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_in_check_files_are_named_with_their_place(mini_course: Any, name: str) -> None:
    hidden, said = MISTAKES[name]
    folder = mini_course(IMPORTS + hidden).folder("mini")
    with pytest.raises(CourseError) as mistake:
        Suite(folder)
    assert "mini" in str(mistake.value)
    for words in said:
        assert words in str(mistake.value)


def test_a_check_of_the_same_name_in_both_files(mini_course: Any) -> None:
    examples, hidden = IMPORTS + check("same", "pass"), IMPORTS + check("same", "pass")
    with pytest.raises(CourseError, match=r"test_hidden\.py.*same exists twice"):
        Suite(mini_course(hidden, examples=examples).folder("mini"))


def test_public_checks_run_first_and_are_called_public(mini_course: Any, make_answer: Any) -> None:
    hidden = IMPORTS + check("hidden", "pass", ", needs=['example']")
    hidden += check("shown", "pass", ", visibility='public'")
    course = mini_course(hidden, examples=IMPORTS + check("example", "pass"))
    with Slot(course) as slot, Slot(course, hidden=False) as own:
        report = slot.grade("mini", make_answer(RIGHT))
        alone = own.grade("mini", make_answer(RIGHT))
    assert [c.id for c in report.checks] == ["example", "hidden", "shown"]
    assert [c.visibility for c in report.checks] == ["public", "hidden", "public"]
    assert [c.id for c in alone.checks] == ["example"]


def test_two_courses_in_one_process_keep_their_checks_apart(
    write_course: Any, make_answer: Any, tmp_path: Any
) -> None:
    one = write_course(tmp_path / "one", IMPORTS + check("one", "pass"))
    two = write_course(tmp_path / "two", IMPORTS + check("two", "fail('no')"))
    with Slot(one) as first, Slot(two) as second:
        assert [c.id for c in first.grade("mini", make_answer(RIGHT)).checks] == ["one"]
        assert [c.id for c in second.grade("mini", make_answer(RIGHT)).checks] == ["two"]
    write_course(tmp_path / "one", IMPORTS + check("edited", "pass"))
    with Slot(one) as again:
        assert [c.id for c in again.grade("mini", make_answer(RIGHT)).checks] == ["edited"]


def test_a_suite_that_was_ended_from_within_says_so_every_time(
    mini_course: Any, make_answer: Any
) -> None:
    course = mini_course(IMPORTS + check("rude", "pytest.exit('enough')"))
    with Slot(course) as slot:
        for _ in range(2):
            with pytest.raises(CourseError):
                slot.grade("mini", make_answer(RIGHT))


KILL = "os.kill(submission._session.forkserver.pid, signal.SIGKILL)"


def test_a_forkserver_that_keeps_dying_leaves_the_submission_ungraded(outcomes: Any) -> None:
    call = "submission.square(np.ones(2))"
    # A process that was killed may live for a moment, and a worker may answer in it.
    until_it_shows = f"for _ in range(1000):\n    {call}\n    time.sleep(0.01)"
    late = check("after", until_it_shows)
    report = outcomes("import time\n", check("before", call), check("deadly", KILL), late)
    assert report.status == "internal_error"
    assert report.points is None
    assert {c.outcome for c in report.checks} == {"internal_error"}
    assert "ForkserverDied" in report.diagnostic


def test_a_forkserver_that_died_is_replaced(mini_course: Any, make_answer: Any) -> None:
    hidden = IMPORTS + check("good", "submission.square(np.ones(2))")
    with Slot(mini_course(hidden)) as slot:
        first = slot.grade("mini", make_answer(RIGHT))
        for _ in range(2):
            os.kill(slot._forkserver.pid, signal.SIGKILL)
            again = slot.grade("mini", make_answer(RIGHT))
            assert (again.status, again.points) == ("graded", first.points)
    slot.close()


def test_a_forkserver_that_dies_last_of_all_loses_the_attempt_only(
    mini_course: Any, make_answer: Any, tmp_path: Any
) -> None:
    mark = tmp_path / "killed"
    once = f"import pathlib\nmark = pathlib.Path({str(mark)!r})\n"
    once += f"if not mark.exists():\n    mark.touch()\n    {KILL}\n"
    hidden = IMPORTS + check("good", "submission.square(np.ones(2))") + check("deadly", once)
    with Slot(mini_course(hidden)) as slot:
        report = slot.grade("mini", make_answer(RIGHT))
    assert mark.exists()
    assert (report.status, report.points) == ("graded", 2)
