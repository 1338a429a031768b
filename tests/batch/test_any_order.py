"""Whatever runs came before, in whatever order: the gradebook is that of one run over the class."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import zipfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grader.batch import Way, grade_class
from grader.catalog import Course
from grader.enrolment import known_before
from grader.executors import local_executor
from grader.ingest import gather, read_roster
from grader.sample import STUDENTS, write_sample
from grader.store import Store

ROOT = Path(__file__).parents[2]
ROSTER = "Name,Email,Login\nAda Lovelace,ada@x,s1\nBo Li,bo@x,s2\nAmy Ray,amy@x,s9\n"
WORDS = {"s1": ("pass", "fail"), "s2": ("fail", "pass"), "s3": ("pass", None), "s4": (None, "fail")}


class Desk:
    """A class folder, the folder that it is graded into, and what may be run on it."""

    def __init__(self, root, course, function, forkserver):
        self.root, self.course, self.function, self.forkserver = root, course, function, forkserver
        self.folder, self.roster, self.runs = root / "class", root / "roster.csv", 0

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
            path, scratch, exercises, "auto", options.get("scope"), [into], table,
            known_before(into), forkserver=self.forkserver,
        )  # fmt: skip
        gathered = gathered.only(only) if only else gathered
        way = Way(self.function, partial(local_executor, 1), 1, "full", **options)
        summary = grade_class(gathered, self.course, into, way)
        assert not summary.faults
        return summary

    def book(self, out="out"):
        return (self.root / out / "gradebook.csv").read_text("utf-8")

    def packed(self, damaged=(), name="class.zip", of=None):
        """Return a zip of the class, or of one student, in which some files' bytes are damaged."""
        path = self.root / f"zip {self.runs}" / name
        path.parent.mkdir()
        above = of or self.folder.parent
        with zipfile.ZipFile(path, "w") as zf:
            for file in self.files:
                if file.is_relative_to(above):
                    zf.write(file, file.relative_to(above).as_posix())
            starts = [i.header_offset + 30 + len(i.filename.encode()) for i in zf.infolist()]
        data = bytearray(path.read_bytes())
        for number in damaged:
            start = starts[number % len(starts)]
            data[start : start + 2] = b"\xff\xff"
        path.write_bytes(data)
        return path

    def take(self, step):
        """Do what one step says."""
        kind, number, roster = step
        students = sorted(p for p in self.folder.iterdir())
        one = students[number % len(students)]
        match kind:
            case "class" | "whole class":
                self.grade(self.folder, roster=roster, whole=kind == "whole class")
            case "student's zip" if one.is_dir():
                name = f"{one.name}{MARKS[number % len(MARKS)]}.zip"
                self.grade(self.packed(name=name, of=one), roster=roster)
            case "student" | "student's zip":
                self.grade(one, roster=roster)
            case "file":
                # A folder within a student's own says nothing of whose it is.
                files = [p for p in self.files if p.parent in (self.folder, *students)]
                self.grade(files[number % len(files)], roster=roster)
            case "only":
                self.grade(self.folder, roster=roster, only=[one.stem.partition("_")[0]])
            case "exercise":
                scope = self.course.exercise_ids[number % len(self.course.exercise_ids)]
                self.grade(self.folder, roster=roster, scope=scope)
            case "zip":
                self.grade(self.packed(name=ZIPS[number % len(ZIPS)]), roster=roster)
            case "half-read zip" | "half-read whole class":
                path, whole = self.packed([number, number + 1]), kind == "half-read whole class"
                self.grade(path, roster=roster, whole=whole)


KINDS = [
    "class", "whole class", "student", "file", "only", "exercise", "zip", "student's zip",
    "half-read zip", "half-read whole class",
]  # fmt: skip
# How browsers and drives name what is downloaded again.
MARKS = ["", " (1)", "-20261128T020000Z-001", " - Copy", " copy 2"]
ZIPS = [*(f"class{mark}.zip" for mark in MARKS), "download.zip"]


def steps(numbers, kinds=KINDS):
    step = st.tuples(st.sampled_from(kinds), st.integers(0, numbers), st.booleans())
    return st.lists(step, max_size=4)


def rosters(runs):
    return any(roster for _, _, roster in runs)


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(before=steps(7), after=steps(7))
def test_the_gradebook_is_that_of_one_run_over_the_class(
    before, after, course, fake_job, forkserver
):
    with tempfile.TemporaryDirectory() as folder:
        desk = small_desk(Path(folder), course, fake_job, forkserver)
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


