"""`grader export`: documents in a folder, and nothing left of the export before."""

from __future__ import annotations

import csv
import errno
import io
import json
import re
import sqlite3

import pytest
import typer

from grader.atomic import write_bytes
from grader.cli.export import NAMES, export
from grader.errors import StoreError, UsageError
from grader.export import TARGETS
from grader.model.submission import Person, Student
from grader.scratch import held
from grader.store import Seat, Store, Unmatched


@pytest.fixture
def graded(tmp_path, make_report):
    """Return a function that grades a class anew: student to outcome, None for pending."""

    def grade(**students):
        seats = {
            name: Seat(
                f"{name}.zero_init", "zero_init", f"k {out}", Student(label=name, user_id=name)
            )
            for name, out in students.items()
        }
        with Store(tmp_path / "store.sqlite") as store:
            run = store.start_run(seats.values(), grader_version="0", isolation="full")
            for name, outcome in students.items():
                if outcome:
                    report = make_report(outcome, student=name, identities={"user_id": name})
                    store.add(run, seats[name], report)
        return tmp_path

    return grade


def run(folder, to="lti", out=None):
    with pytest.raises(typer.Exit) as ended:
        export(to, folder, out)
    return ended.value.exit_code


def table(path):
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.json"))


def test_documents_go_below_the_graded_folder(graded, capsys):
    folder = graded(ada="passed", bob="failed")
    assert run(folder) == 0
    target = folder / "export" / "lti"
    assert files(target) == ["ada.zero_init.json", "bob.zero_init.json"]
    assert run(folder, "gradescope") == 0
    assert "bob.zero_init/results.json" in files(folder / "export" / "gradescope")
    assert capsys.readouterr().out.splitlines()[0] == f"2 grades in 2 documents: {target}"


def test_what_cannot_be_exported_is_listed(graded, capsys):
    folder = graded(ada="passed", bob="internal_error", zoe=None)
    assert run(folder) == 3
    err = capsys.readouterr().err
    assert "not exported: bob.zero_init: it ended in an internal error" in err
    assert "not exported: zoe.zero_init: it is pending" in err
    listed = json.loads((folder / "export" / "lti" / ".exported").read_text())
    assert listed["documents"] == ["ada.zero_init.json"]
    assert sorted(listed["not_exported"]) == ["bob.zero_init", "zoe.zero_init"]


@pytest.mark.parametrize("target", sorted({*TARGETS} - {"moodle-worksheet", "moodle-feedback"}))
def test_a_document_without_a_grade_is_counted_as_such(graded, capsys, target):
    """A gradebook may be written all the same, with nobody in it or with blank cells."""
    run(graded(bob="internal_error"), target)
    assert capsys.readouterr().out.startswith("0 grades in ")


def test_who_is_left_out_is_no_grade(graded, tmp_path, capsys):
    book = tmp_path / "gradebook.csv"
    book.write_text("Student,ID,Section,zero_init\nAda,ada,1,\n")
    with pytest.raises(typer.Exit):
        export("canvas-csv", graded(ada="passed", bob="passed"), tmp_path / "up.csv", into=book)
    assert capsys.readouterr().out == f"1 grade in 1 document: {tmp_path / 'up.csv'}\n"


@pytest.mark.parametrize("target", ["lti", "gradescope"])
def test_a_grade_that_stands_no_more_is_taken_away(graded, target):
    folder = graded(ada="passed", bob="passed")
    run(folder, target)
    graded(ada="passed", bob=None)
    run(folder, target)
    assert not [name for name in files(folder / "export" / target) if "bob" in name]
    assert not list((folder / "export" / target).glob("bob*"))


def test_a_folder_of_other_things_is_left_alone(graded, tmp_path):
    folder = graded(ada="passed")
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("")
    with pytest.raises(UsageError, match="holds other files"):
        export("lti", folder, other)
    (other / ".exported").write_text('{"documents": ["../store.sqlite", "thesis.txt"]}')
    run(folder, "lti", other)
    assert (folder / "store.sqlite").exists()


class Killed(BaseException):
    """Stands for Ctrl-C and kill -9: nothing of the export comes after it."""


def interrupted(monkeypatch, folder, to, count):
    """Export, and end after so many documents."""
    target = folder / "export" / to

    def write(path, data):
        if count == len(files(target)):
            raise Killed
        write_bytes(path, data)

    with monkeypatch.context() as patch:
        patch.setattr("grader.exports.write_bytes", write)
        with pytest.raises(Killed):
            export(to, folder)


