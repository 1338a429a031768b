"""The store keeps everything, finds what need not be graded again, and complains in sentences."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from datetime import timedelta

import pytest

from grader.database import sole_writer
from grader.errors import StoreError
from grader.model.report import report_json
from grader.model.submission import Person, Student
from grader.model.text import timestamp
from grader.results import store_key
from grader.store import Seat, Store, Unmatched, utc_now


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store.sqlite") as store:
        yield store


def seat(student="ada", exercise="zero_init", key="k1", **identities):
    return Seat(f"{student}.{exercise}", exercise, key, Student(label=student, **identities))


def start(store, *seats, unmatched=(), **options):
    return store.start_run(seats, unmatched, grader_version="0.1.0", isolation="full", **options)


def graded(store):
    return {row.seat.submission for row in store.rows() if row.report and row.report.points}


def test_what_is_graded_under_the_same_key_is_not_pending(store, make_report):
    run = start(store, seat(), seat("bob"))
    assert graded(store) == set()
    store.add(run, seat(), make_report("passed"))
    assert graded(store) == {"ada.zero_init"}
    start(store, seat(email="ada@example.invalid"))
    assert graded(store) == {"ada.zero_init"}
    start(store, seat(key="k2"))
    assert graded(store) == set()


def test_the_key_depends_on_all_four_parts():
    parts = ["digest", "exercise", "0.1.0", "full"]
    keys = {store_key(*parts)}
    for index in range(4):
        keys.add(store_key(*[p + "x" if i == index else p for i, p in enumerate(parts)]))
    assert len(keys) == 5


def test_a_failed_regrade_hides_the_old_grade_and_keeps_it(store, make_report):
    old, new = make_report("passed"), make_report("internal_error")
    first = start(store, seat())
    store.add(first, seat(), old)
    second = start(store, seat(key="k2"))
    assert [row.report for row in store.rows()] == [None]
    store.add(second, seat(key="k2"), new)
    assert [row.report for row in store.rows()] == [new]
    assert [row.report for row in store.rows(until=first)] == [old]
    assert [(run, report) for run, _, report in store.history("ada.zero_init")] == [
        (first, old),
        (second, new),
    ]


def ids(store, until=None):
    return [row.seat.submission for row in store.rows(until=until)]


def test_a_run_adds_and_only_one_for_the_whole_class_takes_away(store, make_report):
    run = start(store, seat(), seat(exercise="random_init"))
    store.add(run, seat(), make_report("passed"))
    start(store, seat("bob"))
    assert ids(store) == ["ada.random_init", "ada.zero_init", "bob.zero_init"]
    start(store, seat("zoe", "random_init"), scope="random_init", whole=True)
    assert ids(store) == ["ada.zero_init", "bob.zero_init", "zoe.random_init"]
    start(store, seat("bob", key="k2"))
    assert [(row.seat.submission, row.seat.key) for row in store.rows()][1:] == [
        ("bob.zero_init", "k2"), ("zoe.random_init", "k1"),
    ]  # fmt: skip
    start(store, seat("bob"), whole=True)
    assert ids(store) == ["bob.zero_init"]
    assert store.exercises() == {"zero_init"}
    assert ids(store, until=1) == ["ada.random_init", "ada.zero_init"]
    assert ids(store, until=3) == ["ada.zero_init", "bob.zero_init", "zoe.random_init"]


def test_reports_name_the_student_as_known_today(store, make_report):
    run = start(store, seat())
    store.add(run, seat(), make_report("passed"))
    better = Person("ada", Student(label="ada", email="ada@example.invalid"))
    store.start_run([], people=[better], grader_version="0", isolation="full")
    (row,) = store.rows()
    assert row.report.submission.student.email == row.seat.student.email == better.student.email
    [(_, _, then)] = store.history("ada.zero_init")
    assert then.submission.student.email is None


def test_a_participant_s_number_is_that_of_its_submission(store):
    start(store, seat(participant="7"), seat(exercise="random_init", participant="9"))
    found = {row.seat.exercise: row.seat.student.participant for row in store.rows()}
    assert found == {"zero_init": "7", "random_init": "9"}
    assert [person.student.participant for person in store.people()] == [None]


def test_two_students_who_turn_out_to_be_one_have_one_seat_each(store, make_report):
    run = start(store, seat(), seat("1001", "random_init"), seat("1001"))
    store.add(run, seat("1001", "random_init"), make_report("passed"))
    store.start_run([], grader_version="0", isolation="full", merged={"1001": "ada"})
    assert ids(store) == ["1001.random_init", "ada.zero_init"]
    assert {row.seat.stem for row in store.rows()} == {"ada"}
    assert [person.stem for person in store.people()] == ["ada"]


def test_who_was_unmatched_is_listed_until_there_is_a_submission(store):
    start(store, unmatched=[Unmatched("bob/a.pdf", "bob", "no code"), Unmatched("x", None, "no")])
    start(store, seat("ada"), unmatched=[Unmatched("", "amy", "nothing handed in")])
    bob, amy = Student(label="bob"), Student(label="amy")
    assert store.others() == {"bob": (bob, "unmatched"), "amy": (amy, "nothing handed in")}
    assert [student.label for student in store.students()] == ["ada", "amy", "bob"]
    start(store, unmatched=[Unmatched("", "bob", "nothing handed in")])
    assert store.others()["bob"] == (bob, "unmatched")
    start(store, seat("bob"))
    assert store.others() == {"amy": (amy, "nothing handed in")}
    start(store, seat("bob"), whole=True)
    assert store.others() == {}
    assert [student.label for student in store.students()] == ["bob"]


def test_of_whom_something_was_unread_nothing_leaves(store):
    start(store, seat(), seat(exercise="random_init"), seat("bob"), seat("zoe"))
    start(store, seat(key="k2"), seat("zoe"), whole=True, unread=["ada", "bob"])
    assert [(row.seat.submission, row.seat.key) for row in store.rows()] == [
        ("ada.random_init", "k1"),
        ("ada.zero_init", "k2"),
        ("bob.zero_init", "k1"),
        ("zoe.zero_init", "k1"),
    ]


def test_grading_times_of_a_submission_are_a_second_apart(store, make_report):
    run = start(store, seat())
    times = [store.add(run, seat(), make_report("passed")) for _ in range(3)]
    assert times[1] - times[0] >= timedelta(seconds=1)
    assert times[2] - times[1] >= timedelta(seconds=1)
    assert [moment for _, moment, _ in store.history("ada.zero_init")] == times


def test_a_clock_that_is_set_back_does_not_make_a_new_result_older(store, make_report, monkeypatch):
    run = start(store, seat())
    first = store.add(run, seat(), make_report("passed"))
    monkeypatch.setattr("grader.store.utc_now", lambda: first - timedelta(hours=1))
    assert store.add(run, seat(), make_report("failed")) > first
    [row] = store.rows()
    assert row.report.points == 0


def test_times_are_utc_with_milliseconds():
    text = timestamp(utc_now())
    assert len(text) == len("2026-11-22T00:49:37.960Z")
    assert text.endswith("Z")


def test_unmatched_files_are_kept(store):
    item = Unmatched("bob/notes.txt", "bob", "holds no function of the course")
    run = start(store, seat(), unmatched=[item])
    assert store.unmatched(run) == [item]


def test_a_roster_is_written_whole_or_not_at_all(store):
    def broken():
        yield seat()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.start_run(broken(), grader_version="0", isolation="full")
    assert store.last_run() == 0
    assert start(store, seat()) == 1


WRITER = """
    import sys
    from pathlib import Path
    from grader.model.report import parse_report
    from grader.model.submission import Person, Student
    from grader.store import Seat, Store
    store = Store(Path(sys.argv[1]))
    report = parse_report(sys.stdin.read())
    run = store.start_run([], grader_version="0", isolation="full")
    print("ready", flush=True)
    for number in range(1_000_000):
        store.add(run, Seat(f"s{number}.e", "e", "k", Student(label=f"s{number}")), report)
        print(number, flush=True)
