"""Redact student-controlled text so that feedback cannot leak the inputs of a hidden check.

Student code sees the inputs of a hidden check, and whatever it says could carry them out: the text
or type of an exception, a line number, a key, a text or a shape of its result. The check judges
the result as it came; what is kept apart is what the student is told. That is only names and texts
that stand in the file itself, messages in the wording of Python and numpy
(`grader.testing.wording`), lines that exist, and sizes that follow from those of the call. Of a
reply without a value the rest is left out before anyone sees it; of a failed check everything that
the result said is looked for in the finished sentences. Staff see all. What is left to choose from
(which of these names, sizes and lines) amounts to some dozens of bits for each check, about inputs
that another file will never get: they are drawn anew for every digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any, Final

import numpy as np

from grader.testing.failures import CheckFailed, Diagnosis
from grader.testing.quotations import Quotations
from grader.testing.refusals import KINDS, short
from grader.testing.vocabulary import COMMON, EXCEPTIONS, KNOWN
from grader.testing.wording import is_usual
from grader.wire.messages import Argument, Mismatch, NotSent, Raised, Reply, Returned

LEFT_OUT: Final = "what it says is not shown, because the inputs of this check are hidden"
STANDS_FOR: Final = "… is from your result, and not shown: the inputs of this check are hidden"
TOO_MUCH: Final = "your result holds so much text that no more is shown: the inputs are hidden"
UNNAMED: Final = "an exception of its own"
# Files with more names than this are made for choosing among them.
MOST_NAMES: Final = 3000
MOST_PARTS: Final = 2000
# What a student's own results carry back into calls must not make each call slower than the last.
MOST_SIZES: Final = 4000
MOST_FACTORS: Final = 64
MOST_STEPS: Final = 3
MOST_SHORT: Final = 8
SMALL: Final = range(10)
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\b\d+\b|(?<=exit code )\d+")
_NUMBERED = re.compile(r"([^\W\d]\w*?)(\d{1,2})")
_KEY = re.compile(r"'([^']*)'")
_LITERAL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_SHORT = re.compile(r"[A-Za-z]?\d{0,2}|.", re.DOTALL)
_STEP = re.compile(r"\[(?:'([^']*)'|\d)\]")


class Redaction:
    """What may be told of one submission, given the sizes and the results of a check's calls."""

    def __init__(self, cells: Sequence[tuple[str, str]], names: Iterable[str] = ()) -> None:
        """Take the cells of a submission and the names of its exercise's contract."""
        self._cells, self._names = cells, frozenset(names)
        self.begin()

    def begin(self) -> None:
        """Forget the calls of the check before."""
        self._base: set[int] = set()
        self._sizes: frozenset[int] = frozenset(SMALL)
        self._odd: set[str] = set()
        self._short: dict[str, int] = {}
        self._quotations = Quotations(self._may_be_told)

    def asked(self, arguments: Iterable[Argument]) -> None:
        """Note the sizes of a call: whatever follows from them is no secret."""
        before = len(self._base)
        for argument in arguments:
            self._base.update(islice(_sizes(argument.value), MOST_SIZES - len(self._base)))
        if len(self._base) != before:
            near = {size + step for size in self._base for step in (-1, 0, 1)}
            few = sorted(size for size in self._base if size > 0)[:MOST_FACTORS]
            products = {a * b for a in few for b in few}
            self._sizes = frozenset({*SMALL, *near, *products})

    def told(self, reply: Reply, signature: str) -> Reply:
        """Return the part of a reply that may be repeated; note what is in a result.

        `signature` is the function's as it was defined, before there was any input.
        """
        match reply:
            case Returned(value):
                self._note(value)
            case Raised():
                return self._raised(reply)
            case NotSent(reason, kind, path):
                kind = short(kind)
                known = kind in KINDS or self._is_dotted_name(kind)
                return NotSent(reason, kind if known else "object", self._path(path))
            case Mismatch(_, wanted, left_out):
                return Mismatch(signature, wanted, left_out)
        return reply

    def failure(self, failure: CheckFailed) -> CheckFailed:
        """Return a failed check without what came from the results of its calls."""
        if self._quotations.too_many:
            named = [Diagnosis(d.misconception, **d.evidence) for d in failure.diagnoses]
            headline, lines = "this does not hold for your code", [TOO_MUCH]
        else:
            named = [
                Diagnosis(d.misconception, self._redacted(d.sentence), **d.evidence)
                for d in failure.diagnoses
            ]
            headline = self._redacted(failure.headline)
            lines = [self._redacted(line) for line in failure.lines]
        hidden = CheckFailed(headline, lines, failure.staff, named, failure.outcome)
        if hidden.feedback == failure.feedback:
            return failure
        if not self._quotations.too_many and (self._odd or self._quotations.any):
            hidden.lines += (STANDS_FOR,)
        return hidden.with_staff("in full:", *failure.feedback.splitlines())

    def _redacted(self, sentence: str) -> str:
        return _NUMBER.sub(self._number, self._quotations.without(sentence))

    def _number(self, found: re.Match[str]) -> str:
        after_exit_code = found.string.endswith("exit code ", 0, found.start())
        return "…" if found[0] in self._odd or (after_exit_code and len(found[0]) > 1) else found[0]

    def _note(self, value: Any) -> None:
        """Take from a result its sizes, its keys and its texts."""
        waiting = [value]
        while waiting:
            part = waiting.pop()
            kind = type(part)
            self._odd.update(str(n) for n in _extents(part) if n not in self._sizes)
            if kind is list or kind is tuple:
                waiting += part
            elif kind is dict:
                waiting += part.values()
                for key in part:
                    self._note_key(key)
            else:
                self._note_text(part)

    def _note_key(self, key: Any) -> None:
        if type(key) is tuple:
            # Each part may be told alone and yet all together spell what must not be.
            self._note_text(repr(key))
            for part in key:
                self._note_key(part)
        elif type(key) in (int, float):
            self._quotations.add_number(key)
        else:
            self._note_text(key)

    def _note_text(self, part: Any) -> None:
        if type(part) not in (str, bytes) or self._quotations.too_many:
            return
        text = part if type(part) is str else repr(part)[2:-1]
        if not self._may_be_told(text):
            self._odd.update(() if self.is_size(len(part)) else (str(len(part)),))
            self._quotations.add(text)

    def _may_be_told(self, text: str) -> bool:
        if text.isdecimal():
            return len(text) < 18 and self.is_size(int(text))
        return self._is_short(text) or text.lower() in COMMON or self._is_key(text)

    def _is_short(self, text: str) -> bool:
        """Whether a text is too short to say much, of which there are not many in one check."""
        if _SHORT.fullmatch(text) is None:
            return False
        return self._is_key(text) or self._short.setdefault(text, len(self._short)) < MOST_SHORT

    def is_name(self, text: str) -> bool:
        """Whether a name stands in the submission or is everyone's."""
        return text in KNOWN or text in self._words

    def _is_key(self, text: str) -> bool:
        """Whether a key stands in the submission; ``W12`` where ``W`` does and 12 is a size."""
        if text in self._literals or self.is_name(text):
            return True
        built = _NUMBERED.fullmatch(text)
        return built is not None and self.is_name(built[1]) and self.is_size(int(built[2]))

    def _is_dotted_name(self, text: str) -> bool:
        parts = text.split(".")
        return len(parts) <= MOST_STEPS and all(map(self.is_name, parts))

    def is_size(self, number: int) -> bool:
        """Whether a number follows from the sizes of the calls so far."""
        return number in self._sizes

    def _raised(self, raised: Raised) -> Raised:
        known = raised.type in EXCEPTIONS or raised.type in self._words
        kind = raised.type if known else UNNAMED
        text = (raised.message.strip().splitlines() or [""])[0]
        key = _KEY.fullmatch(text) if raised.type == "KeyError" else None
        own = text in self._literals or (key is not None and self._is_key(key[1]))
        shown = text if own or is_usual(text, self.is_name, self.is_size) else ""
        exists = 0 < raised.line <= self._lengths.get(raised.label, 0)
        label, line = (raised.label, raised.line) if exists else ("", 0)
        return replace(raised, type=kind, message=shown, label=label, line=line)

    def _path(self, path: str) -> str:
        """Return the first steps of a place; many would spell what the inputs are."""
        steps = list(_STEP.finditer(path))
        whole = "".join(step[0] for step in steps) == path
        if not whole or not all(s[1] is None or self._may_be_told(s[1]) for s in steps):
            return ""
        cut = "…" if len(steps) > MOST_STEPS else ""
        return "".join(step[0] for step in steps[:MOST_STEPS]) + cut

    @cached_property
    def _words(self) -> frozenset[str]:
        found = {word for _, source in self._cells for word in _WORD.findall(source)}
        return self._names | (found if len(found) <= MOST_NAMES else set())

    @cached_property
    def _literals(self) -> frozenset[str]:
        pairs = (pair for _, source in self._cells for pair in _LITERAL.findall(source))
        found = {double or single for double, single in pairs}
        return frozenset(found if len(found) <= MOST_NAMES else ())

    @cached_property
    def _lengths(self) -> dict[str, int]:
        lengths: dict[str, int] = {}
        for label, source in self._cells:
            lengths[label] = max(lengths.get(label, 0), source.count("\n") + 1)
        return lengths


def _sizes(value: Any) -> Iterator[int]:
    """Yield the lengths, dimensions and whole numbers in an argument."""
    waiting = [value]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if isinstance(part, np.ndarray):
            yield from (*part.shape, part.size)
        elif isinstance(part, list | tuple | dict):
            yield len(part)
            waiting += part.values() if isinstance(part, dict) else part
        elif isinstance(part, str):
            words = part.split()
            yield from (len(part), len(words), *map(len, words))
        elif isinstance(part, int | np.integer) and not isinstance(part, bool):
            yield int(part)


def _extents(part: Any) -> Iterator[int]:
    """Yield the lengths and dimensions of one part of a result."""
    if isinstance(part, np.ndarray):
        yield from (*part.shape, part.size)
        if part.dtype.kind == "f":  # how many are not finite is told too
            finite = int(np.isfinite(part).sum())
            yield from (finite, part.size - finite)
    elif isinstance(part, list | tuple | dict):
        yield len(part)
