"""Whatever runs came before, in whatever order: the gradebook is that of one run over the class."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.batch import Way, grade_class
from grader.catalog import Course
from grader.enrolment import known_labels
from grader.executors import local_executor, run_job
from grader.ingest import gather, read_roster
from grader.sample import write_sample
from grader.store import Store

ROOT = Path(__file__).parents[2]
ROSTER = "Name,Email,Login\nAda Lovelace,ada@x,s1\nBo Li,bo@x,s2\nAmy Ray,amy@x,s9\n"
WORDS = {"s1": ("pass", "fail"), "s2": ("fail", "pass"), "s3": ("pass", None), "s4": (None, "fail")}


class Desk:
    """A class folder, the folder that it is graded into, and what may be run on it."""

    def __init__(self, root, course, function, roster, level="full"):
        self.root, self.course, self.function, self.level = root, course, function, level
        self.folder, self.roster, self.runs = root / "class", roster, 0

    @property
    def files(self):
        return sorted(p for p in self.folder.rglob("*") if p.is_file())

    def grade(self, path, *, out="out", roster=False, only=None, **options):
        self.runs += 1
        scratch = self.root / f"scratch {self.runs}"
        scratch.mkdir()
        table = read_roster(self.roster) if roster else None
        exercises = [folder.exercise for folder in self.course.folders]
        into = self.root / out
        gathered = gather(
            path, scratch, exercises, "auto", options.get("scope"), into, table, known_labels(into)
        )
        gathered = gathered.only(only) if only else gathered
        way = Way(self.function, partial(local_executor, 1), 1, self.level, **options)
        summary = grade_class(gathered, self.course, into, way)
        assert not summary.faults
        return summary

    def book(self, out="out"):
        return (self.root / out / "gradebook.csv").read_text("utf-8")

    def packed(self, damaged=()):
        """Return a zip of the class in which the bytes of some files are damaged."""
        path = self.root / f"class {self.runs}" / "class.zip"
        path.parent.mkdir()
        with zipfile.ZipFile(path, "w") as zf:
            for file in self.files:
                zf.write(file, f"class/{file.relative_to(self.folder).as_posix()}")
            starts = [zf.NameToInfo[name].header_offset + 30 + len(name) for name in zf.namelist()]
        data = bytearray(path.read_bytes())
        for number in damaged:
            start = starts[number % len(starts)]
            data[start : start + 2] = b"\xff\xff"
        path.write_bytes(data)
        return path

    def take(self, step):
        """Do what one step says, and look at what must hold after each."""
        kind, number, roster = step
        students = sorted(p for p in self.folder.iterdir())
        one = students[number % len(students)]
        match kind:
            case "class":
                self.grade(self.folder, roster=roster)
            case "whole class":
                self.grade(self.folder, roster=roster, whole=True)
            case "student":
                self.grade(one, roster=roster)
            case "file":
                self.grade(self.files[number % len(self.files)], roster=roster)
            case "only":
                self.grade(self.folder, roster=roster, only=[one.stem.partition("_")[0]])
            case "exercise":
                scope = self.course.exercise_ids[number % len(self.course.exercise_ids)]
                self.grade(self.folder, roster=roster, scope=scope)
            case "zip":
                self.grade(self.packed(), roster=roster)
            case "half-read zip":
                self.grade(self.packed([number, number + 1]), roster=roster)
            case "half-read whole class":
                self.grade(self.packed([number]), roster=roster, whole=True)


KINDS = [
    "class", "whole class", "student", "file", "only", "exercise", "zip", "half-read zip",
    "half-read whole class",
]  # fmt: skip
STEPS = st.tuples(st.sampled_from(KINDS), st.integers(0, 7), st.booleans())
BEFORE, AFTER = st.lists(STEPS, max_size=4), st.lists(STEPS, max_size=4)


def rosters(steps):
    return any(roster for _, _, roster in steps)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=BEFORE, after=AFTER)
def test_the_gradebook_is_that_of_one_run_over_the_class(
    before, after, course, fake_job, importable
):
    with tempfile.TemporaryDirectory() as folder:
        desk = small_desk(Path(folder), course, fake_job)
        for step in before:
            desk.take(step)
        # From here on all that there is has been read once.
        desk.take(("class", 0, False))
        rows = {}
        for step in after:
            desk.take(step)
            with Store(desk.root / "out" / "store.sqlite") as store:
                rows = [row for row in store.rows() if row.report is None]
            assert rows == []
        roster = rosters([*before, *after])
        desk.grade(desk.folder, out="once", roster=roster)
        absent_is_known = roster and not forgotten([*before, ("class", 0, False), *after])
        expected = desk.book("once")
        if roster and not absent_is_known:
            expected = "".join(ln for ln in expected.splitlines(True) if "Amy" not in ln)
        assert desk.book() == expected
        names = {p.name for p in (desk.root / "out" / "reports").iterdir()}
        assert names == {p.name for p in (desk.root / "once" / "reports").iterdir()}


def forgotten(steps):
    """Whether the last run for the whole class knew of no roster, and none came after it.

    Who is in a roster alone leaves with a run that says that there is nobody else.
    """
    for kind, _, roster in reversed(steps):
        if roster:
            return False
        if "whole" in kind:
            return True
    return True


def small_desk(root, course, function):
    (root / "roster.csv").write_text(ROSTER)
    desk = Desk(root, course, function, root / "roster.csv")
    for student, words in WORDS.items():
        for exercise, word in zip(course.exercise_ids, words, strict=True):
            if word is not None:
                path = desk.folder / student / f"{exercise}.py"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(word)
    return desk


def test_what_the_property_asks_for_can_fail(tmp_path, course, fake_job, importable):
    desk = small_desk(tmp_path, course, fake_job)
    desk.take(("class", 0, False))
    desk.grade(desk.folder, out="once")
    assert desk.book() == desk.book("once")
    desk.grade(desk.folder / "s1", whole=True)
    assert desk.book() != desk.book("once")


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Write the sample class of the shipped course, and grade a few of its students."""
    root = tmp_path_factory.mktemp("sample")
    course = Course(ROOT)
    write_sample(course, root / "class")
    everybody = sorted((root / "class").iterdir(), key=lambda p: (p.is_dir(), p.name))
    called = list(dict.fromkeys(p.stem.partition("_")[0] for p in everybody))
    names = [*called[:2], *called[-3:]]
    for path in everybody:
        if path.stem.partition("_")[0] not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert {path.is_dir() for path in (root / "class").iterdir()} == {True, False}
    table = [f"Student {n},{n}@x,{n}" for n in names[1:]]
    (root / "roster.csv").write_text("Name,Email,Login\n" + "\n".join(table) + "\n")
    desk = Desk(root, course, run_job, root / "roster.csv", "process")
    desk.grade(desk.folder)
    return SimpleNamespace(desk=desk, book=desk.book())


def test_the_sample_class_survives_too(real):
    desk = real.desk
    folder = next(p for p in desk.folder.iterdir() if p.is_dir())
    for path in (desk.files[5], folder):
        assert desk.grade(path).graded == 0
        assert desk.book() == real.book
    summary = desk.grade(desk.packed([3, 7, 20]))
    assert (summary.graded, len(summary.unmatched)) == (0, 3)
    assert desk.book() == real.book
    assert desk.grade(desk.folder, roster=True).graded == 0
    known = desk.book()
    assert known.count("@x") == 4
    for step in ("half-read whole class", "student", "class", "only"):
        desk.take((step, 11, False))
        assert desk.book() == known
