"""Is a store that an older grader wrote the same class to this one?"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from grader.errors import StoreError
from grader.model.report import report_json
from grader.model.submission import Student
from grader.signing import Signed
from grader.store import Seat, Store
from grader.tables import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# As the first format had them, word for word.
FORMAT_1 = """
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    grader_version TEXT NOT NULL,
    isolation TEXT NOT NULL,
    scope TEXT
);
CREATE TABLE roster (
    run INTEGER NOT NULL REFERENCES runs,
    submission TEXT NOT NULL,
    exercise TEXT NOT NULL,
    key TEXT NOT NULL,
    student TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (run, submission)
) WITHOUT ROWID;
CREATE TABLE unmatched (
    run INTEGER NOT NULL REFERENCES runs,
    path TEXT NOT NULL,
    label TEXT,
    reason TEXT NOT NULL
);
CREATE TABLE results (
    result INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    submission TEXT NOT NULL,
    key TEXT NOT NULL,
    student TEXT NOT NULL,
    status TEXT NOT NULL,
    graded_at TEXT NOT NULL,
    report TEXT NOT NULL
);
CREATE INDEX results_of_submission ON results (submission, key, result);
"""
ADA, ADA_AND_MORE = Student(label="ada"), Student(label="ada", email="a@x", participant="7")
BO = Student(label="Bo 李", name="Bo 李", participant="12")


def known(student: Student) -> str:
    return student.model_dump_json(exclude_none=True)


@pytest.fixture
def old(tmp_path: Path, make_report: Any) -> Iterator[tuple[Path, sqlite3.Connection]]:
    """Write a store of format 1: three runs, of which the last is for one exercise."""
    path = tmp_path / "store.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(FORMAT_1 + "PRAGMA application_id = 0x67726472; PRAGMA user_version = 1;")
    for run, scope in ((1, None), (2, None), (3, "random_init")):
        db.execute("INSERT INTO runs VALUES (?, 't', 't', '0.1.0', 'full', ?)", (run, scope))
    roster = [
        (1, "ada.zero_init", "zero_init", "k1", ADA),
        (1, "gone.zero_init", "zero_init", "k1", Student(label="gone")),
        (2, "ada.zero_init", "zero_init", "k2", ADA_AND_MORE),
        (2, "Bo 李.zero_init", "zero_init", "k2", BO),
        (2, "ada.random_init", "random_init", "k2", ADA_AND_MORE),
        (3, "Bo 李.random_init", "random_init", "k3", BO),
    ]
    for run, name, exercise, key, student in roster:
        row = (run, name, exercise, key, known(student), student.label)
        db.execute("INSERT INTO roster VALUES (?, ?, ?, ?, ?, ?)", row)
    for run, label in ((1, "early"), (2, "late"), (2, None)):
        db.execute("INSERT INTO unmatched VALUES (?, 'a.pdf', ?, 'no code')", (run, label))
    for run, outcome, key, student in ((1, "failed", "k1", ADA), (2, "passed", "k2", ADA_AND_MORE)):
        report = report_json(make_report(outcome))
        row = (run, "ada.zero_init", key, known(student), "graded", report)
        db.execute(
            "INSERT INTO results (run, submission, key, student, status, graded_at, report)"
            " VALUES (?, ?, ?, ?, ?, '2026-11-22T00:49:37.960Z', ?)",
            row,
        )
    yield path, db
    db.close()


def test_the_class_is_what_it_was(old: tuple[Path, sqlite3.Connection]) -> None:
    with Store(old[0]) as store:
        rows = list(store.rows())
        assert [(row.seat.submission, row.seat.key) for row in rows] == [
            ("Bo 李.random_init", "k3"),
            ("Bo 李.zero_init", "k2"),
            ("ada.zero_init", "k2"),
        ]
        assert [row.report.points if row.report else None for row in rows] == [None, None, 2.0]
        assert [row.seat.student for row in rows] == [BO, BO, ADA_AND_MORE]
        assert store.others() == {"late": (Student(label="late"), "unmatched")}
        assert [r.points for _, _, r in store.history("ada.zero_init")] == [0.0, 2.0]
        assert store.written() == {
            "ada.zero_init", "gone.zero_init", "Bo 李.zero_init", "ada.random_init",
            "Bo 李.random_init",
        }  # fmt: skip


def test_students_are_found_again(old: tuple[Path, sqlite3.Connection]) -> None:
    with Store(old[0]) as store:
        people = {person.stem: person for person in store.people()}
        assert people["ada"].student == Student(label="ada", email="a@x")
        assert people["ada"].handed == {ADA, ADA_AND_MORE}
        assert people["Bo 李"].handed == {BO}
        assert {stem for stem, person in people.items() if not person.seated} == {"early", "late"}
        assert len(store.unmatched(2)) == 2


def test_it_is_done_once_and_leaves_nothing_behind(old: tuple[Path, sqlite3.Connection]) -> None:
    path, db = old
    for _ in range(2):
        with Store(path) as store:
            assert len(list(store.rows())) == 3
    assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA.version,)
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables == {"runs", "people", "handed", "roster", "unmatched", "results", "signatures"}


def test_a_store_of_format_2_knew_no_signatures(tmp_path: Path, make_report: Any) -> None:
    path = tmp_path / "store.sqlite"
    seat = Seat("ada.zero_init", "zero_init", "k1", Student(label="ada"))
    with Store(path) as store:
        store.add(store.start_run([seat], grader_version="0", isolation="full"), seat,
                  make_report("passed"))  # fmt: skip
        new = schema_of(store)
        for statement in ("DROP TABLE signatures", "PRAGMA user_version = 2"):
            store._db.write(statement)
        assert schema_of(store) != new
    with Store(path, create=False) as store:
        assert schema_of(store) == new
        (row,) = store.rows()
        assert (row.report.points if row.report else None, row.signed) == (2.0, None)
        store.add(
            1, seat, make_report("failed"), Signed(report_json(make_report("failed")), "x..x")
        )
        assert [row.signed.signature for row in store.rows() if row.signed] == ["x..x"]


def schema_of(store: Store) -> list[tuple[Any, ...]]:
    return sorted(store._db.rows("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_a_new_store_has_the_same_tables(
    old: tuple[Path, sqlite3.Connection], tmp_path: Path
) -> None:
    """What a migrated store accepts and refuses is what a new one does."""
    shape = "SELECT name, sql FROM sqlite_master WHERE name NOT IN ('runs') ORDER BY name"
    Store(old[0]).close()
    Store(tmp_path / "new.sqlite").close()
    new = sqlite3.connect(tmp_path / "new.sqlite")
    assert old[1].execute(shape).fetchall() == new.execute(shape).fetchall()
    columns = "SELECT name, type, \"notnull\", pk FROM pragma_table_info('runs')"
    assert old[1].execute(columns).fetchall() == new.execute(columns).fetchall()
    new.close()


def test_one_that_fails_in_the_middle_leaves_the_old_store(
    old: tuple[Path, sqlite3.Connection],
) -> None:
    path, db = old
    db.execute("UPDATE roster SET student = 'no JSON' WHERE run = 3")
    before = list(db.iterdump())
    with pytest.raises(StoreError, match="cannot be used"):
        Store(path)
    assert list(db.iterdump()) == before
