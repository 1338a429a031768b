"""Who submitted what, from the events of Gradescope's `submission_metadata.yml`.

A value is built for `:submitters` alone, from texts, lists and tables; all else, which is nearly
all of tens of megabytes, is passed over. So neither merge keys nor aliases can grow, a number of
any length is a text, and no tag means anything. What nests deeper than any export is refused as
soon as it does, since the parser takes quadratic time for that.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from grader.errors import UsageError
from grader.ingest.layout import student_of
from grader.model.text import clean_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.ingest.stored import StoredFile
    from grader.model.submission import Student

MOST_MIB: Final = 256
MOST_SUBMITTERS: Final = 200_000
"""In all submissions: where each names the same long list by an alias, they would be many."""
DEEPEST: Final = 40
"""How deep lists and tables may lie in each other; an export has some ten."""
# What follows the end of a document needs no other sign, which the parser does not know.
_DOCUMENT_END: Final = re.compile(rb"^\.\.\.(?=\s|\Z)", re.MULTILINE)
_NULL: Final = ("", "~", "null", "Null", "NULL")
_SUBMITTERS: Final = ":submitters"

# The one in C is ten times as fast; of neither anything but the events is used.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Submitters = dict[str, "list[Student]"]


def read_metadata(file: StoredFile) -> _Submitters:
    """Return the students of each submission, by the name of its folder, of all documents.

    Raise UsageError, which is for the instructor, when it is no metadata.
    """
    if file.blob.stat().st_size > MOST_MIB << 20:
        raise UsageError(f"{file.path} is larger than {MOST_MIB} MiB")
    try:
        data = _DOCUMENT_END.sub(b"---", file.blob.read_bytes())
        found = _Events(yaml.parse(data, _LOADER)).submitters()
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        reason = clean_line(str(error).replace('in "<byte string>", ', "at "), 200)
        raise UsageError(f"{file.path} cannot be read: {reason}") from None
    if found is None:
        raise UsageError(f"{file.path} lists no submissions")
    return found


class _Events:
    """Composes the few values that are needed of a stream of events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self._events = events
        self._anchors: dict[str, Any] = {}
        self._depth = 0

    def submitters(self) -> _Submitters | None:
        """Return the submitters of each submission, None where a document lists none."""
        found: _Submitters | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors.clear()
                root = next(self._events)
                if isinstance(root, MappingStartEvent):
                    found = (found or {}) | dict(self._submissions())
                elif self._value(root) is not None:
                    return None
        return found

    def _submissions(self) -> Iterator[tuple[str, list[Student]]]:
        total = 0
        for key in self._keys():
            students = list(_students(key, self._member(_SUBMITTERS)))
            total += len(students)
            if total > MOST_SUBMITTERS:
                raise ValueError(f"it lists more than {MOST_SUBMITTERS} submitters")
            yield key, students

    def _member(self, wanted: str) -> Any:
        """Return a value of the table that comes next, None where there is none of that name."""
        event, found = next(self._events), None
        if not isinstance(event, MappingStartEvent):
            self._skip(event)
            return None
        for name in self._keys():
            if name == wanted:
                found = self._value(next(self._events))
            else:
                self._skip(next(self._events))
        return found

    def _keys(self) -> Iterator[str]:
        """Yield the keys of a table; whoever takes one has to take its value."""
        self._deeper()
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._value(event)
            yield key if isinstance(key, str) else ""
        self._depth -= 1

    def _value(self, event: Any) -> Any:
        """Return a text, None, or a list or table of them; an alias is the value that it names."""
        value: Any
        if isinstance(event, AliasEvent):
            return self._anchors.get(str(event.anchor))
        if isinstance(event, ScalarEvent):
            value = None if event.implicit[0] and event.value in _NULL else event.value
        elif isinstance(event, SequenceStartEvent):
            value = []
            self._deeper()
            while not isinstance(item := next(self._events), SequenceEndEvent):
                value.append(self._value(item))
            self._depth -= 1
        else:
            value = {key: self._value(next(self._events)) for key in self._keys()}
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _skip(self, event: Any) -> None:
        """Pass over a value; a text in it may be meant by an alias that comes later."""
        depth = self._depth
        while True:
            kind = type(event)
            if kind is ScalarEvent:
                if event.anchor is not None:
                    self._value(event)
            elif kind in (SequenceStartEvent, MappingStartEvent):
                self._deeper()
            elif kind in (SequenceEndEvent, MappingEndEvent):
                self._depth -= 1
            if self._depth == depth:
                return
            event = next(self._events)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("it nests deeper than an export does")


def _students(key: str, submitters: Any) -> Iterator[Student]:
    for one in submitters if isinstance(submitters, list) else ():
        if isinstance(one, dict):
            known = {name: _text(one.get(f":{name}")) for name in ("name", "sid", "email")}
            yield student_of(
                known["name"] or known["email"] or key,
                name=known["name"],
                sis_id=known["sid"],
                email=known["email"],
            )


def _text(value: Any) -> str | None:
    return clean_line(value) or None if isinstance(value, str) else None
