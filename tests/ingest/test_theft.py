"""Can a student, who controls all below one outermost entry, change what anybody else gets?

Each class is gathered without the hostile student and with them: everybody else's submissions have
to be the same, to the byte, and each of the hostile files has to be the hostile student's.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

ZEROS, RANDOM = "def zeros(): return 0", "def initialize(): return 1\ndef scale(): return 2"
STOLEN = "def initialize(): return 'stolen'\ndef scale(): return 'stolen'"
METADATA = "submission_metadata.yml"
STAMP = "2026-02-02 15:58:23.948203 UTC"

# The class of each layout, and where the hostile student's work lies: a folder, or what stands
# before a file's name.
CLASSES: dict[str, tuple[dict[str, str], str]] = {
    "plain folders": ({f"{s}/random_init.py": RANDOM for s in ("s1", "s2")}, "s3/"),
    "plain files": ({f"{s}_random_init.py": RANDOM for s in ("s1", "s2")}, "s3/"),
    "plain folders and files": (
        {"s1/random_init.py": RANDOM, "s2_random_init.py": RANDOM},
        "s3/",
    ),
    "weeks": (
        {f"Week {w}/{s}/{e}.py": t for s in ("s1", "s2")
         for w, e, t in ((1, "random_init", RANDOM), (2, "zero_init", ZEROS))},
        "Week 1/s3/",
    ),
    "groups": (
        {f"Group {g}/s{n}{g}/random_init.py": RANDOM for g in "AB" for n in (1, 2)},
        "Group A/s3/",
    ),
    "exercises": (
        {f"{e}/{s}/work.py": t for s in ("s1", "s2")
         for e, t in (("random_init", RANDOM), ("zero_init", ZEROS))},
        "random_init/s3/",
    ),
    "attempts": ({f"attempt {n}/{s}/random_init.py": RANDOM for n in (1, 2) for s in ("s1", "s2")},
                 "attempt 2/s3/"),
    "canvas": ({f"s{n}_{n + 4}_30{n}_random_init.py": RANDOM for n in (1, 2)}, "s3_9_555_"),
    "canvas without names": (
        {f"anon_k{n}x_30{n}_random_init.py": RANDOM for n in (1, 2)}, "anon_k3x_555_"),
    "moodle": (
        {f"s{n}_1{n}_assignsubmission_file/random_init.py": RANDOM for n in (1, 2)},
        "s3_13_assignsubmission_file/",
    ),
    "moodle files": (
        {f"s{n}_1{n}_assignsubmission_file_random_init.py": RANDOM for n in (1, 2)},
        "s3_13_assignsubmission_file_",
    ),
    "gradescope": (
        {f"submission_{n}/random_init.py": RANDOM for n in (101, 102)}
        | {METADATA: "".join(
            f"submission_10{n}:\n  :submitters:\n  - :name: s{n}\n    :sid: 'S{n}'\n"
            for n in (1, 2, 3)
        )},
        "submission_103/",
    ),
    "nbgrader": (
        {f"submitted/s{n}/random_init/random_init.py": RANDOM for n in (1, 2)}
        | {f"submitted/s{n}/random_init/timestamp.txt": STAMP for n in (1, 2)},
        "submitted/s3/random_init/",
    ),
    "nbgrader without its step": (
        {f"s{n}/random_init/random_init.py": RANDOM for n in (1, 2)}
        | {f"s{n}/random_init/timestamp.txt": STAMP for n in (1, 2)},
        "s3/random_init/",
    ),
}  # fmt: skip
YAML = (
    's1: {":submitters": [{":name": "s3"}]}\n'
    'submission_101: {":submitters": [{":name": "s3"}]}\n'
    'random_init.py: {":submitters": [{":name": "s1", ":sid": "S1"}]}\n'
    's3: {":submitters": [{":name": "s1", ":sid": "S1"}]}\n'
)
TREES: dict[str, dict[str, str]] = {
    "honest": {"random_init.py": STOLEN},
    "metadata": {METADATA: YAML, "random_init.py": STOLEN},
    "metadata of an export": {f"x/{METADATA}": YAML, "x/s1/random_init.py": STOLEN},
    "nbgrader's step": {f"submitted/{s}/random_init.py": STOLEN for s in ("s1", "s2", "s4")},
    "nbgrader's steps": {
        f"submitted/{s}/random_init/{f}": STOLEN
        for s in ("s1", "s2", "s4") for f in ("random_init.py", "timestamp.txt")
    },
    "time stamps": {
        f"{s}/random_init/{f}": STOLEN
        for s in ("s1", "s2", "s4") for f in ("random_init.py", "timestamp.txt")
    },
    "a stamp beside it": {"w/timestamp.txt": STAMP, "w/random_init.py": STOLEN},
    "canvas": {f"s{n}_{n + 4}_999_random_init.py": STOLEN for n in range(1, 7)},
    "canvas in the name": {"1_2_s1_5_999_random_init.py": STOLEN},
    "canvas behind a sign": {"_5_999_random_init.py": STOLEN},
    "moodle": {
        f"s{n}_1{n}_assignsubmission_file/random_init.py": STOLEN for n in range(1, 7)
    },
    "students": {f"{s}/random_init.py": STOLEN for s in ("s1", "s2", "s4", "s5")},
    "students' files": {f"{s}_random_init.py": STOLEN for s in ("s1", "s2", "s4", "s5")},
    "weeks": {
        f"{w}/{s}/random_init.py": STOLEN
        for w in ("Week 1", "Week 2", "lab1") for s in ("s1", "s2", "s4")
    },
    "groups": {f"Group {g}/s{n}{g}/random_init.py": STOLEN for g in "AB" for n in (1, 2)},
    "times": {
        f"{w}/{s}/random_init.py": STOLEN
        for w in ("attempt 3", "late", "Resubmission") for s in ("s1", "s2")
    },
    "exercises": {
        f"{e}/{s}.py": STOLEN for e in ("random_init", "zero_init") for s in ("s1", "s2", "s4")
    },
    "attempts of Blackboard": {
        f"random_init_{s}_attempt_2036-01-31-22-51-33_random_init.py": STOLEN for s in ("s1", "s2")
    },
    "a wrapper": {f"class/{s}/random_init.py": STOLEN for s in ("s1", "s2", "s4")},
}  # fmt: skip
ARCHIVES = (
    "", "late", "lab1", "random_init", "Week 1", "Section A", "s1", "s1_random_init", "class",
    "x-20260101T000000Z-001", "x-20260101T000000Z-1-001", "OneDrive_1_1-28-2026", "submitted",
    "attempt 3", "submission_101",
)  # fmt: skip


def packed(files: Mapping[str, str]) -> bytes:
    """Return a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def rows(gathered: Any) -> dict[str, Any]:
    """Return what everybody gets, the work of each and who it is, but for stolen work."""
    return {
        one.id: (one.student, one.exercise, one.read(), one.problem, one.notes)
        for one in gathered.submissions
    }


