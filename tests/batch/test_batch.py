"""A class is graded whatever single submissions do, and grading goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from grader.errors import CourseError, SandboxError, StoreError
from grader.model.report import parse_report
from grader.outputs import Outputs
from grader.store import Store

DIED = "the job's process died"


def test_a_class_is_graded_into_files(classroom):
    classroom.write(ada="pass", bob="fail")
    summary = classroom.grade()
    assert (summary.total, summary.graded, summary.complete) == (2, 2, True)
    assert classroom.files() == ["ada.alpha.json", "bob.alpha.json"]
    feedback = sorted(p.name for p in (classroom.out / "feedback").iterdir())
    assert feedback == ["ada.alpha.json", "ada.alpha.md", "bob.alpha.json", "bob.alpha.md"]
    assert {name: row["alpha"] for name, row in classroom.book().items()} == {
        "ada": "2",
        "bob": "0",
    }
    report = parse_report((classroom.out / "reports" / "ada.alpha.json").read_text())
    assert report.submission.student.label == "ada"


def test_what_is_stored_is_not_run_again(classroom, tmp_path):
    mark = tmp_path / "runs"
    classroom.write(ada=f"count={mark}", bob=f"count={mark}")
    classroom.grade()
    classroom.write(bob=f"count={mark} fail")
    summary = classroom.grade()
    assert (summary.stored, summary.graded) == (1, 1)
    assert mark.read_text() == "xxx"
    assert classroom.book()["bob"]["alpha"] == "0"


@pytest.mark.parametrize("what", ["exercise", "isolation", "version"])
def test_what_changed_is_run_again(classroom, monkeypatch, course, what):
    classroom.write(ada="pass")
    classroom.grade()
    options = {}
    if what == "exercise":
        (course.root / "solutions" / "alpha" / "test_hidden.py").write_text("# mended")
        classroom.course = type(course)(course.root)
    elif what == "isolation":
        options = {"isolation": "process"}
    else:
        monkeypatch.setattr("grader.__version__", "99")
    assert classroom.grade(**options).graded == 1
    assert classroom.grade(**options).graded == 0


def test_files_that_were_lost_or_damaged_are_written_again(classroom):
    classroom.write(ada="pass", bob="pass")
    classroom.grade()
    ada = classroom.out / "reports" / "ada.alpha.json"
    text = ada.read_text()
    ada.write_text("")
    shutil.rmtree(classroom.out / "feedback")
    assert classroom.grade().graded == 0
    assert ada.read_text() == text
    assert len(list((classroom.out / "feedback").iterdir())) == 4


LEADS_OUT = ["../../mine", "../feedback/../../mine", "{}", "/{}"]


@pytest.mark.parametrize("table", ["results", "roster"])
@pytest.mark.parametrize("name", LEADS_OUT)
def test_an_id_in_the_store_leads_to_no_file_of_others(classroom, tmp_path, table, name):
    classroom.write(ada="pass", bob="pass")
    classroom.grade()
    mine = tmp_path / "mine.json"
    mine.write_text("mine")
    with sqlite3.connect(classroom.out / "store.sqlite") as db:
        edit = f"UPDATE {table} SET submission = ? WHERE submission = 'ada.alpha'"
        assert db.execute(edit, (name.format(tmp_path / "mine"),)).rowcount == 1
    db.close()
    with pytest.raises(StoreError, match="was changed or damaged"):
        classroom.grade(whole=True)
    assert mine.exists()


@pytest.mark.parametrize("name", LEADS_OUT)
def test_believed_it_would_remove_one(tmp_path, name):
    mine = tmp_path / "mine.json"
    mine.write_text("mine")
    Outputs(tmp_path / "out").discard(name.format(tmp_path / "mine"))
    assert not mine.exists()


def test_what_a_killed_run_left_half_written_is_taken_away(classroom):
    classroom.write(ada="pass")
    classroom.grade()
    halves = [classroom.out / part / ".4711.draft" for part in (".", "reports", "feedback")]
    others = [classroom.out / "reports" / ".mine.draft", classroom.out / ".exported"]
    for path in (*halves, *others):
        path.write_text("half a rep")
    assert classroom.grade().complete
    assert [path.exists() for path in (*halves, *others)] == [False] * 3 + [True] * 2


def test_who_left_the_class_has_no_files_and_keeps_a_history(classroom):
    classroom.write(ada="pass", bob="pass")
    classroom.grade()
    shutil.rmtree(classroom.folder / "bob")
    classroom.grade(whole=True)
    assert classroom.files() == ["ada.alpha.json"]
    assert set(classroom.book()) == {"ada"}
    with Store(classroom.out / "store.sqlite") as store:
        assert len(list(store.history("bob.alpha"))) == 1


NO_GRADE = {
    "raise": "the sandbox went away",
    "internal": "a_check: word internal",
    "garbage": "the job gave no valid report",
    "another": "the report is about another submission: mallory.alpha",
    "elsewhere": "the report is about another exercise: beta",
    "outdated": "the report is about another exercise: alpha",
    "empty": "no reason was given",
}


@pytest.mark.parametrize("word", NO_GRADE)
def test_what_goes_wrong_twice_is_ours_and_the_batch_goes_on(classroom, word):
    classroom.write(ada="pass", bob=word, zoe="fail")
    summary = classroom.grade()
    assert summary.graded == 2
    assert [*summary.faults] == ["bob.alpha"]
    assert NO_GRADE[word] in summary.faults["bob.alpha"]
    row = classroom.book()["bob"]
    assert (row["alpha"], row["total"], row["fraction"]) == ("", "", "")
    assert row["status"] == "internal_error: alpha"
    report = json.loads((classroom.out / "reports" / "bob.alpha.json").read_text())
    assert (report["status"], report["points"]) == ("internal_error", None)
    feedback = (classroom.out / "feedback" / "bob.alpha.md").read_text()
    assert "a problem on our side" in feedback
    assert "0" not in feedback


def test_an_exercise_that_is_not_finished_is_graded_for_nobody(classroom, course):
    checks = course.root / "solutions" / "alpha" / "test_hidden.py"
    checks.write_text('title = "FILL IN: what is checked"\n')
    classroom.write(ada="pass", bob="fail")
    with pytest.raises(CourseError, match=r"alpha is not finished, .*:1: "):
        classroom.grade()
    assert not classroom.out.exists()
    checks.write_text("")
    assert classroom.grade().graded == 2


def test_what_goes_wrong_once_is_tried_again(classroom, tmp_path):
    classroom.write(ada=f"once=raise,{tmp_path}/mark", bob="pass")
    summary = classroom.grade()
    assert (summary.graded, summary.faults) == (2, {})


def test_an_internal_error_is_pending_in_the_next_run(classroom):
    classroom.write(ada="internal", bob="pass")
    assert not classroom.grade().complete
    summary = classroom.grade()
    assert (summary.stored, len(summary.faults)) == (1, 1)
    classroom.write(ada="pass")
    assert classroom.grade().complete


def test_a_failed_regrade_leaves_no_stale_grade(classroom):
    classroom.write(ada="pass")
    classroom.grade()
    classroom.write(ada="internal")
    classroom.grade()
    row = classroom.book()["ada"]
    assert (row["alpha"], row["status"]) == ("", "internal_error: alpha")
    report = json.loads((classroom.out / "reports" / "ada.alpha.json").read_text())
    assert report["status"] == "internal_error"
    with Store(classroom.out / "store.sqlite") as store:
        assert [r.points for _, _, r in store.history("ada.alpha")] == [2.0, None]


def test_a_broken_course_stops_the_run_with_its_sentence_and_leaves_no_stale_grade(classroom):
    classroom.write(ada="pass", bob="pass")
    classroom.grade()
    classroom.write(ada="broken-course")
    with pytest.raises(CourseError, match="there is no check"):
        classroom.grade()
    assert classroom.files() == ["bob.alpha.json"]
    assert classroom.book()["ada"]["status"] == "pending: alpha"


def test_a_dead_process_costs_its_own_submission_and_no_other(classroom):
    students = {f"s{n}": "pass" for n in range(6)}
    classroom.write(**{**students, "s2": "die"})
    summary = classroom.grade(jobs=2)
    assert summary.graded == 5
    assert list(summary.faults) == ["s2.alpha"]
    assert DIED in summary.faults["s2.alpha"]


def test_a_process_that_dies_once_costs_a_retry(classroom, tmp_path):
    classroom.write(ada=f"once=die,{tmp_path}/mark", bob="pass", zoe="pass")
    summary = classroom.grade(jobs=2)
    assert (summary.graded, summary.faults) == (3, {})


def test_all_die(classroom):
    classroom.write(a="die", b="die", c="die")
    summary = classroom.grade(jobs=2)
    assert len(summary.faults) == 3


def test_a_pool_that_always_dies_is_given_up(classroom, monkeypatch):
    monkeypatch.setattr("grader.dispatch.MAX_DEATHS_IN_A_ROW", 2)
    classroom.write(a="die", b="die", c="die", d="die")
    with pytest.raises(SandboxError, match="die one after the other"):
        classroom.grade(jobs=2)


def test_a_job_that_never_ends_is_ended(classroom, monkeypatch):
    monkeypatch.setattr("grader.batch._Run._stall_seconds", lambda _: 2.0)
    classroom.write(ada="sleep=600", bob="pass", zoe="pass")
    summary = classroom.grade(jobs=2)
    assert (summary.graded, list(summary.faults)) == (2, ["ada.alpha"])


def test_ctrl_c_keeps_what_is_done(classroom):
    classroom.write(ada="pass", bob="interrupt", zoe="pass")
    summary = classroom.grade()
    assert (summary.interrupted, summary.graded, summary.pending) == (True, 1, 2)
    assert {n: r["status"] for n, r in classroom.book().items()} == {
        "ada": "graded",
        "bob": "pending: alpha",
        "zoe": "pending: alpha",
    }
    classroom.write(bob="pass")
    assert classroom.grade().stored == 1


def test_progress_is_told(classroom):
    classroom.write(ada="pass", bob="pass")
    told = []
    classroom.grade(progress=told.append)
    assert [(p.done, p.total) for p in told] == [(1, 2), (2, 2)]
    assert told[0].rate > 0
    assert told[1].eta_seconds == 0


def test_students_of_whom_nothing_matched_are_listed(classroom):
    classroom.write(ada="pass")
    (classroom.folder / "bob").mkdir()
    (classroom.folder / "bob" / "essay.pdf").write_bytes(b"%PDF")
    summary = classroom.grade()
    assert [item.path for item in summary.unmatched] == ["bob/essay.pdf"]
    assert classroom.book()["bob"]["status"] == "unmatched"


def test_a_full_disk_ends_the_run_with_a_sentence(classroom, monkeypatch):
    classroom.write(ada="pass", bob="pass")
    classroom.grade()
    classroom.write(bob="fail")

    def full(*_):
        raise StoreError("store.sqlite cannot grow: the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("grader.store.Store.add", full)
        with pytest.raises(StoreError, match="disk is full"):
            classroom.grade()
    assert classroom.book()["bob"]["status"] == "pending: alpha"
    assert classroom.grade().graded == 1


RUN = """
    import sys
    from functools import partial
    from pathlib import Path
    from batch_fakes import fake_job
    from grader.batch import Way, grade_class
    from grader.catalog import Course
    from grader.executors import local_executor
    from grader.ingest import gather

    if __name__ == "__main__":
        root, jobs = Path(sys.argv[1]), int(sys.argv[2])
        course = Course(root / "course")
        gathered = gather(root / "class", root / "scratch", [f.exercise for f in course.folders])
        way = Way(fake_job, partial(local_executor, jobs), jobs, "full",
                  progress=lambda p: print(p.done, flush=True))
        summary = grade_class(gathered, course, root / "out", way)
        print(summary.interrupted, summary.pending)
"""


def started(tmp_path, jobs):
    script = tmp_path / "run.py"
    script.write_text("\n".join(line[4:] for line in RUN.splitlines()))
    command = [sys.executable, str(script), str(tmp_path), str(jobs)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_kill_9_and_the_same_command_again(classroom, tmp_path):
    classroom.write(**{f"s{n:02}": "sleep=0.05" for n in range(12)})
    run = started(tmp_path, 2)
    for _ in range(4):
        run.stdout.readline()
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    assert ended(run.pid), "processes of the pool outlive the run"
    summary = classroom.grade(jobs=1)
    assert 4 <= summary.stored < 12
    assert summary.stored + summary.graded == 12
    assert len(classroom.files()) == 12


def test_ctrl_c_ends_the_pool(classroom, tmp_path):
    classroom.write(**{f"s{n}": "pass" for n in range(2)}, z1="sleep=600", z2="sleep=600")
    run = started(tmp_path, 2)
    assert [run.stdout.readline() for _ in range(2)] == ["1\n", "2\n"]
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert said == "True 2\n"
    assert ended(run.pid)


def ended(group):
    """Return whether every process of a group ends within some seconds."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
