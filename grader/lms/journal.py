"""What was taken from a queue and what became of it, so that a killed process loses nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Self

from grader.database import Database, Schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from grader.lms.xqueue import Item

_TABLE: Final = """
CREATE TABLE items (
    submission TEXT NOT NULL,
    key TEXT NOT NULL,
    header TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    reply TEXT,
    said TEXT,
    PRIMARY KEY (submission, key)
)
"""
# "grdj". Each change is on the disk before the next step is taken.
_SCHEMA: Final = Schema(0x6772646A, 1, _TABLE, synchronous="FULL")
_OPEN: Final = ("taken", "answered")


class Journal:
    """A file of items. Every method raises StoreError when the file does not comply."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal."""
        self._db = Database(path, _SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def take(self, item: Item) -> None:
        """Note an item before anything is done with it."""
        self._db.write(
            "INSERT INTO items (submission, key, header, body, digest, state)"
            " VALUES (?, ?, ?, ?, ?, 'taken') ON CONFLICT DO UPDATE SET state = 'taken'"
            " WHERE state NOT IN ('sent', 'answered')",
            item.submission_id, item.key, item.header, item.body, _digest(item),
        )  # fmt: skip

    def unanswered(self) -> Iterator[Item]:
        """Yield what was taken and not brought to its end."""
        from grader.lms.xqueue import Item

        query = (
            "SELECT header, submission, key, body FROM items WHERE state IN (?, ?) ORDER BY rowid"
        )
        yield from [Item(*row) for row in self._db.rows(query, *_OPEN)]

    def reply_to(self, item: Item) -> str | None:
        """Return the reply that the same code of the same submission already has."""
        row = self._db.row(
            "SELECT reply FROM items WHERE submission = ? AND digest = ? AND reply IS NOT NULL",
            item.submission_id, _digest(item),
        )  # fmt: skip
        return str(row[0]) if row else None

    def answer(self, item: Item, reply: str) -> None:
        """Note a reply before it is sent."""
        self._set(item, "answered", reply=reply)

    def sending(self, item: Item) -> bool:
        """Note an attempt to send; return whether there was one before, of unknown end."""
        where = (item.submission_id, item.key)
        query = "SELECT attempts FROM items WHERE submission = ? AND key = ?"
        before = [attempts for (attempts,) in self._db.rows(query, *where)]
        self._db.write(
            "UPDATE items SET attempts = attempts + 1 WHERE submission = ? AND key = ?", *where
        )
        return before != [0]

    def sent(self, item: Item) -> None:
        """Note that the queue has the reply."""
        self._set(item, "sent")

    def refused(self, item: Item, said: str) -> None:
        """Note that the item is at its end without a grade there, and who said why."""
        self._set(item, "refused", said=said)

    def leave(self, item: Item) -> None:
        """Note that there is no reply: the queue will hand it out again."""
        self._set(item, "left")

    def states(self) -> dict[str, str]:
        """Return the state of each submission's last item."""
        return dict(self._db.rows("SELECT submission, state FROM items ORDER BY rowid"))

    def _set(self, item: Item, state: str, **columns: str) -> None:
        names = ", ".join(f"{name} = ?" for name in ("state", *columns))
        self._db.write(
            f"UPDATE items SET {names} WHERE submission = ? AND key = ?",  # noqa: S608
            state, *columns.values(), item.submission_id, item.key,
        )  # fmt: skip


def _digest(item: Item) -> str:
    return hashlib.sha256(item.body.encode()).hexdigest()