NAMINGS = {
    "ada@x.org": "bo@x.org", "1001": "1002", "s1": "s2", "Ada Lovelace": "Bo Li",
    "Lovelace, Ada": "LI BO", "lovelaceada_11_99_alpha.py": "libo_12_98_alpha.py",
}  # fmt: skip
WHOLE = "Name,Email,Login,Student ID\nAda Lovelace,ADA@x.org,s1,1001\nBo Li,bo@x.org,s2,1002\n"


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    runs=st.lists(st.tuples(st.sampled_from([*NAMINGS]), st.booleans()), min_size=1, max_size=6),
    last=st.sampled_from([*NAMINGS]),
)
def test_a_student_of_many_names_is_one_row_as_soon_as_a_roster_says_so(
    runs, last, course, fake_job, forkserver
):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), course, fake_job, forkserver)
        desk.roster.write_text(WHOLE)
        for number, (name, roster) in enumerate([*runs, (last, True)], 1):
            path = desk.root / f"week {number}"
            for label, word in ((name, "pass"), (NAMINGS[name], "fail")):
                file = path / label if label.endswith(".py") else path / label / "alpha.py"
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(word)
            desk.grade(path, roster=roster)
            if rosters([(None, None, r) for _, r in runs[:number]]) or number > len(runs):
                rows = list(csv.DictReader(io.StringIO(desk.book())))
                known = {(row["login"], row["sis_id"], row["alpha"]) for row in rows}
                assert known == {("s1", "1001", "2"), ("s2", "1002", "0")}
                assert len(rows) == 2


def forgotten(runs):
    """Whether the last run for the whole class knew of no roster, and none came after it.

    Who is in a roster alone leaves with a run that says that there is nobody else.
    """
    for kind, _, roster in reversed(runs):
        if roster:
            return False
        if "whole" in kind:
            return True
    return True


def small_desk(root, course, function, forkserver):
    desk = Desk(root, course, function, forkserver)
    desk.roster.write_text(ROSTER)
    for student, words in WORDS.items():
        for exercise, word in zip(course.exercise_ids, words, strict=True):
            if word is not None:
                path = desk.folder / student / f"{exercise}.py"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(word)
    return desk


def test_what_the_property_asks_for_can_fail(tmp_path, course, fake_job, forkserver):
    desk = small_desk(tmp_path, course, fake_job, forkserver)
    desk.take(("class", 0, False))
    desk.grade(desk.folder, out="once")
    assert desk.book() == desk.book("once")
    desk.grade(desk.folder / "s1", whole=True)
    assert desk.book() != desk.book("once")


# Every third: as files and as folders, of several scripts, with signs in between, of one word.
NAMES = (*STUDENTS[4::3], "김민수", "Lê Thị Hương", "مריم כהן")


@pytest.fixture(scope="module")
def sample(tmp_path_factory, forkserver, byte_job):
    """Write students of the sample class with names of every kind, and grade them once."""
    root = tmp_path_factory.mktemp("sample")
    desk = Desk(root, Course(ROOT), byte_job, forkserver)
    for path in write_sample(desk.course, root / "whole class"):
        inner = path.relative_to(root / "whole class")
        if any(inner.parts[0].startswith(name) for name in NAMES):
            (desk.folder / inner).parent.mkdir(parents=True, exist_ok=True)
            path.rename(desk.folder / inner)
    assert len({path.is_dir() for path in desk.folder.iterdir()}) == 2
    table = [f"{name},s{number}@x,s{number}" for number, name in enumerate(NAMES)]
    desk.roster.write_text("Name,Email,Login\n" + "\n".join(table) + "\n", "utf-8")
    desk.grade(desk.folder, out="once")
    shutil.copytree(root / "once", root / "known")
    desk.grade(desk.folder, out="known", roster=True)
    assert desk.book("known").count("@x") == len(NAMES) == len(desk.book("once").split("\n")) - 2
    return desk


@settings(
    max_examples=8,
    phases=[Phase.reuse, Phase.generate],  # a few runs are as few as they need to be
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# Of an exercise that is named a lab for another one is an answer, too.
@given(runs=steps(400, [kind for kind in KINDS if kind != "exercise"]))
def test_the_sample_class_survives_any_runs(sample, runs):
    shutil.rmtree(sample.root / "out", ignore_errors=True)
    shutil.copytree(sample.root / "once", sample.root / "out")
    for number, run in enumerate(runs):
        sample.take(run)
        assert sample.book() == sample.book("known" if rosters(runs[: number + 1]) else "once")
    reports = (sample.root / out / "reports" for out in ("out", "once"))
    assert len({tuple(sorted(p.name for p in folder.iterdir())) for folder in reports}) == 1
