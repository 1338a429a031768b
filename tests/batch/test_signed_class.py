"""Is a grade signed when it is formed, and never again: not what somebody wrote into the store?"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import typer
from joserfc.jwk import OKPKey

from grader.batch import Way, grade_class
from grader.cli.complaints import complain
from grader.cli.export import export
from grader.cli.grade import grade
from grader.cli.provenance import verify_report
from grader.errors import UsageError
from grader.executors import local_executor, run_job
from grader.ingest import gather
from grader.ingest.roster import Roster
from grader.model.submission import Student
from grader.results import FORGED, MOVED, OTHER, UNSIGNED
from grader.sandbox.layers import Level
from grader.signing import Key
from grader.store import Store

ROOT = Path(__file__).parents[2]
POINTS = {"fail": "0", "pass": "2"}


def new_key(path):
    path.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    path.chmod(0o600)
    return Key.private(path)


@pytest.fixture
def key(tmp_path):
    return new_key(tmp_path / "key.pem")


@pytest.fixture
def signed(classroom, key):
    """Return a class that was graded and signed: Ada has failed, Bob and Zoe have passed."""
    classroom.write(ada="fail", bob="pass", zoe="pass zoe")
    assert classroom.grade(key=key).complete
    return classroom


def genuine(classroom, key):
    """Return whose report files are genuinely signed, with the points in them."""
    found = {}
    for path in sorted((classroom.out / "reports").glob("*.json")):
        with pytest.raises(typer.Exit) as ended:
            verify_report(path, key.path, course=classroom.course.root)
        if ended.value.exit_code == 0:
            report = json.loads(path.read_text())
            found[report["submission"]["id"].partition(".")[0]] = report["points"]
    return found


def edit(classroom, statement, *values):
    db = sqlite3.connect(classroom.out / "store.sqlite")
    assert db.execute(statement, values).rowcount
    db.commit()
    db.close()


def test_each_report_is_signed_where_it_is_formed(signed, key):
    assert genuine(signed, key) == {"ada": 0.0, "bob": 2.0, "zoe": 2.0}
    # Nothing is graded or signed twice, and a run without a key leaves signatures as they are.
    files = {path: path.stat().st_mtime_ns for path in (signed.out / "reports").iterdir()}
    for options in ({"key": key}, {}):
        again = signed.grade(**options)
        assert (again.graded, again.stored, again.complete) == (0, 3, True)
    assert {path: path.stat().st_mtime_ns for path in (signed.out / "reports").iterdir()} == files


def test_a_run_without_the_key_says_that_it_verifies_nothing(signed, key, capsys):
    """It had handed on what was written into the store, beside the signature of before."""
    for options in ({}, {"key": key}):
        complain(signed.grade(**options))
        said = "without --sign nothing tells whether they are still what was signed"
        assert (said in capsys.readouterr().err) == (not options)


ADA = " WHERE submission = 'ada.alpha'"
RAISED = "UPDATE results SET report = replace(report, ?, ?)" + ADA
TAKE = "UPDATE results SET report = (SELECT report FROM results WHERE submission = 'bob.alpha')"
LIKE_BOB = "(SELECT {} FROM results JOIN signatures USING (result) WHERE submission = 'bob.alpha')"
EDITS = {
    "a title": (RAISED, ["a check", "another"], FORGED),
    "its signature": ("UPDATE signatures SET signature = 'x' WHERE result = 1", [], FORGED),
    "a signature that is no longer there": (
        "DELETE FROM signatures WHERE result = (SELECT result FROM results" + ADA + ")",
        [],
        UNSIGNED,
    ),
    "another's report": (TAKE + ADA, [], FORGED),
    "what is no report": ("UPDATE results SET report = 'x'" + ADA, [], "its report is broken"),
}


@pytest.fixture
def points_too():
    """Return statements that raise all points of Ada's report, so that it is valid."""
    lines = {
        '"outcome": "failed"': '"outcome": "passed"',
        '"points": 0.0': '"points": 2.0',
        '"fraction": 0.0': '"fraction": 1.0',
    }
    return [(RAISED, pair) for pair in lines.items()]


def first_is_ada(classroom):
    with Store(classroom.out / "store.sqlite") as store:
        return next(iter(store.rows())).seat.submission == "ada.alpha"


