"""What files hold: a cheap look at their bytes, and an outline of those that need more.

A look finds words in bytes and proves nothing; it says for which files it is worth asking a worker.
What is remembered of one is small, so that it is kept for good, however much others hand in.
Of equal bytes only one outline is made. A file that a worker could not read has the outline that
its look gives: the functions that it seems to define.
"""

from __future__ import annotations

import re
import time
from copy import copy
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar, TypeVarTuple
from zlib import crc32

from grader.ingest.answers.given import Given, code_digest, digest_of
from grader.ingest.spending import OF_A_FOLDER, OF_A_STUDENT, Owners, Spending
from grader.ingest.stored import fault_of_disk, read_as
from grader.sandbox.outline import TOO_SLOW, Outline, Outliner, Written
from grader.source import Unreadable, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import PurePosixPath

    from grader.ingest.stored import StoredFile
    from grader.model.exercise import Exercise
    from grader.model.submission import Student
    from grader.sandbox.forkserver import Forkserver
    from grader.source import Apart

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

STUDENT_SECONDS: Final = 20.0
"""For the outlines of one student's files; an honest one takes milliseconds."""
READING_SECONDS: Final = 120.0
"""Of processor time, for reading one student's files; the largest notebook takes about eight."""
TOO_SLOW_TOGETHER: Final = (
    "all the files together take too long to read: hand in the code of this exercise alone"
)
# An import reaches over lines when it has brackets; what is looked at too far costs an outline.
_IMPORT_REACH: Final = 400
_MOST_IMPORTS: Final = 20_000
_WORD_BITS: Final = 4096
_IMPORTS: Final = re.compile(rb"import|from|%run|magic|open|run_path")
_WORD: Final = re.compile(rb"\w+")
_TWO_BYTES: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Content:
    """An outline, and the reason why there is none to trust, if there is none."""

    outline: Outline
    unread: str = ""


@dataclass(frozen=True)
class _Look:
    digest: bytes
    defines: frozenset[str] = frozenset()
    words: int = 0
    """Those near imports: a bit for each, which words may share (a Bloom filter)."""
    error: Unreadable | OSError | None = None
    code: bytes = b""
    """A digest of its cells' code alone."""


class Contents:
    """Reads files of a class as far as is asked, and remembers. Use it as a context manager."""

    def __init__(
        self,
        exercises: Sequence[Exercise],
        given: Given | None = None,
        forkserver: Forkserver | None = None,
        apart: Apart | None = None,
    ) -> None:
        """Prepare; a forkserver is started when an outline is first needed, if none is given.

        What strangers wrote is read by `apart`, one's own work in this process.
        """
        self._apart = apart
        self._given = given or Given()
        self._outliner = Outliner(exercises, self._given.starters, forkserver)
        self._exercises = exercises
        self._sizes = {e.id: len(e.functions) for e in exercises}
        self._patterns = {e.id: _pattern(e) for e in exercises}
        self._looks: dict[StoredFile, _Look] = {}
        self._contents: dict[bytes, Content] = {}
        self._outlining, self._reading = Spending(STUDENT_SECONDS), Spending(READING_SECONDS)
        self.owners: Owners = {}
        """Who has to answer for the time that is taken: nobody, unless it is told."""

    def __enter__(self) -> Contents:
        return self

    def __exit__(self, *_: object) -> None:
        self._outliner.close()

    def charged_to(self, student: Student, folder: PurePosixPath | None = None) -> Contents:
        """Return the same contents, read in the time of one student, who has one of their own.

        folder: what may be the student's with all that lies in it, where that is not told yet.
        """
        owned = copy(self)  # what is known and what is spent are the same objects
        owned.owners = {student: OF_A_STUDENT} | ({folder: OF_A_FOLDER} if folder else {})
        return owned

    def error(self, file: StoredFile) -> Unreadable | OSError | None:
        """Return why a file cannot be read: by its student's fault or by the disk's; or None."""
        return self._look(file).error

    def seems_to_define(self, file: StoredFile) -> frozenset[str]:
        """Return the exercises of which a file seems to define a function."""
        return self._look(file).defines

    def is_besides(self, file: StoredFile) -> bool:
        """Return whether a file is one that the course gives out with an exercise, unchanged."""
        return self._look(file).digest in self._given.besides

    def is_as_given(self, file: StoredFile) -> bool:
        """Return whether a file has the code of one that the course gives out, unchanged."""
        return self._look(file).code in self._given.code

    def is_given_out(self, file: StoredFile) -> bool:
        """Return whether a file is one of those that the course gives out, unchanged."""
        return self._look(file).digest in self._given.files

    def digest(self, file: StoredFile) -> bytes:
        """Return the digest of a file when it was first read; empty where it could not be."""
        return self._looks[file].digest if file in self._looks else b""

    def are_equal(self, file: StoredFile, other: StoredFile) -> bool:
        """Return whether two files that were read hold the same."""
        return self.digest(file) == self.digest(other) != b""

    def is_helper_of(self, exercise: str, file: StoredFile) -> bool:
        """Return whether a file is what every answer to `exercise` is given anyway."""
        return self._look(file).digest == self._given.helpers.get(exercise)

    def may_import(self, file: StoredFile, names: set[str]) -> bool:
        """Return whether one of `names` may stand near an import of `file`."""
        # Letters beyond ASCII are written in more than one way, and composed in more than one.
        if not all(name.isascii() for name in names):
            return True
        words = self._look(file).words
        wanted = (_bits(_WORD.findall(name.encode())) for name in names)
        return any(words & bits == bits for bits in wanted)

    def of(self, file: StoredFile) -> Content:
        """Return what a file defines and imports; one that cannot be read defines nothing."""
        look = self._look(file)
        if look.error:
            return Content(Outline(), _reason(look.error))  # the submission's report says so, too
        digest = look.digest + file.path.suffix.lower().encode()
        if digest not in self._contents:
            is_late = self._outlining.is_over(self.owners) or self._has_read_enough
            content = self._read(file, is_late=is_late)
            if is_late:
                return content  # kept for nobody else who has the same
            self._contents[digest] = content
        return self._contents[digest]

    def tells(self, file: StoredFile) -> list[str]:
        """Return what a file tells by its functions, none of which another has all and more of."""
        fit = {
            e: fitting(functions).keys()
            for e, functions in self.of(file).outline.functions.items()
            if self.is_most(e, functions)
        }
        return [e for e, own in fit.items() if not any(own < other for other in fit.values())]

    def is_most(self, exercise: str, functions: Mapping[str, Written]) -> bool:
        """Return whether functions that fit are most of an exercise, or the one of its name."""
        fit = fitting(functions)
        if exercise in fit and fit[exercise].own_name and fit[exercise].definition:
            return True
        return 2 * len(fit) > self._sizes[exercise]

    @property
    def _has_read_enough(self) -> bool:
        return self._reading.is_over(self.owners)

    def _look(self, file: StoredFile) -> _Look:
        if file not in self._looks:
            if self._has_read_enough:  # kept for nobody: another may need it as well
                return _Look(b"", error=Unreadable(TOO_SLOW_TOGETHER))
            self._looks[file] = self._looked(file)
        return self._looks[file]

    def _looked(self, file: StoredFile) -> _Look:
        try:
            return self.apart(look, file, self._patterns)
        except (Unreadable, OSError) as error:
            # Its bytes tell whether another is equal, and are no more than hashed.
            return _Look(self._digest(file), error=error.with_traceback(None))

    def _digest(self, file: StoredFile) -> bytes:
        try:
            return self.apart(digest_of_file, file)
        except (Unreadable, OSError):
            return b""

    def apart(self, function: Callable[[*Ts], T], *args: *Ts, patience: float = 1.0) -> T:
        """Return what a function that reads strangers' bytes returns, in a process of its own.

        Raise what `Apart.call` raises; one's own files are read in this process.
        """
        if self._apart is None:
            return function(*args)
        before = self._apart.spent
        try:
            return self._apart.call(function, *args, patience=patience)
        finally:
            self._reading.charge(self.owners, self._apart.spent - before)

    def _read(self, file: StoredFile, *, is_late: bool) -> Content:
        if self._has_read_enough:
            return Content(Outline(), TOO_SLOW_TOGETHER)
        try:
            cells, defined = self.apart(read_cells, file, self.digest(file))
        except (Unreadable, OSError) as error:  # the first look may have gone well all the same
            return Content(Outline(), _reason(error))
        started = time.monotonic()
        outline = TOO_SLOW if is_late else self._outliner.outline(cells)
        self._outlining.charge(self.owners, time.monotonic() - started)
        if isinstance(outline, str):
            return Content(self._seeming(defined), outline)
        return Content(outline)

    def _seeming(self, defined: frozenset[str]) -> Outline:
        functions: dict[str, dict[str, Written]] = {}
        for exercise in self._exercises:
            for function in exercise.functions:
                own_name = function.name in defined
                if own_name or defined.intersection(function.aliases):
                    functions.setdefault(exercise.id, {})[function.name] = Written(
                        fits=True, written=True, definition=True, own_name=own_name
                    )
        return Outline(functions=functions, definitions=len(defined))


