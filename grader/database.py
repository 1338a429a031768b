"""One SQLite file: opened, versioned, its errors said in sentences, one writing run at a time."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from grader.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_BUSY_SECONDS: Final = 10.0
_ID_AT: Final = 68
"""Where a database's header holds its application id (sqlite.org/fileformat.html)."""


@dataclass(frozen=True)
class Schema:
    """What a kind of file holds, and how it is told from those of others."""

    application: int
    """SQLite's application id: four letters."""
    version: int
    tables: str
    """The statements that make a new file."""
    migrations: Mapping[int, str] = field(default_factory=dict)
    """The statements that make of a version the next one."""
    synchronous: str = "NORMAL"
    """`NORMAL`: a power cut may lose the last changes; `FULL`: it does not."""


def is_ours(path: Path, schema: Schema) -> bool:
    """Whether a file is a database of this kind, in whatever version, as its first bytes say."""
    head = b""
    if os.path.isfile(path):  # noqa: PTH113  # never raises, unlike the method of a path
        with suppress(OSError), path.open("rb") as file:
            head = file.read(_ID_AT + 4)
    return head.startswith(b"SQLite format 3\0") and head[_ID_AT:] == schema.application.to_bytes(4)


class Database:
    """A connection in WAL mode; its methods raise StoreError when SQLite does not comply."""

    def __init__(self, path: Path, schema: Schema, *, reading: bool = False) -> None:
        """Open the file, or make it; `reading` is content where nothing can be written."""
        self.path, self._schema = path, schema
        with self.complaints():
            try:
                self._connect("")
            except sqlite3.OperationalError as error:
                if not reading or _code(error) not in _UNWRITABLE:
                    raise
                self._refuse_unread_changes()
                # Readers share a file with writers beside it, which cannot be made there.
                self._connect("?immutable=1")

    def _connect(self, options: str) -> None:
        self._connection = sqlite3.connect(
            self.path.resolve().as_uri() + options,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            uri=True,
        )
        try:
            self._open()
        except BaseException:
            self._connection.close()
            raise

    def _refuse_unread_changes(self) -> None:
        """Raise StoreError where the last changes are in a file that needs a writer to be read."""
        log = self.path.with_name(self.path.name + "-wal")
        if log.is_file() and log.stat().st_size:
            raise StoreError(
                f"{self.path} was left in the middle of a run, and nothing can be written beside "
                "it: copy the folder to where you can write"
            )

    def _open(self) -> None:
        schema, marks = self._schema, self._marks()
        tables = self._tables()
        # Without marks: an empty file, or one of before there were any.
        unmarked = marks == (0, 0) and tables in ([], _statements(schema.tables))
        if marks[0] != schema.application and not unmarked:
            raise StoreError(f"{self.path} is a database of another program")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(f"PRAGMA synchronous = {schema.synchronous}")
        if marks != (schema.application, schema.version):
            with self.transaction():
                self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        schema = self._schema
        # Another process may have been quicker.
        application, version = self._marks()
        if not self._tables():
            self._execute(schema.tables)
        elif application == schema.application:
            self._migrate(version)
        self._connection.execute(f"PRAGMA application_id = {schema.application}")
        self._connection.execute(f"PRAGMA user_version = {schema.version}")

    def _migrate(self, found: int) -> None:
        while found != self._schema.version:
            if found not in self._schema.migrations:
                reads = self._schema.version
                raise StoreError(
                    f"{self.path} has format {found}, which another grader wrote, and this one "
                    f"reads {reads}: use that one, or another folder"
                )
            self._execute(self._schema.migrations[found])
            found += 1

    def _marks(self) -> tuple[int, int]:
        return self._pragma("application_id"), self._pragma("user_version")

    def _tables(self) -> list[str]:
        rows = self._connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        return [sql for (sql,) in rows]

    def _execute(self, statements: str) -> None:
        for statement in _statements(statements):
            self._connection.execute(statement)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def rows(self, query: str, *values: Any, **named: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, whose parameters have places or names."""
        with self.complaints():
            # Not `yield from`: it closes the cursor of whoever stops reading, and the file may be
            # closed by then.
            for row in self._connection.execute(query, named or values):
                if any(type(value) is bytes for value in row):  # no column of ours holds any
                    raise ValueError("a cell holds bytes and no text")
                yield row

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row of a query."""
        return next(self.rows(query, *values), None)

    def write(self, statement: str, *values: Any) -> int:
        """Execute a statement and return the number of the row that it made."""
        with self.complaints():
            return self._connection.execute(statement, values).lastrowid or 0

    @contextmanager
    def complaints(self) -> Iterator[None]:
        """Say SQLite's errors in sentences, and what is wrong with values that were read."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(_sentence(self.path, error)) from error
        except ValueError as error:
            raise StoreError(f"{self.path} was changed or damaged: {error!s:.200}") from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block in one transaction: all of it or nothing."""
        self.write("BEGIN IMMEDIATE")
        try:
            yield
            self.write("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk has rolled it back already
                self.write("ROLLBACK")
            raise


def _statements(text: str) -> list[str]:
    return [found.strip() for found in text.split(";\n") if found.strip()]


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _sentence(path: Path, error: sqlite3.Error) -> str:
    sentence = _SENTENCES.get(_code(error))
    return f"{path} {sentence}" if sentence else f"{path} cannot be used: {error}"


_UNWRITABLE: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_SENTENCES: Final = {
    sqlite3.SQLITE_BUSY: "is locked by another program; close it and try again",
    sqlite3.SQLITE_LOCKED: "is locked by another program; close it and try again",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full. What was graded so far is kept",
    sqlite3.SQLITE_READONLY: "cannot be written: it is read-only",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: is the folder there and writable?",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error or is full",
    sqlite3.SQLITE_NOTADB: "is not a store; move it away and grade again",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away and grade again",
    sqlite3.SQLITE_PERM: "cannot be used: permission denied",
}


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Hold a folder for one run; raise StoreError when another run holds it.

    The lock is one of SQLite's, on a file of its own: it works on every system and ends with the
    process, however that ends, and readers of the store are not kept out.
    """
    lock = folder / ".running"
    # On a file that it cannot write SQLite locks nothing, and does not say so.
    if lock.exists() and not os.access(lock, os.W_OK):
        raise StoreError(f"{lock} {_SENTENCES[sqlite3.SQLITE_READONLY]}")
    try:
        db = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(_sentence(lock, error)) from error
    try:
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        db.close()
        if _code(error) == sqlite3.SQLITE_BUSY:
            raise StoreError(f"another run is at work in {folder}; wait for it to end") from None
        raise StoreError(_sentence(lock, error)) from error
    try:
        yield
    finally:
        db.close()