"""


@pytest.mark.parametrize("wait", [0.0, 0.02, 0.1])
def test_kill_9_at_any_moment_loses_nothing_that_was_said_to_be_stored(tmp_path, make_report, wait):
    path = tmp_path / "store.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    writer.stdin.write(report_json(make_report("passed")))
    writer.stdin.close()
    assert writer.stdout.readline() == "ready\n"
    time.sleep(wait)
    os.kill(writer.pid, signal.SIGKILL)
    said = writer.stdout.read().split()
    writer.stdout.close()
    writer.wait()
    with Store(path) as store:
        start(store, *(seat(f"s{number}", "e", "k") for number in said))
        assert graded(store) == {f"s{number}.e" for number in said}


def test_a_locked_store_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("grader.database._BUSY_SECONDS", 0.05)
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            start(store, seat())
        other.close()
        start(store, seat())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not a database at all" * 100, "is not a store"),
        (b"SQLite format 3\x00" + b"x" * 4000, "is not a store|damaged"),
    ],
)
def test_a_broken_file_is_said_in_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=sentence) as caught:
        Store(path)
    assert str(path) in str(caught.value)


def test_a_damaged_page_is_said_in_a_sentence(tmp_path, make_report):
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        run = start(store, *(seat(f"s{i}") for i in range(200)))
        for i in range(200):
            store.add(run, seat(f"s{i}"), make_report("passed", "failed"))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"), Store(path) as store:
        list(store.rows())


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "store.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="another program"):
        Store(path)


def test_a_newer_format_is_refused(tmp_path):
    path = tmp_path / "store.sqlite"
    Store(path).close()
    db = sqlite3.connect(path)
    for version in (99, 4, -1):
        db.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(StoreError, match=f"has format {version}, .* use that one, or another"):
            Store(path)
        assert db.execute("PRAGMA user_version").fetchone() == (version,)
    db.close()


EDITS = {
    "points": ('"points": 0.0', '"points": 2.0', "broken: .* passed|broken: .*points"),
    "half": ('"checks": [', '"checks": ', "its report is broken: Invalid JSON"),
    "older": ('"1.1"', '"1.0"', "version 1.0, .* this one reads 1.1: grade it again"),
    "newer": ('"1.1"', '"2"', "version 2, .* this one reads 1.1: grade it again"),
    "other": ('"1.1"', "[1, 1]", "version \\[1, 1\\], .* this one reads 1.1"),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_report_that_cannot_be_read_is_in_nobody_s_way(tmp_path, make_report, name):
    old, new, fault = EDITS[name]
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        run = start(store, seat(), seat("bob"))
        for who in ("ada", "bob"):
            store.add(run, seat(who), make_report("failed", student=who))
        db = sqlite3.connect(path)
        edit = "UPDATE results SET report = replace(report, ?, ?) WHERE submission LIKE 'ada%'"
        db.execute(edit, (old, new))
        db.commit()
        db.close()
        ada, bob = store.rows()
        assert (ada.report, bob.report.points, bob.fault) == (None, 0.0, "")
        assert re.search(fault, ada.fault)
        with pytest.raises(StoreError, match=r"ada\.zero_init: its report"):
            list(store.history("ada.zero_init"))


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE results SET graded_at = 'yesterday'",
        "UPDATE people SET student = '{'",
        "UPDATE people SET student = '{}'",
        "UPDATE handed SET identity = 'x'",
        "UPDATE results SET graded_at = CAST(graded_at AS BLOB)",
        "UPDATE results SET report = x'ff00'",
        "UPDATE people SET student = CAST(student AS BLOB)",
        "UPDATE roster SET participant = x'00'",
    ],
)
def test_what_is_no_value_of_ours_is_said_in_a_sentence(tmp_path, make_report, edit):
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        ada = Student(label="ada")
        start(store, seat(), people=[Person("ada", ada, frozenset([ada]))])
        store.add(1, seat(), make_report("passed"))
        db = sqlite3.connect(path)
        assert db.execute(edit).rowcount == 1
        db.commit()
        db.close()
        with pytest.raises(StoreError, match="was changed or damaged") as caught:
            assert list(store.rows()) == store.people()
        assert "\n\n" not in str(caught.value)


LEADS_OUT = ["../../ada", "/tmp/ada", "-rf", ".hidden", "a\0b", "a/b", "x" * 300, "Zoe\u0308.x", ""]


@pytest.mark.parametrize("name", LEADS_OUT)
def test_an_id_that_names_no_file_is_read_by_nobody(tmp_path, make_report, name):
    """Reports are written, and what counts no more is removed, under the ids in a store."""
    path = tmp_path / "store.sqlite"
    readers = {
        "UPDATE results SET submission = ?": [Store.written],
        "UPDATE roster SET submission = ?": [Store.written, Store.ids, lambda s: list(s.rows())],
    }
    for edit, reads in readers.items():
        path.unlink(missing_ok=True)
        with Store(path) as store:
            start(store, seat())
            store.add(1, seat(), make_report("passed"))
            assert (store.written(), len(store.people())) == ({"ada.zero_init"}, 1)
            store._db.write(edit, name)
            for read in reads:
                with pytest.raises(StoreError, match="was changed or damaged"):
                    read(store)


@pytest.mark.parametrize("name", LEADS_OUT)
def test_nor_is_a_student_whose_ids_would(tmp_path, name):
    with Store(tmp_path / "store.sqlite") as store:
        start(store, seat(), people=[Person("bo", Student(label="bo"))])
        store._db.write("UPDATE people SET person = ? WHERE person = 'bo'", name)
        # Who was never graded had any label for a stem in format 1: such a one begins anew.
        assert [person.stem for person in store.people()] == ["ada"]
        for table in ("people", "roster"):
            store._db.write(f"UPDATE {table} SET person = ? WHERE person = 'ada'", f"{name}/")
        with pytest.raises(StoreError, match="was changed or damaged"):
            store.people()


def test_a_run_that_is_no_number_is_said(tmp_path):
    with Store(tmp_path / "store.sqlite") as store:
        start(store, seat())
        store._db.write("UPDATE roster SET run = 'x'")
        with pytest.raises(StoreError, match="was changed or damaged: invalid literal"):
            store.people()


def test_no_store_is_made_where_only_reading_was_asked(tmp_path):
    with pytest.raises(StoreError, match="there is no store"):
        Store(tmp_path / "store.sqlite", create=False)
    assert list(tmp_path.iterdir()) == []


def fill(store, run, report):
    for number in range(1000):
        store.add(run, seat(f"s{number}"), report)


def test_a_full_disk_is_said_and_what_was_stored_is_kept(tmp_path, make_report):
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        run = start(store, seat())
        store.add(run, seat(), make_report("passed"))
        pages = store._db._pragma("page_count")
        store._db.row(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StoreError, match="disk is full"):
            fill(store, run, make_report("passed", "failed"))
        assert graded(store) == {"ada.zero_init"}
    with Store(path) as store:
        assert graded(store) == {"ada.zero_init"}
        store.add(run, seat("bob"), make_report("passed"))


def test_a_folder_has_one_writing_run(tmp_path):
    with (
        sole_writer(tmp_path),
        pytest.raises(StoreError, match="another run is at work"),
        sole_writer(tmp_path),
    ):
        pass
    with sole_writer(tmp_path):
        pass


def test_the_lock_of_a_killed_run_is_gone(tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from grader.database import sole_writer\n"
        "with sole_writer(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    with sole_writer(tmp_path):
        pass
