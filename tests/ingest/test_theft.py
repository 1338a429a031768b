"""Can a student, who controls all below one outermost entry, change what anybody else gets?

Each class is gathered without the hostile student and with them: everybody else's submissions have
to be the same, to the byte, and each of the hostile files has to be the hostile student's.
"""

from __future__ import annotations

import io
import zipfile
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.ingest.gathered import Known
from grader.ingest.litter import litter

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
ARCHIVES = (
    "", "late", "lab1", "random_init", "Section A", "s1", "x-20260101T000000Z-001", "submitted",
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


def who(row: Any) -> set[str | None]:
    """Return every name and number of a row's student."""
    return {*row[0].model_dump().values()} - {None}


@pytest.fixture
def holds(class_of: Any, tmp_path: Any) -> Any:
    """Return a function that holds a class with hostile files against the one without."""
    counter = count()

    def hold(honest: Mapping[str, str], hostile: Mapping[str, str | bytes]) -> dict[str, Any]:
        found = []
        for files in (honest, {**honest, **hostile}):
            path = tmp_path / str(next(counter)) / "lab.zip"
            path.parent.mkdir()
            path.write_bytes(packed(files))
            gathered = class_of({}, path=path)
            found.append((gathered, rows(gathered)))
        (before, honest_rows), (after, all_rows) = found
        assert {name: all_rows.get(name) for name in honest_rows} == honest_rows
        assert after.layout == before.layout
        names = set[str | None]().union(*map(who, honest_rows.values()))
        others = {name: row for name, row in all_rows.items() if name not in honest_rows}
        assert names.isdisjoint(name for row in others.values() for name in who(row))
        alone = {item.student for item in after.left_over if item.alone}
        assert names.isdisjoint(alone)
        seen = [str(f.file.path) for s in after.submissions for f in s.files]
        seen += [item.path for item in after.left_over]
        stems = [name.removesuffix(".zip") for name in hostile if litter(name) is None]
        # What is hidden may stand in the list as its folder.
        for stem in stems:
            assert any(path.startswith(stem) or stem.startswith(path) for path in seen), stem
        return others

    return hold


@pytest.mark.parametrize("tree", TREES)
def test_each_of_these_is_an_attack(class_of: Any, tree: str) -> None:
    """The control: called so at the outermost level, this is the work of s1 and of others."""
    found = rows(class_of(TREES[tree]))
    labels = {row[0].label.rpartition("/")[2] for row in found.values()}
    assert labels >= ({"anon k1x"} if "without names" in tree else {"s1", "s2"})


@pytest.mark.parametrize("kind", CLASSES)
def test_an_honest_neighbour_has_a_row(holds: Any, kind: str) -> None:
    honest, entry = CLASSES[kind]
    (row,) = holds(honest, {f"{entry}random_init.py": STOLEN}).values()
    assert "3" in row[0].label
    assert row[2][0][1] == STOLEN.encode()


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("kind", CLASSES)
def test_what_a_student_hands_in_takes_nothing_from_others(
    holds: Any, kind: str, tree: str
) -> None:
    honest, entry = CLASSES[kind]
    if entry.endswith("_"):
        # A system that has no folders has archives.
        holds(honest, {f"{entry}hw.zip": packed(TREES[tree])})
    else:
        holds(honest, {f"{entry}{name}": text for name, text in TREES[tree].items()})


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("kind", ["canvas", "moodle", "moodle files", "nbgrader", "weeks"])
def test_nor_does_an_archive_whatever_it_is_called(holds: Any, kind: str, tree: str) -> None:
    honest, entry = CLASSES[kind]
    for archive in ARCHIVES:
        holds(honest, {f"{entry}{archive}.zip": packed(TREES[tree])})


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("archive", [name for name in ARCHIVES if name not in ("", "s1")])
def test_nor_in_a_folder_where_students_choose_the_names(
    holds: Any, archive: str, tree: str
) -> None:
    holds(SHARED, {f"{archive}.zip": packed(TREES[tree])})


@pytest.mark.parametrize("neighbour", ["s1/essay.pdf", "s1/", "s1.pdf"])
@pytest.mark.parametrize("tree", TREES)
def test_nor_where_the_others_handed_in_no_code(class_of: Any, tree: str, neighbour: str) -> None:
    name = f"{neighbour}.gitkeep" if neighbour.endswith("/") else neighbour
    found = class_of({name: "x"} | {f"s3/{name}": text for name, text in TREES[tree].items()})
    assert "s1" in {item.student for item in found.left_over if item.alone}
    assert {one.student.label for one in found.submissions} <= {"s3"}


ALONE = {
    "a folder of Moodle's": ("s3_13_assignsubmission_file", "s3"),
    "an archive of Canvas's": ("s3_9_555_hw.zip", "s3"),
    "a known student's folder": ("s3", "s3"),
    "a known student's archive": ("s3.zip", "s3"),
}


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("kind", ALONE)
def test_nor_when_it_is_graded_alone(class_of: Any, tmp_path: Any, kind: str, tree: str) -> None:
    name, label = ALONE[kind]
    path = tmp_path / "class" / name
    if name.endswith(".zip"):
        path.parent.mkdir()
        path.write_bytes(packed(TREES[tree]))
    files = {} if name.endswith(".zip") else {f"{name}/{n}": t for n, t in TREES[tree].items()}
    known = Known(frozenset({"s1", "s2", "s3", "s4", "s5"}))
    try:
        found = class_of(files, path=path, known=known)
    except UsageError as error:
        assert "called like the student s3" in str(error)  # noqa: PT017
        assert "known" in kind
        return
    assert {one.student.label for one in found.submissions} == {label}


@pytest.mark.parametrize("kind", ["moodle", "canvas", "gradescope", "plain folders"])
def test_a_class_in_a_folder_with_numbers_in_its_name_is_no_student_of_canvas(
    class_of: Any, tmp_path: Any, kind: str
) -> None:
    """The control: an instructor's folder may look like a name of Canvas's."""
    honest, _ = CLASSES[kind]
    folder = tmp_path / "hw_3_2026_fall"
    folder.mkdir()
    (folder / "download.zip").write_bytes(packed(honest))
    for path in (folder, folder / "download.zip"):
        labels = {one.student.label for one in class_of({}, path=path).submissions}
        assert labels == {"s1", "s2"}


PARTS = st.sampled_from([
    "s1", "s2", "s4", "s5", "S1", "submitted", "source", "Week 1", "lab1", "attempt 9", "late",
    "random_init", "zero_init", "class", "submission_101", "Group A", "s1_11_assignsubmission_file",
    "anon_k1x_5_w", "x-20260101T000000Z-001", "src", ".hidden", "venv", "__MACOSX", "utils", "a b",
])  # fmt: skip
NAMES = st.sampled_from([
    "random_init.py", "s1_random_init.py", "s2 - random_init.ipynb", "s1_5_999_random_init.py",
    "anon_k1x_999_random_init.py", "s1_11_assignsubmission_file_random_init.py", METADATA, "s1.py",
    "timestamp.txt", "random_init_s1_attempt_2036-01-31-22-51-33_a.py", "utils.py", "README.md",
    "s1+random_init+2036-01-31 02:00:00 UTC+x", "s1.pdf", "roster.csv", "starter.py", "setup.py",
    "__init__.py", "zero_init (1).py", "s1_9_text.html", "..", "a.rar",
])  # fmt: skip
PATHS = st.builds(
    lambda folders, name: "/".join((*folders, name)), st.lists(PARTS, max_size=4), NAMES
)
TEXTS = st.sampled_from([STOLEN, ZEROS, YAML, "from utils import *\nimport s1", "def )(", "", "\0"])
FILES = st.dictionaries(PATHS, TEXTS, min_size=1, max_size=8)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    kind=st.sampled_from([*CLASSES]),
    files=FILES,
    archive=st.none() | PARTS | NAMES.map(lambda name: name.partition(".")[0]),
)
def test_nor_does_any_tree(
    holds: Any, kind: str, files: dict[str, str], archive: str | None
) -> None:
    honest, entry = CLASSES[kind]
    if archive is None and entry.endswith("/"):
        holds(honest, {f"{entry}{name}": text for name, text in files.items()})
    else:
        holds(honest, {f"{entry}{archive}.zip": packed(files)})