@pytest.mark.parametrize("to", ["lti", "gradescope"])
@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("first", [True, False])
def test_an_interrupted_export_locks_nobody_out(graded, monkeypatch, to, count, first):
    """Also one that was interrupted after another one, or twice."""
    folder = graded(ada="passed", bob="passed", zoe="passed")
    target = folder / "export" / to
    if not first:
        assert run(folder, to) == 0
    for _ in range(2):
        interrupted(monkeypatch, folder, to, count)
        assert len(files(target)) == count
    graded(ada="passed", bob=None, zoe="passed")
    assert run(folder, to) == 3
    names = [path.partition(".")[0] for path in files(target)]
    assert names == ["ada", "zoe"]
    assert not (target / ".exporting").exists()


def test_without_its_list_an_interrupted_export_is_anybody_s_folder(graded, monkeypatch):
    """The control, and nothing outside the folder is removed whatever a list says."""
    folder = graded(ada="passed", bob="passed")
    target = folder / "export" / "lti"
    interrupted(monkeypatch, folder, "lti", 1)
    begun = target / ".exporting"
    names = begun.read_text()
    begun.unlink()
    with pytest.raises(UsageError, match="holds other files"):
        export("lti", folder)
    begun.write_text("../../store.sqlite\n" + names + "half a na")
    assert run(folder) == 0
    assert (folder / "store.sqlite").exists()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"documents": 7}', '{"documents": ["\\u0000"]}', "[" * 60_000]
)
def test_a_list_that_is_none_keeps_the_folder_closed(graded, text):
    folder = graded(ada="passed")
    target = folder / "export" / "lti"
    run(folder)
    (target / ".exported").write_text(text)
    with pytest.raises(UsageError, match="holds other files"):
        export("lti", folder)
    assert files(target) == ["ada.zero_init.json"]


@pytest.mark.parametrize("to", ["lti", "gradescope", "prairielearn"])
def test_what_a_killed_export_left_half_written_is_taken_away(graded, monkeypatch, to):
    folder = graded(ada="passed", bob="passed")
    target = folder / "export" / to
    interrupted(monkeypatch, folder, to, 1)
    (written,) = files(target)
    half = (target / written).with_name(".4711.draft")
    others = [half.with_name(name) for name in (".draft", ".47a.draft", "4711.draft")]
    for path in (half, *others):
        path.write_text("half a gra")
    assert run(folder, to) == 0
    assert [path.exists() for path in (half, *others)] == [False, True, True, True]


def test_two_exports_into_one_folder_are_one_after_the_other(graded):
    folder = graded(ada="passed")
    target = folder / "export" / "lti"
    assert run(folder) == 0
    graded(ada="passed", bob="passed")
    with held(target), pytest.raises(StoreError, match=r"another run is writing into .*lti; wait"):
        export("lti", folder)
    assert files(target) == ["ada.zero_init.json"], "the other's documents stay"
    with held(folder):  # another folder
        assert run(folder) == 0
    assert files(target) == ["ada.zero_init.json", "bob.zero_init.json"]
    assert {path.name for path in target.iterdir()} == {*files(target), ".exported"}


@pytest.mark.parametrize("platform", ["linux", "win32"])
def test_a_disk_without_locks_is_written_to(graded, monkeypatch, platform):
    def refused(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refused)
    monkeypatch.setattr("grader.scratch.sys.platform", platform)
    assert run(graded(ada="passed")) == 0


def test_an_export_that_cannot_be_written_is_said(graded):
    folder = graded(ada="passed")
    (folder / "export" / "lti" / ".exporting").mkdir(parents=True)
    (folder / "export" / "lti" / ".exported").write_text('{"documents": []}')
    with pytest.raises(StoreError, match=r"\.exporting cannot be written"):
        export("lti", folder)


def damage(folder, old, new, who="ada"):
    db = sqlite3.connect(folder / "store.sqlite")
    edit = "UPDATE results SET report = replace(report, ?, ?) WHERE submission = ?"
    assert db.execute(edit, (old, new, f"{who}.zero_init")).rowcount == 1
    db.commit()
    db.close()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"points": 2.0', '"points": 9.0', "its report is broken: "),
        ("{", "", "its report is broken: "),
        ('"1.1"', '"1.0"', "its report has version 1.0, as another grader wrote it"),
        ('"1.1"', '"2.0"', "its report has version 2.0, as another grader wrote it"),
    ],
)
@pytest.mark.parametrize("target", ["lti", "csv", "junit"])
def test_one_broken_report_is_left_out_and_the_others_are_exported(
    graded, capsys, old, new, said, target
):
    folder = graded(ada="passed", bob="passed")
    damage(folder, old, new)
    assert run(folder, target) == 3
    captured = capsys.readouterr()
    assert f"not exported: ada.zero_init: {said}" in captured.err
    assert captured.out.startswith("1 grade in 1 document")