def look(file: StoredFile, patterns: Mapping[str, re.Pattern[bytes]]) -> _Look:
    """Return what the bytes of a file tell at a glance; `patterns` find definitions, by exercise.

    Of a file that cannot be read they tell it all the same.
    """
    data = file.read()
    error, code = None, b""
    try:
        code = code_digest(read_source(file.path.name, data))
    except Unreadable as unreadable:
        error = unreadable.with_traceback(None)
    digest = digest_of(data)
    if data.startswith(_TWO_BYTES):  # an editor's UTF-16: for a look, as good as UTF-8
        data = data.replace(b"\0", b"")
    words: set[bytes] = set()
    for found in islice(_IMPORTS.finditer(data), _MOST_IMPORTS):
        words.update(_WORD.findall(data, found.end(), found.end() + _IMPORT_REACH))
    defines = frozenset(e for e, pattern in patterns.items() if pattern.search(data))
    return _Look(digest, defines, _bits(words), error, code)


def _bits(words: Iterable[bytes]) -> int:
    """Return the bits of words, of which there may be a million."""
    return sum(1 << bit for bit in {crc32(word) % _WORD_BITS for word in words})


def digest_of_file(file: StoredFile) -> bytes:
    """Return the digest of what nobody could look at."""
    return digest_of(file.read())


def read_cells(file: StoredFile, digest: bytes) -> tuple[list[tuple[str, str]], frozenset[str]]:
    """Return the code of a file, cell by cell, and the names of functions by their look."""
    source = read_source(file.path.name, read_as(file, digest))
    return [(cell.label, cell.source) for cell in source.cells], source.defined


def _reason(error: Unreadable | OSError) -> str:
    if isinstance(error, Unreadable):
        return error.reason
    return fault_of_disk(error)


def fitting(functions: Mapping[str, Written]) -> dict[str, Written]:
    """Return the functions that fit the contract."""
    return {name: function for name, function in functions.items() if function.fits}


def _pattern(exercise: Exercise) -> re.Pattern[bytes]:
    names = "|".join(re.escape(n) for f in exercise.functions for n in (f.name, *f.aliases))
    return re.compile(rb"def[ \t]++(?:" + names.encode() + rb")[ \t]*+\(")
