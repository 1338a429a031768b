"""`grader grade`: what it prints where, and how it exits."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

import grader.grade
from grader.cli.grade import grade
from grader.errors import UsageError


@pytest.fixture
def command(classroom, monkeypatch):
    """Return a function that runs the command on the class and returns its exit code."""
    monkeypatch.setattr(grader.grade, "run_job", classroom.function, raising=False)

    def run(path=None, **options):
        with pytest.raises(typer.Exit) as ended:
            grade(
                path=path or classroom.folder,
                out=classroom.out,
                jobs=1,
                course=classroom.course.root,
                **options,
            )
        return ended.value.exit_code

    return run


def test_a_class_that_is_graded(classroom, command, capsys):
    classroom.write(ada="pass", bob="fail")
    assert command() == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    (row,) = [line.split() for line in out.splitlines() if "alpha" in line]
    assert row == ["alpha", "2", "2", "1", "50%"]
    assert "2 graded: reports, feedback and gradebook.csv are in" in out
    assert command() == 0
    assert "0 graded, 2 were graded before" in capsys.readouterr().out


def test_an_internal_error_is_said_on_stderr_and_by_exit_code_3(classroom, command, capsys):
    classroom.write(ada="pass", bob="raise")
    assert command() == 3
    out, err = capsys.readouterr()
    assert "bob.alpha: SandboxError: the sandbox went away" in err
    assert "bob.alpha" not in out


def test_what_is_not_read_is_said_on_stderr(classroom, command, capsys):
    classroom.write(ada="pass")
    (classroom.folder / "ada" / "photo.png").write_bytes(b"x")
    assert command() == 3
    assert "ada/photo.png: it is neither a .py nor an .ipynb file" in capsys.readouterr().err


def test_everything_that_is_not_read_is_said_and_one_student_s_data_hides_nobody(
    classroom, command, capsys
):
    classroom.write(ada="pass", zoe="pass")
    data = [classroom.folder / "ada" / f"data{n:02}.csv" for n in range(50)]
    essays = [classroom.folder / f"s{n:02}" / "essay.pdf" for n in range(25)]
    for path in (*data, *essays, classroom.folder / "zoe" / "a.csv", classroom.folder / "list.csv"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    assert command() == 3
    said = capsys.readouterr().err.splitlines()
    why = "it is neither a .py nor an .ipynb file"
    # Who has no grade comes first.
    assert said == [
        "not read (77):",
        *(f"  s{n:02}/essay.pdf: {why}" for n in range(25)),
        f"  ada/data00.csv, data01.csv, data02.csv and 47 more: {why}",
        f"  zoe/a.csv: {why}",
        f"  list.csv: {why}",
    ]


WHY = "it is neither a .py nor an .ipynb file"
OTHERS = {
    "work of those who share a folder": (
        ["hw/eva.R", "hw/ida.m", "hw/jon.java", "hw/kim.pdf", "hw/lea.docx"],
        ["hw/eva.R", "hw/ida.m", "hw/jon.java", "hw/kim.pdf", "hw/lea.docx"],
    ),
    "documents beside one's work": (
        [f"ada/page {n}.pdf" for n in range(5)],
        [f"ada/page {n}.pdf" for n in range(5)],
    ),
    "data and one document": (
        ["ada/a.csv", "ada/b.csv", "ada/c.csv", "ada/d.csv", "ada/e.csv", "ada/essay.pdf"],
        ["ada/a.csv, b.csv, c.csv and 2 more", "ada/essay.pdf"],
    ),
    "all that somebody has": (
        [f"zoe/{n}.csv" for n in range(4)],
        [f"zoe/{n}.csv" for n in range(4)],
    ),
    "data among the students": (
        [f"list{n}.csv" for n in range(4)],
        ["list0.csv, list1.csv, list2.csv and 1 more"],
    ),
    "a long name": ([f"ada/{'long' * 20}/{'x' * 150}.pdf"],) * 2,
}


@pytest.mark.parametrize("case", OTHERS)
def test_only_what_is_nobody_s_work_by_its_name_is_not_named(classroom, command, capsys, case):
    others, shown = OTHERS[case]
    own = "hw/{}_alpha.py" if others[0].startswith("hw/") else "{}/alpha.py"
    for path in [*map(own.format, ("ada", "bob")), *others]:
        (classroom.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (classroom.folder / path).write_text("pass")
    assert command() == 3
    said = capsys.readouterr().err.splitlines()
    assert said == [f"not read ({len(others)}):", *(f"  {line}: {WHY}" for line in shown)]


@pytest.mark.parametrize(("rows", "code"), [("Ada,a@x", 3), ("Ada,a@x\nBob,b@x\nCy,c@x", 0)])
def test_who_is_not_in_the_roster_is_said_by_exit_code_3(
    classroom, command, capsys, tmp_path, rows, code
):
    roster = tmp_path / "roster.csv"
    roster.write_text(f"Name,Email\n{rows}\n")
    classroom.write(ada="pass", bob="pass")
    assert command(roster=roster) == code
    assert ("not in the roster (1):\n  bob\n" in capsys.readouterr().err) == (code == 3)


def test_what_was_given_out_is_counted_and_buries_nobody_s_work(classroom, command, capsys):
    classroom.write(ada="pass", bob="pass", zoe="pass")
    lesson = classroom.course.root / "exercises" / "alpha" / "README.md"
    lesson.write_text("# Alpha\n")
    (classroom.folder / "zoe" / "essay.py").write_text("x = 1\n")
    (classroom.folder / "README.md").write_text("# Alpha\n")
    for who in ("ada", "bob"):
        (classroom.folder / who / "README.md").write_text("# Alpha\n")
    assert command() == 0
    assert capsys.readouterr().err.splitlines() == [
        "does not count (1):",
        "  zoe/essay.py: neither its name nor its functions tell an exercise",
        "3 files were passed over: the course gives such files out",
    ]


def test_ctrl_c(classroom, command, capsys):
    classroom.write(ada="pass", bob="interrupt")
    assert command() == 130
    assert "1 submissions are pending; the same command goes on" in capsys.readouterr().err


def test_progress_is_shown_on_a_terminal_only(classroom, command, capsys, monkeypatch):
    classroom.write(ada="pass", bob="pass")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert command() == 0
    assert "graded 2 of 2," in capsys.readouterr().err


def test_one_exercise_can_be_named(classroom, command):
    classroom.write(ada="pass")
    (classroom.folder / "ada" / "other.py").write_text("pass")
    assert command(exercise="beta") == 0
    assert classroom.files() == ["ada.beta.json"]


def test_who_is_kept_is_counted_on_stderr(classroom, command, capsys):
    classroom.write(ada="pass", bob="fail", zoe="pass")
    (classroom.folder / "ada" / "beta.py").write_text("pass")
    command()
    capsys.readouterr()
    assert command(classroom.folder / "ada") == 0
    assert capsys.readouterr().err == (
        "2 students from earlier runs are kept; --whole-class says that PATH is all there is\n"
    )
    assert command(classroom.folder / "ada" / "alpha.py") == 0
    out, err = capsys.readouterr()
    assert "1 earlier submission of the students in PATH kept, which PATH does not hold" in err
    assert [line.split()[1] for line in out.splitlines() if line.startswith(" alpha")] == ["3"]
    assert command(classroom.folder / "ada", whole_class=True) == 0
    assert capsys.readouterr().err == ""
    assert list(classroom.book()) == ["ada"]


def test_rows_that_a_roster_joins_are_said_on_stderr(classroom, command, tmp_path, capsys):
    classroom.write(**{"ada@x": "pass"})
    command()
    classroom.write(**{"1001": "pass"})
    command(classroom.folder / "1001")
    (tmp_path / "roster.csv").write_text("name,email,student id\nAda Lovelace,ada@x,1001\n")
    capsys.readouterr()
    assert command(classroom.folder / "1001", roster=tmp_path / "roster.csv") == 0
    err = capsys.readouterr().err
    assert "joined, parted or named anew (1):\n  ada@x and 1001 are one student by now\n" in err
    command(classroom.folder / "1001")
    assert "student by now" not in capsys.readouterr().err


def test_some_of_path_can_be_named(classroom, command, capsys):
    classroom.write(ada="pass", bob="fail", zoe="pass")
    assert command(only=["ada", "zoe"]) == 0
    assert list(classroom.book()) == ["ada", "zoe"]
    assert command(only=["bob"]) == 0
    assert "2 students from earlier runs are kept" in capsys.readouterr().err
    assert list(classroom.book()) == ["ada", "bob", "zoe"]


@pytest.mark.parametrize(
    ("folder", "typed"),
    [
        ("Zo\u00eb", "Zoe\u0308"),  # as a terminal of macOS gives it
        ("Zoe\u0308", "Zo\u00eb"),
        ("山田\u3000太郎", "山田\u3000太郎"),
        ("山田\u3000太郎", "山田 太郎"),
        ("M\udcfcller", "M\udcfcller"),  # a byte that is no UTF-8
        ("M\udcfcller", "M\\xfcller"),
    ],
)
def test_a_student_can_be_named_as_the_folder_or_the_report_writes_it(
    classroom, command, folder, typed
):
    classroom.write(**{folder: "pass", "bob": "pass"})
    assert command(only=[typed]) == 0
    assert len(classroom.book()) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"exercise": "gamma"}, "no exercise 'gamma'"),
        ({"layout": "pile"}, "no layout 'pile'; there are: auto, gradescope"),
        ({"require_isolation": "some"}, "no isolation level 'some'; there are: process"),
        ({"require_isolation": "full", "allow_unsandboxed": True}, "contradict"),
        ({"whole_class": True, "only": ["ada"]}, "--whole-class and --only contradict"),
        ({"only": ["adda"]}, "nobody in PATH is called 'adda'; near: ada"),
    ],
)
def test_what_cannot_be_is_refused(classroom, options, message):
    classroom.write(ada="pass")
    with pytest.raises(UsageError, match=message):
        grade(path=classroom.folder, out=classroom.out, course=classroom.course.root, **options)
    assert not list(classroom.out.glob("*"))


@pytest.mark.parametrize("form", ["{}", "{}/", "{}/../class", "{}/ada/.."])
def test_path_and_out_must_be_two_folders(classroom, tmp_path, form):
    classroom.write(ada="pass")
    path = tmp_path / "link"
    path.symlink_to(classroom.folder)
    out = form.format(path)
    with pytest.raises(UsageError, match=r"PATH and --out are one folder.*name another"):
        grade(path=classroom.folder, out=Path(out), course=classroom.course.root)
    assert [p.name for p in classroom.folder.iterdir()] == ["ada"]


@pytest.mark.parametrize("inner", ["", "reports", "feedback", "gradebook.csv", "store.sqlite"])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_grader_wrote_is_not_graded(classroom, command, tmp_path, inner, elsewhere):
    classroom.write(ada="pass")
    assert command() == 0
    if not inner and not elsewhere:
        inner = "reports/ada.alpha.json"
    out = tmp_path / "another" if elsewhere else classroom.out
    with pytest.raises(UsageError, match="what grader wrote, not what students handed in"):
        grade(path=classroom.out / inner, out=out, course=classroom.course.root)
    assert not (tmp_path / "another").exists()


@pytest.mark.parametrize("out", ["graded", "deep/er", ".."])
def test_a_folder_inside_the_other_can_be_used_again(classroom, command, out):
    classroom.write(ada="pass", bob="pass")
    classroom.out = classroom.folder / out
    for _ in range(2):
        assert command() == 0
        assert list(classroom.book()) == ["ada", "bob"]
