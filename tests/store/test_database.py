"""Is a file of somebody else's left as it is, whether it may be read or not?"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.database import Database, Schema, is_ours, sole_writer
from grader.errors import StoreError
from grader.lms.journal import Journal
from grader.lms.xqueue import Item
from grader.model.submission import Student
from grader.store import Seat, Store
from grader.tables import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator

ITEM = Item("{}", "7", "a key", "{}")
KINDS = {"store": Store, "journal": Journal}


def database(path: Path, *statements: str) -> Path:
    db = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        db.execute(statement)
    db.close()
    return path


FOREIGN = {
    "a table": ("CREATE TABLE mine (x)",),
    "with marks": ("CREATE TABLE mine (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 2"),
    "no table yet": ("PRAGMA application_id = 7",),
    "a version alone": ("PRAGMA user_version = 1",),
    "a table of ours among them": (
        "CREATE TABLE items (submission TEXT)", "CREATE TABLE results (x)"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FOREIGN)
def test_a_database_of_another_program_is_left_byte_for_byte(
    tmp_path: Path, kind: str, name: str
) -> None:
    path = database(tmp_path / "x.sqlite", *FOREIGN[name])
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is a database of another program"):
        KINDS[kind](path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.sqlite"]


def test_a_file_of_ours_is_switched(tmp_path: Path) -> None:
    """The control: what is refused above would be switched to a log beside the file."""
    path = database(tmp_path / "x.sqlite", "CREATE TABLE mine (x)")
    before = path.read_bytes()
    database(path, "PRAGMA journal_mode = WAL")
    assert path.read_bytes() != before
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    Store(empty).close()
    db = sqlite3.connect(empty)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


def test_a_store_and_a_journal_are_two_things(tmp_path: Path) -> None:
    Store(tmp_path / "store").close()
    with Journal(tmp_path / "journal"):
        pass
    with pytest.raises(StoreError, match="another program"):
        Store(tmp_path / "journal")
    with pytest.raises(StoreError, match="another program"):
        Journal(tmp_path / "store")


def test_a_journal_of_before_there_were_marks_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Journal(path) as journal:
        journal.take(ITEM)
    old = tmp_path / "old"
    (made,) = sqlite3.connect(path).execute("SELECT sql FROM sqlite_master").fetchone()
    database(
        old,
        "PRAGMA journal_mode = WAL",
        made.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"),
        "INSERT INTO items VALUES ('7', 'a key', '{}', '{}', 'd', 'taken', 0, NULL, NULL)",
    )
    for _ in range(2):
        with Journal(old) as journal:
            assert list(journal.unanswered()) == [ITEM]


@pytest.mark.parametrize(
    "act",
    [
        lambda journal: journal.take(ITEM),
        lambda journal: journal.sending(ITEM),
        lambda journal: journal.sent(ITEM),
        lambda journal: journal.refused(ITEM, "no"),
    ],
)
def test_a_locked_journal_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Any
) -> None:
    monkeypatch.setattr("grader.database._BUSY_SECONDS", 0.05)
    with Journal(tmp_path / "journal") as journal:
        journal.take(ITEM)
        other = sqlite3.connect(tmp_path / "journal", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            act(journal)
        other.close()
        act(journal)


def test_a_journal_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="is not a store"):
        Journal(tmp_path / "journal")
    with pytest.raises(StoreError, match="cannot be opened"):
        Journal(tmp_path / "nowhere" / "journal")


def test_a_change_that_another_process_made_first_is_not_made_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and writing, another process brings the file up to date."""
    tables = "CREATE TABLE t (x)"
    path = tmp_path / "x"
    Database(path, Schema(7, 1, tables)).close()
    newer = Schema(7, 2, tables, {1: "CREATE TABLE u (x)"})
    look, looks = Database._marks, []

    def late(self: Database) -> tuple[int, int]:
        found = look(self)
        looks.append(found)
        if len(looks) == 1:
            Database(path, newer).close()
        return found

    monkeypatch.setattr(Database, "_marks", late)
    Database(path, newer).close()
    assert looks[0] == (7, 1)
    assert looks[-1] == (7, 2)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that every user may read, below folders that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="grader-test-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    shutil.rmtree(folder)


READER = """
import os, sys
from pathlib import Path
import typer
from grader.cli.export import export
from grader.errors import GraderError

def run(folder, out):
    try:
        export("lti", folder, out)
    except typer.Exit as ended:
        return ended.exit_code
    except GraderError as error:
        return error

graded, other, out = map(Path, sys.argv[1:])
run(other, other / "out")  # whoever this becomes may not be allowed to import anything
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65533), os.setuid(65533)
before = {path: path.read_bytes() for path in graded.iterdir()}
said = run(graded, out)
assert before == {path: path.read_bytes() for path in graded.iterdir()}
print(said)
"""


