"""Whatever a hostile neighbour hands in, everybody else's work is read as if that were not there.

Some seventy classes on every run, as folders and as zips, a few of them graded;
`python tests/fuzz/long.py classes 60` looks for an hour. What that finds is put into
`found/classes/` and tried here ever after.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import held
import pytest
from archives import NAMES, Member, zipped
from held import WAYS, gathering_faults, grading_faults
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from neighbours import FORMS, KINDS, Case, drawn, greedy
from thefts import STOLEN, YAML

from grader.ingest.answers import contents
from grader.source import iter_entries

# A seed is not made smaller: `smallest` makes its class so.
AS_DRAWN = settings(
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Hypothesis begins with the least of all examples. So that one is enough, the least is another in
# each process, but in continuous integration, which repeats itself.
LEAST = 0 if os.environ.get("CI") else SystemRandom().randrange(2**40)
SEEDS = st.integers(0, 2**40).map(lambda number: number ^ LEAST)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KINDS)
@settings(AS_DRAWN, max_examples=1)
@given(seed=SEEDS)
def test_a_hostile_neighbour_changes_nothing(
    forkserver: Any, kind: str, form: str, seed: int
) -> None:
    dice = Random(f"{kind} {form} {seed}")  # another class for each, whatever the seed
    assert gathering_faults(drawn(kind, form, dice), forkserver) == []


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody have little time, of which an honest student needs a small part."""
    monkeypatch.setattr(contents, "READING_SECONDS", 0.4)
    monkeypatch.setattr(contents, "OF_A_FOLDER", 1.0)


@pytest.mark.parametrize("form", FORMS)
@settings(AS_DRAWN, max_examples=1)
@given(seed=SEEDS)
def test_nor_does_one_who_uses_up_time_and_memory(
    forkserver: Any, hurried: None, form: str, seed: int
) -> None:
    assert gathering_faults(greedy(form, Random(seed)), forkserver) == []


def test_one_time_for_all_would_be_used_up(
    forkserver: Any, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""

    def charged(self: contents.Contents, *_: object) -> contents.Contents:
        self.owners = {"all": 1.0}
        return self

    monkeypatch.setattr(contents.Contents, "charged_to", charged)
    cases = (greedy("folder", Random(seed)) for seed in range(9))
    assert any(gathering_faults(case, forkserver) for case in cases)


@pytest.mark.parametrize("way", WAYS)
@settings(AS_DRAWN, max_examples=2)
@given(seed=SEEDS)
def test_nor_any_grade(way: str, seed: int) -> None:
    dice = Random(f"{way} {seed}")
    case = drawn(dice.choice(["plain folders", "moodle", "canvas"]), dice.choice(FORMS), dice, way)
    assert grading_faults(case) == []


def test_what_was_found_stays_mended(forkserver: Any) -> None:
    for path in sorted((Path(__file__).parent / "found" / "classes").glob("*")):
        case = Case.of_text(path.read_text("utf-8"))
        assert gathering_faults(case, forkserver) == [], path.name
        assert grading_faults(case) == [], path.name


def honest(form: str, way: str = "once") -> Case:
    files = {f"{s}/random_init.py": held.RANDOM.encode() for s in ("s1", "s2")}
    hostile = {"s3/random_init.py": STOLEN.encode()}
    return Case("plain folders", form, files, hostile, "s3/", way=way)


@pytest.mark.parametrize(
    ("hostile", "said"),
    [
        ({"s1/random_init.py": STOLEN.encode()}, "s1.random_init"),
        ({"s2/random_init/s.py": b"def scale(): return 1"}, "s2.random_init"),
        ({"submission_metadata.yml": YAML.encode()}, "the hostile student has no row"),
    ],
)
@pytest.mark.parametrize("form", FORMS)
def test_what_changes_would_be_seen(
    forkserver: Any, form: str, hostile: dict[str, bytes], said: str
) -> None:
    case = honest(form)
    assert gathering_faults(case, forkserver) == []
    assert said in gathering_faults(replace(case, hostile=hostile), forkserver)


@pytest.mark.parametrize("way", ["once", "changes", "only others"])
def test_so_would_another_grade(way: str) -> None:
    """The control: another work of s1's own is another report, feedback and row."""
    case = honest("folder", way)
    assert grading_faults(case) == []
    case.hostile["s1/random_init.py"] = STOLEN.encode()
    faults = grading_faults(case)
    assert {"s1.random_init.json is another", "the gradebook of s1 is another"} <= {*faults}


@pytest.mark.parametrize("names", NAMES)
def test_any_way_of_writing_a_name_makes_a_zip(names: str) -> None:
    members = [Member("ü/é.py", b"x", names=names), Member("b", b"y", is_packed=True)]
    assert {entry.read() for entry in iter_entries(zipped(members))} == {b"x", b"y"}


def test_a_case_is_kept_as_it_is() -> None:
    for seed in range(20):
        case = drawn(Random(seed).choice([*KINDS]), "folder", Random(seed))
        assert Case.of_text(case.text()) == case


def test_a_case_is_made_smaller() -> None:
    case = replace(honest("zip"), roster="name\ns1\n", odd={"s3/x": "pipe"})
    case.hostile.update({f"s3/{number}.txt": b"" for number in range(9)})

    def look(one: Case) -> list[str]:
        return ["it is there"] * ("s3/4.txt" in one.hostile)

    small = held.smallest(look, case, look(case))
    assert (list(small.hostile), small.odd, small.roster) == (["s3/4.txt"], {}, "")