def others(found: dict[str, Any]) -> dict[str, Any]:
    return {name: row for name, row in found.items() if "3" not in row[0].label}


@pytest.fixture
def try_theft(class_of: Any, tmp_path: Any) -> Any:
    """Return a function that gathers a class with and without hostile files."""

    def gathers(kind: str, hostile: Mapping[str, str | bytes], how: str = "zip") -> Any:
        honest, _ = CLASSES[kind]
        found = []
        for files in (honest, {**honest, **hostile}):
            path = tmp_path / "class"
            if how == "zip":
                path = tmp_path / "lab.zip"
                path.write_bytes(packed(files))
            found.append(class_of(files if how == "folder" else {}, path=path))
        return found

    return gathers


def holds(before: Any, after: Any, hostile: Mapping[str, Any]) -> None:
    """Hold a class with a hostile student against the one without."""
    assert others(rows(after)) == rows(before)
    assert after.layout == before.layout
    stolen = {s.student.label for s in after.submissions if b"stolen" in s.read()[-1][1]}
    assert all("3" in label for label in stolen)
    seen = {str(f.file.path) for s in after.submissions for f in s.files}
    seen |= {item.path for item in after.left_over}
    assert not {*hostile} - seen - {name for name in hostile if name.endswith(".zip")}


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("kind", CLASSES)
def test_what_a_student_hands_in_takes_nothing_from_others(
    try_theft: Any, kind: str, tree: str
) -> None:
    entry = CLASSES[kind][1]
    hostile = {f"{entry}{name}": text for name, text in TREES[tree].items()}
    holds(*try_theft(kind, hostile), hostile)


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("kind", CLASSES)
def test_nor_does_what_is_in_an_archive(try_theft: Any, kind: str, tree: str) -> None:
    entry = CLASSES[kind][1]
    for archive in ARCHIVES:
        hostile: dict[str, Any] = {f"{entry}{archive}.zip": packed(TREES[tree])}
        holds(*try_theft(kind, hostile), hostile)
