"""Can a student, who controls all below one outermost entry, change what anybody else gets?

Each class is gathered without the hostile student and with them: everybody else's submissions have
to be the same, to the byte, and each of the hostile files has to be the hostile student's.
"""

from __future__ import annotations

from itertools import count, product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pairs import in_pairs
from thefts import CLASSES, METADATA, SHARED, STOLEN, TREES, YAML, ZEROS, packed, rows, stolen

from grader.errors import UsageError
from grader.ingest.gathered import Known
from grader.ingest.litter import litter
from grader.ingest.roster import Roster
from grader.model.submission import Student
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHIVES = (
    "", "late", "lab1", "random_init", "Section A", "s1", "x-20260101T000000Z-001", "submitted",
)  # fmt: skip


@pytest.fixture
def zip_of(class_of: Any, tmp_path: Any) -> Any:
    """Return a function that gathers a zip of files."""
    counter = count()

    def gathered(files: Mapping[str, str | bytes]) -> Any:
        path = tmp_path / str(next(counter)) / "lab.zip"
        path.parent.mkdir()
        path.write_bytes(packed(files))
        return class_of({}, path=path)

    return gathered


@pytest.fixture
def holds(zip_of: Any, once: Any) -> Any:
    """Return a function that holds a class with hostile files against the one without."""

    def hold(honest: Mapping[str, str], hostile: Mapping[str, str | bytes]) -> dict[str, Any]:
        before = once(tuple(honest.items()), lambda: zip_of(honest))
        after = zip_of({**honest, **hostile})
        assert stolen(before, after) == []
        seen = [str(f.file.path) for s in after.submissions for f in s.files]
        seen += [item.path for item in after.left_over]
        stems = [name.removesuffix(".zip") for name in hostile if litter(name) is None]
        # What is hidden may stand in the list as its folder.
        for stem in stems:
            assert any(path.startswith(stem) or stem.startswith(path) for path in seen), stem
        return {name: row for name, row in rows(after).items() if name not in rows(before)}

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


OPENED = ("canvas", "moodle", "moodle files", "nbgrader", "weeks")


@pytest.mark.parametrize(
    ("kind", "tree", "archive"),
    dict.fromkeys([*product(OPENED, TREES, ("", "s1")), *in_pairs(OPENED, TREES, ARCHIVES)]),
)
def test_nor_does_an_archive_whatever_it_is_called(
    holds: Any, kind: str, tree: str, archive: str
) -> None:
    """Each tree in each kind, in an archive without a name and in one of another's name.

    Of the other names, which all mean a folder of many, each meets each kind and each tree.
    """
    honest, entry = CLASSES[kind]
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


@example(kind="plain folders", files={"random_init.py": ZEROS}, archive=None)
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


SHOWS_NOTHING = ("\u202e", "\u00a0", "\u2066\u2069", "\ufffe", "\u202e \u202d")
NAMELESS = {
    "canvas": ("{}_77_555_random_init.py", "canvas"),
    "moodle": ("{}_77_assignsubmission_file/random_init.py", "moodle"),
    "moodle files": ("{}_77_assignsubmission_file_random_init.py", "moodle files"),
    "nbgrader": ("submitted/{}/random_init/random_init.py", "nbgrader"),
    "plain": ("{}/random_init.py", "plain folders"),
    "beside a system's": ("{}/random_init.py", "canvas"),
}


@pytest.mark.parametrize("name", SHOWS_NOTHING)
@pytest.mark.parametrize("kind", NAMELESS)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_name_that_shows_nothing_ends_no_class(
    class_of: Any, once: Any, kind: str, name: str, is_known: bool
) -> None:
    """An account's owner may choose it; each system's layout had ended in a traceback."""
    path, whole = NAMELESS[kind]
    options = {"roster": Roster([Student(label="s1")])} if is_known else {}
    honest = CLASSES[whole][0]
    before = once((whole, is_known), lambda: class_of(honest, **options))
    after = class_of({**honest, path.format(name): STOLEN}, **options)
    assert stolen(before, after) == []
    (new,) = {one.student.label for one in after.submissions} - {
        one.student.label for one in before.submissions
    }
    assert clean_line(new) == new != ""
