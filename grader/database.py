"""One SQLite file: opened, versioned, its errors said in sentences, one writing run at a time."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from grader.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_APPLICATION_ID: Final = 0x67726472  # "grdr"
_BUSY_SECONDS: Final = 10.0
_NONE: Final[Mapping[int, str]] = MappingProxyType({})


class Database:
    """A connection in WAL mode; its methods raise StoreError when SQLite does not comply."""

    def __init__(
        self, path: Path, tables: str, version: int, migrations: Mapping[int, str] = _NONE
    ) -> None:
        """Open the file, or make it with `tables`, which are the statements of `version`.

        `migrations` hold the statements that make of a version the next one.
        """
        self.path = path
        with self.complaints():
            self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                self._open(tables, version, migrations)
            except BaseException:
                self._connection.close()
                raise

    def _open(self, tables: str, version: int, migrations: Mapping[int, str]) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        found = self._pragma("user_version")
        if found == version and self._pragma("application_id") == _APPLICATION_ID:
            return
        with self.transaction():
            if self._connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                self._execute(tables)
                self._connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            elif self._pragma("application_id") != _APPLICATION_ID:
                raise StoreError(f"{self.path} is a database of another program")
            else:
                self._migrate(version, migrations)
            self._connection.execute(f"PRAGMA user_version = {version}")

    def _migrate(self, version: int, migrations: Mapping[int, str]) -> None:
        found = self._pragma("user_version")  # another process may have been quicker
        while found != version:
            if found not in migrations:
                raise StoreError(f"{self.path} has format {found}, this grader reads {version}")
            self._execute(migrations[found])
            found += 1

    def _execute(self, statements: str) -> None:
        for statement in statements.split(";\n"):
            self._connection.execute(statement)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _pragma(self, name: str) -> int:
        return int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])

    def rows(self, query: str, *values: Any, **named: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, whose parameters have places or names."""
        with self.complaints():
            yield from self._connection.execute(query, named or values)

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        """Return the first row of a query."""
        return next(self.rows(query, *values), None)

    def write(self, statement: str, *values: Any) -> int:
        """Execute a statement and return the number of the row that it made."""
        with self.complaints():
            return self._connection.execute(statement, values).lastrowid or 0

    @contextmanager
    def complaints(self) -> Iterator[None]:
        """Say SQLite's errors in sentences."""
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(_sentence(self.path, error)) from error

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


def _sentence(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    sentence = _SENTENCES.get(code)
    return f"{path} {sentence}" if sentence else f"{path} cannot be used: {error}"


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
    try:
        db = sqlite3.connect(lock, timeout=0, isolation_level=None)
    except sqlite3.Error as error:
        raise StoreError(_sentence(lock, error)) from error
    try:
        db.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        db.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            raise StoreError(f"another run is grading into {folder}; wait for it to end") from None
        raise StoreError(_sentence(lock, error)) from error
    try:
        yield
    finally:
        db.close()
