"""A small course and class folders made of text."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import pytest
from small_course import COURSE, exercise

from grader.catalog import Course
from grader.ingest import Given, gather

ROOT = Path(__file__).parents[2]


@pytest.fixture
def exercises():
    """Return the exercises of the small course."""
    return COURSE


@pytest.fixture
def class_of(tmp_path, forkserver):
    """Return a function that writes files and gathers them."""

    def build(files, *, path=None, exercises=COURSE, **options):
        root = tmp_path / "class"
        for name, content in files.items():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        # Its own, since the bytes of a class are read when somebody asks for them.
        scratch = mkdtemp(prefix="scratch", dir=tmp_path)
        return gather(path or root, Path(scratch), exercises, forkserver=forkserver, **options)

    return build


@pytest.fixture(scope="module")
def once():
    """Return a function that keeps what is found of a class that several tests have in common."""
    found = {}

    def kept(key, gathered):
        if key not in found:
            found[key] = gathered()
        return found[key]

    return kept


@pytest.fixture
def make_exercise():
    """Return a function that makes an exercise of functions without parameters."""
    return exercise


@pytest.fixture(scope="session")
def ours():
    """Return the course of this repository."""
    return Course(ROOT)


@pytest.fixture(scope="session")
def given_out(ours):
    """Return what the course of this repository gives out."""
    return Given.of(ours.folders)


@pytest.fixture
def ours_of(class_of, ours, given_out):
    """Return a function that gathers a class for the course of this repository."""
    exercises = [folder.exercise for folder in ours.folders]
    return partial(class_of, exercises=exercises, given=given_out)


@pytest.fixture
def notebook():
    """Return a function that makes a notebook of code cells."""

    def build(*cells):
        code = [
            {
                "cell_type": "code",
                "metadata": {},
                "source": c,
                "outputs": [],
                "execution_count": None,
            }
            for c in cells
        ]
        return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": code})

    return build


@pytest.fixture
def told():
    """Return a function that lists submissions as ``(id, names of files)``."""

    def tell(gathered):
        return [(s.id, [Path(name).name for name, _ in s.read()]) for s in gathered.submissions]

    return tell