def test_an_export_of_nobody_is_not_complete(graded, tmp_path, capsys):
    book = tmp_path / "gradebook.csv"
    book.write_text("Student,ID,Section,zero_init\nEve,eve,1,\n")
    for students in ({"ada": "internal_error"}, {"ada": None}, {"ada": "passed"}):
        with pytest.raises(typer.Exit) as ended:
            export("canvas-csv", graded(**students), tmp_path / "up.csv", into=book)
        assert ended.value.exit_code == 3
        assert capsys.readouterr().out.startswith("0 grades in ")


def test_an_empty_class_is_not_complete(graded, monkeypatch):
    """Whatever the reason: no grade and nothing that is left."""
    folder = graded(ada="passed")
    monkeypatch.setattr("grader.store.Store.rows", lambda store: iter(()))
    assert run(folder) == 3


def test_one_submission_can_be_one_file(graded, tmp_path):
    folder = graded(ada="passed")
    out = tmp_path / "results" / "results.json"
    assert run(folder, "gradescope", out) == 0
    assert json.loads(out.read_text())["score"] == 2


def test_several_submissions_are_no_one_file(graded, tmp_path):
    folder = graded(ada="passed", bob="passed", zoe="passed")
    with pytest.raises(UsageError, match="there are 3 documents"):
        export("gradescope", folder, tmp_path / "results.json")


def test_an_unknown_target_and_an_ungraded_folder_are_said(graded, tmp_path):
    with pytest.raises(
        UsageError, match="no target 'blackboard'; there are: gradescope, canvas-csv"
    ):
        export("blackboard", graded(ada="passed"))
    with pytest.raises(StoreError, match="there is no store"):
        export("lti", tmp_path / "nothing")


TYPOS = {
    "zero_int": "no graded exercise 'zero_int'; is zero_init meant? There are: zero_init",
    "Zero_Init": "no graded exercise 'Zero_Init'",
    "random_init": "no graded exercise 'random_init'",
    "": "no graded exercise ''",
}


@pytest.mark.parametrize("target", ["csv", "lti", "junit", "canvas-csv", "nbgrader-csv"])
@pytest.mark.parametrize("name", TYPOS)
def test_an_exercise_that_nobody_handed_in_is_refused(graded, target, name):
    folder = graded(ada="passed")
    with pytest.raises(UsageError, match=re.escape(TYPOS[name])):
        export(target, folder, exercise=name)
    assert not (folder / "export").exists()


@pytest.mark.parametrize("target", ["csv", "lti"])
def test_a_store_without_a_submission_is_refused(tmp_path, target):
    with Store(tmp_path / "store.sqlite") as store:
        store.start_run([], grader_version="0", isolation="full")
    with pytest.raises(UsageError, match="holds no submission: grade a class into it first"):
        export(target, tmp_path)


def test_everybody_of_the_store_has_a_row_unless_one_exercise_is_asked_for(graded, capsys):
    folder = graded(ada="passed", bob="internal_error", cy=None)
    with Store(folder / "store.sqlite") as store:
        known = Student(label="dee", user_id="dee")
        store.start_run(
            [], [Unmatched("", "dee", "-", "dee")], [Person("dee", known)], grader_version="0",
            isolation="full",
        )  # fmt: skip
    for target, column in (("csv", "zero_init"), ("canvas-csv", "Zero initialisation")):
        run(folder, target, folder / "all.csv")
        rows = table(folder / "all.csv")
        points = {row.get("ID") or row.get("User id"): row[column] for row in rows}
        assert points == {"ada": "2", "bob": "", "cy": "", "dee": ""}
    assert "3 cells are blank" in capsys.readouterr().err
    with pytest.raises(typer.Exit):
        export("csv", folder, folder / "one.csv", "zero_init")
    assert len(table(folder / "one.csv")) == 1
    assert "blank" not in capsys.readouterr().err


def test_the_help_names_every_target():
    assert list(NAMES) == list(TARGETS)
