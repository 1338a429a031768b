"""Classes of every layout, and trees that a hostile student may hand in to be taken for others."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ZEROS, RANDOM = "def zeros(): return 0", "def initialize(): return 1\ndef scale(): return 2"
STOLEN = "".join(
    f"def {name}(*_): return 'stolen'\n"
    for name in ("initialize", "scale", "initialize_parameters")
)
"""Answers of the small course, and of this repository's."""
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
SHARED = {f"{s}/random_init.py": RANDOM for s in ("s1", "s2")}
YAML = "".join(
    f'{key}: {{":submitters": [{{":name": "s{n}", ":sid": "S{n}"}}]}}\n'
    for n in (1, 2)
    for key in (f"s{n}", f"submission_{n}", f"submission_10{n}", "submission_103", "random_init.py")
)
# As a class of its own, each of these is one of s1's and others' work.
TREES: dict[str, dict[str, str]] = {
    "metadata": {METADATA: YAML} | {f"submission_{n}/random_init.py": STOLEN for n in (1, 2)},
    "metadata of an export": {f"x/{METADATA}": YAML}
    | {f"x/submission_{n}/random_init.py": STOLEN for n in (1, 2)},
    "nbgrader's step": {f"submitted/{s}/random_init.py": STOLEN for s in ("s1", "s2", "s4")},
    "nbgrader's steps": {
        f"submitted/{s}/random_init/{f}": STOLEN
        for s in ("s1", "s2", "s4") for f in ("random_init.py", "timestamp.txt")
    },
    "time stamps": {
        f"{s}/random_init/{f}": STOLEN
        for s in ("s1", "s2", "s4") for f in ("random_init.py", "timestamp.txt")
    },
    "canvas": {f"s{n}_{n + 4}_999_random_init.py": STOLEN for n in range(1, 7)},
    "canvas without names": {f"anon_k{n}x_999_random_init.py": STOLEN for n in range(1, 7)},
    "moodle": {
        f"s{n}_1{n}_assignsubmission_file/random_init.py": STOLEN for n in range(1, 7)
    },
    "moodle files": {
        f"s{n}_1{n}_assignsubmission_file_random_init.py": STOLEN for n in range(1, 7)
    },
    "students": {f"{s}/random_init.py": STOLEN for s in ("s1", "s2", "s4", "s5")},
    "students' files": {f"{s}_random_init.py": STOLEN for s in ("s1", "s2", "s4", "s5")},
    "weeks": {
        f"{w}/{s}/random_init.py": STOLEN
        for w in ("Week 1", "Week 2", "lab1") for s in ("s1", "s2", "s4")
    },
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
    "a folder around all": {f"class/{s}/random_init.py": STOLEN for s in ("s1", "s2", "s4")},
}  # fmt: skip


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """Return a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def rows(gathered: Any) -> dict[str, Any]:
    """Return the work of each submission, whose it is, and what is said of it."""
    return {
        one.id: (one.student, one.exercise, one.read(), one.problem, one.notes)
        for one in gathered.submissions
    }


def who(row: Any) -> set[str]:
    """Return every name and number of a row's student."""
    return {value for value in row[0].model_dump().values() if value}


def stolen(before: Any, after: Any) -> list[str]:
    """Return what of an honest class is not as it was, once hostile students are in it, too."""
    honest, found = rows(before), rows(after)
    faults = [name for name, row in honest.items() if found.get(name) != row]
    names = set[str]().union(*map(who, honest.values()))
    others = [row for name, row in found.items() if name not in honest]
    faults += [f"another is called {name}" for row in others for name in who(row) & names]
    faults += [item.path for item in after.left_over if item.alone and item.student in names]
    return faults + [after.layout] * (after.layout != before.layout)
