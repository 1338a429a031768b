"""A small course, a class made of words, and a way to grade it with fakes."""

from __future__ import annotations

import csv
import importlib.util
import os
import sys
from functools import partial
from pathlib import Path

import pytest

from grader.batch import Way, grade_class
from grader.catalog import Course
from grader.executors import local_executor
from grader.ingest import gather

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def fake_job():
    """Return the fake job function, under a name that spawned processes can import."""
    name = "batch_fakes"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "fakes.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name].fake_job


@pytest.fixture(scope="session")
def byte_job(fake_job):
    """Return the fake job function for files of any kind."""
    return sys.modules[fake_job.__module__].byte_job


@pytest.fixture
def importable(tmp_path, monkeypatch):
    """Let spawned processes import the fakes."""
    folder = tmp_path / "importable"
    folder.mkdir()
    (folder / "batch_fakes.py").write_text((HERE / "fakes.py").read_text())
    monkeypatch.syspath_prepend(folder)
    path = os.pathsep.join(p for p in (str(folder), os.environ.get("PYTHONPATH")) if p)
    monkeypatch.setenv("PYTHONPATH", path)


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "course"
    for exercise in ("alpha", "beta"):
        public, staff = root / "exercises" / exercise, root / "solutions" / exercise
        public.mkdir(parents=True)
        staff.mkdir(parents=True)
        (public / "exercise.toml").write_text(
            f'id = "{exercise}"\ntitle = "{exercise.title()}"\n'
            f'[[functions]]\nname = "{exercise}_function"\nparameters = []\n'
            'returns = { kind = "any" }\n'
        )
        for path in (public / "starter.py", public / "test_examples.py", staff / "test_hidden.py"):
            path.write_text("")
    (root / "exercises" / "course.toml").write_text('exercises = ["alpha", "beta"]\n')
    return Course(root)


class Class:
    """A class folder and the folder it is graded into."""

    def __init__(self, root, course, function, forkserver):
        self.folder, self.out, self.scratch = root / "class", root / "out", root / "scratch"
        self.course, self.function, self.forkserver = course, function, forkserver
        self.scratch.mkdir()

    def write(self, **students):
        for name, words in students.items():
            path = self.folder / name / "alpha.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(words)

    def grade(self, jobs=1, **options):
        exercises = [f.exercise for f in self.course.folders]
        only = options.get("scope")
        gathered = gather(
            self.folder, self.scratch, exercises, only=only, forkserver=self.forkserver
        )
        options = {"isolation": "full", **options}
        way = Way(self.function, partial(local_executor, jobs), jobs, **options)
        return grade_class(gathered, self.course, self.out, way)

    def book(self):
        with open(self.out / "gradebook.csv", newline="") as stream:
            return {row["student"]: row for row in csv.DictReader(stream)}

    def files(self):
        return sorted(p.name for p in (self.out / "reports").iterdir())


@pytest.fixture
def classroom(tmp_path, course, fake_job, importable, forkserver):
    return Class(tmp_path, course, fake_job, forkserver)