@pytest.mark.parametrize("name", EDITS)
def test_what_was_written_into_the_store_is_never_signed(signed, key, name, capsys):
    statement, values, fault = EDITS[name]
    assert first_is_ada(signed)
    edit(signed, statement, *values)
    summary = signed.grade(key=key)
    assert genuine(signed, key) == {"ada": 0.0, "bob": 2.0, "zoe": 2.0}
    assert (summary.graded, summary.stored) == (1, 2)
    complain(summary)
    said = capsys.readouterr().err
    if fault == UNSIGNED:
        assert summary.complete
        assert (
            "1 submission was graded without a signature before, and now once more with one" in said
        )
    else:
        assert not summary.complete
        assert summary.distrusted["ada.alpha"].startswith(fault)
        assert f"ada.alpha: {fault}" in said
    assert signed.grade(key=key).complete


def test_raised_points_are_not_signed_and_without_the_key_would_count(signed, key, points_too):
    for statement, values in points_too:
        edit(signed, statement, *values)
    # The control: it is a valid report, which a run without a key takes for the grade.
    assert signed.grade().complete
    assert signed.book()["ada"]["alpha"] == "2"
    assert genuine(signed, key) == {"bob": 2.0, "zoe": 2.0}
    summary = signed.grade(key=key)
    assert (summary.distrusted, summary.complete) == ({"ada.alpha": FORGED}, False)
    assert signed.book()["ada"]["alpha"] == "0"
    assert genuine(signed, key)["ada"] == 0.0


def test_another_s_genuine_report_is_not_one_s_own(signed, key):
    """Report and signature of Bob's, moved to Ada: genuine, and not hers."""
    for table, column, where in (
        ("results", "report", ADA),
        ("signatures", "signature", " WHERE result = (SELECT result FROM results" + ADA + ")"),
    ):
        edit(signed, f"UPDATE {table} SET {column} = {LIKE_BOB.format(column)}{where}")
    summary = signed.grade(key=key)
    assert summary.distrusted == {"ada.alpha": MOVED}
    assert genuine(signed, key) == {"ada": 0.0, "bob": 2.0, "zoe": 2.0}


def test_an_older_genuine_report_is_not_the_newer_one(signed, key):
    """What Zoe had with another file does not count for the one of now."""
    signed.write(zoe="fail zoe")
    assert signed.grade(key=key).complete
    assert signed.book()["zoe"]["alpha"] == "0"
    zoe = "submission = 'zoe.alpha'"
    newer = f"SELECT max(result) FROM results WHERE {zoe}"
    edit(signed, f"UPDATE results SET key = (SELECT key FROM results WHERE result = ({newer}))")
    edit(signed, f"DELETE FROM results WHERE result = ({newer})")
    summary = signed.grade(key=key)
    assert summary.distrusted["zoe.alpha"] == MOVED
    assert signed.book()["zoe"]["alpha"] == "0"


def known_as(classroom, key, **emails):
    """Grade with a roster of addresses."""
    gathered = gather(
        classroom.folder,
        classroom.scratch,
        [f.exercise for f in classroom.course.folders],
        roster=Roster(
            [Student(label=name, name=name, email=email) for name, email in emails.items()]
        ),
        forkserver=classroom.forkserver,
    )
    way = Way(classroom.function, partial(local_executor, 1), 1, "full", key=key)
    return grade_class(gathered, classroom.course, classroom.out, way)


def test_a_genuine_report_is_not_joined_with_another_student(classroom, key, capsys):
    """Ada has failed: whoever swaps addresses in the store swaps no grades in an export."""
    classroom.write(ada="fail", bob="pass")
    assert known_as(classroom, key, ada="ada@x", bob="bob@x").complete
    swap = "UPDATE people SET student = replace(student, ?, ?) WHERE person = ?"
    edit(classroom, swap, "bob@x", "eve@x", "bob")
    edit(classroom, swap, "ada@x", "bob@x", "ada")
    with Store(classroom.out / "store.sqlite") as store:
        assert [row.fault for row in store.rows()] == ["", ""]  # the control
    with Store(classroom.out / "store.sqlite", key=key) as store:
        assert [(row.report, row.fault) for row in store.rows()] == [(None, OTHER), (None, OTHER)]
    assert exported(classroom, key)[0] == 3
    assert capsys.readouterr().err.count(OTHER) == 2


def test_an_address_in_other_letters_is_the_same(classroom, key):
    classroom.write(ada="fail")
    assert known_as(classroom, key, ada="Ada@X").complete
    edit(classroom, "UPDATE people SET student = replace(student, 'Ada@X', 'ada@x')")
    with Store(classroom.out / "store.sqlite", key=key) as store:
        (row,) = store.rows()
        assert (row.fault, row.seat.student.email) == ("", "ada@x")
        assert '"email": "Ada@X"' in row.signed.text