def graded(folder: Path, make_report: Any) -> Store:
    folder.mkdir()
    store = Store(folder / "store.sqlite")
    seat = Seat("ada.zero_init", "zero_init", "k", Student(label="ada", user_id="7"))
    run = store.start_run([seat], grader_version="0", isolation="full")
    store.add(run, seat, make_report("passed", identities={"user_id": "7"}))
    return store


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ((), "0"),
        (("-wal", "-shm"), "0"),
        (("-wal",), "was left in the middle of a run, and nothing can be written beside it: copy"),
    ],
)
def test_a_graded_folder_that_cannot_be_written_is_read(
    open_folder: Path, make_report: Any, left: tuple[str, ...], said: str
) -> None:
    store = graded(open_folder / "running", make_report)
    (open_folder / "class").mkdir()
    if not left:
        store.close()
    for ending in ("", *left):
        name = f"store.sqlite{ending}"
        shutil.copy(open_folder / "running" / name, open_folder / "class" / name)
        (open_folder / "class" / name).chmod(0o444)
    store.close()
    (open_folder / "class").chmod(0o555)
    (open_folder / "out").mkdir()
    (open_folder / "out").chmod(0o777)
    names = [str(open_folder / name) for name in ("class", "running", "out")]
    ran = subprocess.run(
        [sys.executable, "-c", READER, *names], capture_output=True, text=True, check=False
    )
    assert said in ran.stdout, ran.stderr
    documents = [path.name for path in (open_folder / "out").glob("*.json")]
    assert documents == (["ada.zero_init.json"] if said == "0" else [])


def test_an_old_store_that_cannot_be_written_is_said(open_folder: Path) -> None:
    path = database(
        open_folder / "store.sqlite",
        "PRAGMA application_id = 0x67726472",
        "PRAGMA user_version = 2",
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE runs (run)",
    )
    path.chmod(0o444)
    open_folder.chmod(0o555)
    code = (
        "import os, sys; from pathlib import Path; from grader.store import Store\n"
        "if os.getuid() == 0: os.setuid(65533)\n"
        "try: Store(Path(sys.argv[1]), create=False)\n"
        "except Exception as error: print(error)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False
    )
    assert "cannot be written: it is read-only" in ran.stdout, ran.stderr


def test_where_nothing_is_there_to_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "nowhere" / "store.sqlite")
    with pytest.raises(StoreError, match="cannot be opened"):
        Database(tmp_path / "nowhere" / "x", Schema(7, 1, ""), reading=True)
    assert list(tmp_path.iterdir()) == []


def test_changes_that_cannot_be_read_are_not_passed_over(tmp_path: Path) -> None:
    """A folder in the place of the file stands for one that cannot be opened."""
    (tmp_path / "x").mkdir()
    for text, said in (("", "cannot be opened"), ("x", "was left in the middle of a run")):
        (tmp_path / "x-wal").write_text(text)
        with pytest.raises(StoreError, match=said):
            Database(tmp_path / "x", Schema(7, 1, ""), reading=True)


def test_a_lock_that_cannot_be_taken_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"), sole_writer(tmp_path / "nowhere"):
        pass
    (tmp_path / ".running").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match="is not a store"), sole_writer(tmp_path):
        pass


def test_a_lock_that_may_not_be_written_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sole_writer(tmp_path):
        pass
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(StoreError, match="it is read-only"), sole_writer(tmp_path):
        pass


TWICE = """
import os, sqlite3, sys
from pathlib import Path
from grader.database import sole_writer
if os.getuid() == 0: os.setuid(65533)
folder = Path(sys.argv[1])
try:
    with sole_writer(folder), sole_writer(folder): print("both")
except Exception as error: print(error)
try:
    path = folder / ".running"
    held = [sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2)]
    for one in held: one.execute("BEGIN EXCLUSIVE")
    print("by themselves both")
except Exception as error: print(error)
"""


@pytest.mark.parametrize("mode", [0o666, 0o444, 0o400, 0o000])
def test_a_lock_of_another_user_keeps_out_two(open_folder: Path, mode: int) -> None:
    """Who cannot write the file that root left has no lock on it: SQLite gives one to everybody."""
    open_folder.chmod(0o777)
    (open_folder / ".running").touch()
    (open_folder / ".running").chmod(mode)
    ran = subprocess.run(
        [sys.executable, "-c", TWICE, str(open_folder)], capture_output=True, text=True, check=False
    )
    said, control = ran.stdout.splitlines()
    if mode == 0o666:
        assert said == f"another run is at work in {open_folder}; wait for it to end"
        assert control == "database is locked"
    else:
        assert said == f"{open_folder / '.running'} cannot be written: it is read-only"
    if mode == 0o444:
        assert control == "by themselves both"


def test_a_store_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    Store(tmp_path / "ours").close()
    with Journal(tmp_path / "journal"):
        pass
    database(tmp_path / "other", "CREATE TABLE mine (x)")
    (tmp_path / "text").write_text("x = 1\n" * 100)
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")  # it would be waited for
    names = [path.name for path in tmp_path.iterdir() if is_ours(path, SCHEMA)]
    assert names == ["ours"]
    assert not is_ours(tmp_path / "nothing", SCHEMA)
    assert not is_ours(tmp_path / "text" / "below", SCHEMA)
