"""The sample class: the same every time, of every kind, and laid out so that all of it is found."""

from __future__ import annotations

import nbformat
import pytest

from grader.cli.grade import sample
from grader.errors import CourseError, UsageError
from grader.ingest import gather
from grader.sample import STUDENTS, write_sample
from grader.sample_answers import BROKEN

ANSWER = '''"""An answer."""

import numpy as np


def {name}_function(n):
    """Return something."""
    return np.zeros(n)  # {kind}
'''
MUTANT = 'misconception = "m"\nkilled_by = ["c"]\n'


@pytest.fixture
def corpora(course):
    for name in course.exercise_ids:
        staff = course.folder(name).staff
        (course.folder(name).public / "starter.py").write_text(
            ANSWER.format(name=name, kind="stub")
        )
        (staff / "reference.py").write_text(ANSWER.format(name=name, kind="reference"))
        table = ""
        for kind, entry in {
            "variants": "",
            "mutants": 'misconception = "m"\nkilled_by = ["c"]\n',
        }.items():
            (staff / kind).mkdir()
            for number in range(3):
                title = f"{kind[:-1]}_{number}"
                text = ANSWER.format(name=name, kind=title)
                (staff / kind / f"{title}.py").write_text(text)
                table += f'[{kind}.{title}]\ndescribes = "{title}"\n{entry}'
        (staff / "corpus.toml").write_text(table)
    return course


def texts(folder):
    return {p.relative_to(folder): p.read_text() for p in sorted(folder.rglob("*.*"))}


def test_it_is_the_same_every_time(corpora, tmp_path):
    write_sample(corpora, tmp_path / "one")
    write_sample(corpora, tmp_path / "two")
    assert texts(tmp_path / "one") == texts(tmp_path / "two")


def test_it_holds_every_kind_of_answer(corpora, tmp_path):
    written = write_sample(corpora, tmp_path / "class")
    everything = "\n".join(texts(tmp_path / "class").values())
    kinds = ["stub", *(f"variant_{n}" for n in range(3)), *(f"mutant_{n}" for n in range(3))]
    assert [kind for kind in kinds if f"# {kind}" not in everything] == []
    assert {p.suffix for p in written} == {".py", ".ipynb"}
    for sign in ("while True:", "sys.exit(0)", "in range(10) print", "%matplotlib", "lab_utils"):
        assert sign in everything
    assert sum(not text for text in texts(tmp_path / "class").values()) == 1


def test_all_of_it_is_found(corpora, tmp_path):
    written = write_sample(corpora, tmp_path / "class")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    gathered = gather(tmp_path / "class", scratch, [f.exercise for f in corpora.folders])
    assert ["is cut off after" in item.reason for item in gathered.left_over] == [True]
    assert len(gathered.submissions) == len(written)
    assert {s.student.label for s in gathered.submissions} == set(STUDENTS)
    assert len(STUDENTS) >= 30


def test_its_notebooks_are_valid_but_for_the_one_that_was_cut_off(corpora, tmp_path):
    write_sample(corpora, tmp_path / "class")
    bad = 0
    for path in (tmp_path / "class").rglob("*.ipynb"):
        try:
            nbformat.validate(nbformat.read(path, as_version=4))
        except nbformat.reader.NotJSONError:
            bad += 1
    assert bad == 1


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_answer_differs_from_the_right_one(kind):
    right = ANSWER.format(name="alpha", kind="reference")
    ending, text = BROKEN[kind](right, "alpha_function")
    assert ending in (".py", ".ipynb")
    assert text != right


def test_nothing_is_overwritten(corpora, tmp_path):
    with pytest.raises(UsageError, match="is not an empty folder"):
        write_sample(corpora, tmp_path)


def test_a_course_without_its_staff_half_has_no_sample(course, tmp_path):
    with pytest.raises(CourseError, match=r"corpus\.toml"):
        write_sample(course, tmp_path / "class")


def test_the_command_says_what_it_wrote(corpora, tmp_path, capsys):
    sample(out=tmp_path / "class", course=corpora.root)
    assert f"files of {len(STUDENTS)} students" in capsys.readouterr().out