MOODLE = {"Ada A_101_assignsubmission_file": "fail", "Bob B_102_assignsubmission_file": "pass"}
SWAPPED = "CASE participant WHEN '101' THEN '102' ELSE '101' END"
NAMES = """UPDATE people SET student = CASE person WHEN 'Ada A'
    THEN replace(student, 'Ada A', 'Bob B') ELSE replace(student, 'Bob B', 'Ada A') END"""
PARTICIPANTS = {
    "swapped with the names": [f"UPDATE roster SET participant = {SWAPPED}", NAMES],
    "swapped": [f"UPDATE roster SET participant = {SWAPPED}"],
    "another": ["UPDATE roster SET participant = '103'"],
    "none": ["UPDATE roster SET participant = NULL"],
}


@pytest.mark.parametrize("how", PARTICIPANTS)
def test_a_genuine_report_is_no_other_participant_s(classroom, key, how):
    """By that number alone Moodle's worksheet joins; Ada has failed."""
    classroom.write(**MOODLE)
    assert classroom.grade(key=key).complete
    assert classroom.grade(key=key).stored == 2
    for statement in PARTICIPANTS[how]:
        edit(classroom, statement)
    with Store(classroom.out / "store.sqlite") as store:
        found = {(row.seat.student.participant, row.report.points) for row in store.rows()}
    assert found != {("101", 0.0), ("102", 2.0)}  # the control
    with Store(classroom.out / "store.sqlite", key=key) as store:
        assert [(row.report, row.fault) for row in store.rows()] == [(None, OTHER), (None, OTHER)]


def test_a_class_of_another_assignment_is_signed_anew(classroom, key):
    """Moodle numbers its students anew in each: the same files are then other submissions."""
    classroom.write(**MOODLE)
    assert classroom.grade(key=key).complete
    for old in MOODLE:
        new = old.replace("_1", "_3")
        (classroom.folder / old).rename(classroom.folder / new)
    summary = classroom.grade(key=key)
    assert (summary.graded, [*summary.distrusted.values()]) == (2, [OTHER, OTHER])
    assert classroom.grade(key=key).complete


def test_who_is_not_in_path_has_no_grade_rather_than_a_forged_one(signed, key, points_too, capsys):
    for statement, values in points_too:
        edit(signed, statement, *values)
    (signed.folder / "ada" / "alpha.py").unlink()
    summary = signed.grade(key=key)
    assert summary.distrusted == {"ada.alpha": FORGED}
    assert not summary.complete
    assert signed.book()["ada"]["alpha"] == ""
    assert "ada.alpha.json" not in signed.files()
    assert not signed.grade(key=key).complete, "until somebody mends it"
    signed.write(ada="fail")
    signed.grade(key=key)
    assert signed.grade(key=key).complete
    assert signed.book()["ada"]["alpha"] == "0"


def test_what_was_graded_without_a_key_is_graded_anew_to_be_signed(classroom, key, capsys):
    classroom.write(ada="fail", bob="pass", eve="internal")
    classroom.grade()
    (classroom.folder / "bob" / "alpha.py").unlink()
    summary = classroom.grade(key=key)
    assert (summary.unsigned, summary.distrusted) == (1, {"bob.alpha": UNSIGNED})
    assert genuine(classroom, key) == {"ada": 0.0}
    assert classroom.book()["eve"]["status"] == "internal_error: alpha"
    complain(summary)
    assert "bob.alpha: it was graded without a signature" in capsys.readouterr().err


def test_another_key_signs_anew_what_it_has_not_signed(signed, key, tmp_path):
    other = new_key(tmp_path / "other.pem")
    summary = signed.grade(key=other)
    assert (summary.graded, len(summary.distrusted)) == (3, 3)
    assert genuine(signed, other) == {"ada": 0.0, "bob": 2.0, "zoe": 2.0}
    assert genuine(signed, key) == {}


def test_a_job_that_does_not_sign_gives_no_grade(classroom, key):
    classroom.write(ada="unsigned pass", bob="pass")
    summary = classroom.grade(key=key)
    assert summary.faults == {"ada.alpha": "the report was not signed with this key"}
    assert classroom.book()["ada"]["alpha"] == ""
    assert genuine(classroom, key) == {"bob": 2.0}


def test_what_is_known_of_a_student_later_changes_no_signed_report(signed, key):
    assert known_as(signed, key, ada="ada@example.invalid").stored == 3
    assert signed.book()["ada"]["email"] == "ada@example.invalid"
    feedback = json.loads((signed.out / "feedback" / "ada.alpha.json").read_text())
    assert feedback["submission"]["student"]["email"] == "ada@example.invalid"
    assert genuine(signed, key) == {"ada": 0.0, "bob": 2.0, "zoe": 2.0}


def exported(classroom, key=None):
    with pytest.raises(typer.Exit) as ended:
        export("lti", classroom.out, key=key and key.path)
    names = {path.name for path in (classroom.out / "export" / "lti").glob("*.json")}
    return ended.value.exit_code, names


def test_an_export_with_the_key_leaves_out_what_that_has_not_signed(
    classroom, key, points_too, capsys
):
    classroom.write(ada="fail", bob="pass", zoe="pass zoe")
    students = [Student(label=name, name=name, user_id=name) for name in ("ada", "bob", "zoe")]
    gathered = gather(
        classroom.folder,
        classroom.scratch,
        [f.exercise for f in classroom.course.folders],
        roster=Roster(students),
        forkserver=classroom.forkserver,
    )
    way = Way(classroom.function, partial(local_executor, 1), 1, "full", key=key)
    assert grade_class(gathered, classroom.course, classroom.out, way).complete
    everybody = {f"{name}.alpha.json" for name in ("ada", "bob", "zoe")}
    assert exported(classroom, key) == (0, everybody)
    assert "verified" not in capsys.readouterr().err
    for statement, values in points_too:
        edit(classroom, statement, *values)
    assert exported(classroom) == (0, everybody)
    assert "a signature was not verified: name the key with --key" in capsys.readouterr().err
    assert exported(classroom, key) == (3, everybody - {"ada.alpha.json"})
    assert f"not exported: ada.alpha: {FORGED}" in capsys.readouterr().err


def test_no_key_is_taken_where_student_code_could_read_it(key, tmp_path):
    for options in ({"allow_unsandboxed": True}, {"require_isolation": "syscalls"}):
        with pytest.raises(UsageError, match="--sign needs the isolation level filesystem"):
            grade(tmp_path, tmp_path / "out", sign=key.path, course=ROOT, **options)
    assert not (tmp_path / "out").exists()


THIEF = """
import os
def square(x):
    try:
        return float(open({path!r}).read(11) == "-----BEGIN ") * 4.0
    except OSError:
        return 0.0
"""
HIDDEN = """
from grader.testing import check
@check("a", points=10)
def test_a(submission):
    assert submission.square(2.0) == 4.0
"""


def steal(write_course, root, key, level):
    course = write_course(root, HIDDEN)
    thief = root / "class" / "eve" / "mini.py"
    thief.parent.mkdir(parents=True)
    thief.write_text(THIEF.format(path=str(key.path)))
    (root / "scratch").mkdir()
    gathered = gather(root / "class", root / "scratch", [f.exercise for f in course.folders])
    way = Way(run_job, partial(local_executor, 2), 2, level, key=key)
    assert grade_class(gathered, course, root / "out", way).graded == 1
    path = root / "out" / "reports" / "eve.mini.json"
    with pytest.raises(typer.Exit) as ended:
        verify_report(path, key.path, thief, course.root)
    assert ended.value.exit_code == 0
    return json.loads(path.read_text())["points"]


def test_student_code_cannot_read_the_key_that_signs_its_report(
    write_course, forkserver, tmp_path, key
):
    """The points are what the code has read. Real jobs, in processes of their own."""
    if not {"landlock", "namespaces"} & {*forkserver.layers}:
        pytest.skip("this machine has neither Landlock nor bubblewrap")
    assert steal(write_course, tmp_path, key, Level.FILESYSTEM) == 0.0


def test_the_thief_would_read_it_without_the_layers(key):
    """The control: the same program, run by whoever grades."""
    code = THIEF.format(path=str(key.path)) + "print(square(2.0))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert ran.stdout == "4.0\n"


def test_a_job_holds_the_key_s_path_and_never_the_key(signed, key):
    seen = []

    def job(text):
        seen.append(text)
        return signed.function(text)

    signed.write(ada="fail again")
    gathered = gather(
        signed.folder,
        signed.scratch,
        [f.exercise for f in signed.course.folders],
        forkserver=signed.forkserver,
    )
    way = Way(job, partial(local_executor, 1), 1, "full", key=key)
    assert grade_class(gathered, signed.course, signed.out, way).graded == 1
    secret = key.path.read_text().splitlines()[1]
    assert len(secret) > 40
    kept = [text for text in seen if str(key.path) in text]
    assert len(kept) == 1
    assert secret not in kept[0]
    assert secret.encode() not in (signed.out / "store.sqlite").read_bytes()
