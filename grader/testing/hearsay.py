"""What a hidden check repeats of what student code says, so that nobody can read its inputs there.

Student code sees the inputs of a hidden check, and whatever it says about them could carry them
out: the text or type of an exception, a key, a line number, a shape. So a student is told again
only names that stand in the file itself, messages in the wording of Python and numpy
(`grader.testing.wording`), lines that exist, and sizes that follow from those of the call. The rest
is for staff. What is left to choose from amounts to a few dozen bits for each check, about inputs
that another file will never get: they are drawn anew for every digest.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from grader.testing.failures import CheckFailed, Diagnosis
from grader.testing.wording import is_usual
from grader.wire.messages import Argument, Mismatch, NotSent, Raised, Reply, Returned

LEFT_OUT: Final = "what it says is not shown, because the inputs of this check are hidden"
UNNAMED: Final = "an exception of its own"
# Files with more names than this are made for choosing among them.
MOST_NAMES: Final = 3000
MOST_PARTS: Final = 2000
SMALL: Final = range(10)
_WORD = re.compile(r"[^\W\d]\w*")
_NUMBERED = re.compile(r"([^\W\d]\w*?)\d{0,2}")
_LITERAL = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_STEP = re.compile(r"\[(?:'([^']*)'|\d{1,2})\]")
_KNOWN: Final = frozenset(
    {
        *vars(builtins),
        *(name for name in dir(np) if not name.startswith("_")),
        *("numpy", "LinAlgError", "AxisError", "MaskedArray", "same_kind", "of"),
        *("_UFuncOutputCastingError", "_UFuncNoLoopError", "_UFuncBinaryResolutionError"),
        *("function", "generator", "builtin_function_or_method", "module", "method", "coroutine"),
        *("NoneType", "dict_keys", "dict_values", "dict_items", "PlaceholderUsed", "Placeholder"),
    }
)


class Hearsay:
    """What one submission may be quoted with; told the sizes of each check's calls."""

    def __init__(self, cells: Sequence[tuple[str, str]]) -> None:
        self._cells = cells
        self.begin()

    def begin(self) -> None:
        """Forget the sizes of the check before."""
        self._base: set[int] = set()
        self._sizes: frozenset[int] = frozenset(SMALL)
        self._odd: set[int] = set()

    def ask(self, arguments: Iterable[Argument]) -> None:
        """Note the sizes of a call: whatever follows from them is no secret."""
        before = len(self._base)
        for argument in arguments:
            self._base.update(_sizes(argument.value))
        if len(self._base) != before:
            near = {size + step for size in self._base for step in (-1, 0, 1)}
            products = {a * b for a in self._base for b in self._base}
            self._sizes = frozenset({*SMALL, *near, *products})

    def of(self, reply: Reply, signature: str) -> Reply:
        """Return the part of a reply that may be repeated.

        `signature` is the function's as it was defined, before there was any input.
        """
        match reply:
            case Returned(value, changed):
                self._odd.update(_sizes(value, numbers=False) - self._sizes)
                return Returned(self._renamed(value), changed)
            case Raised():
                return self._raised(reply)
            case NotSent(reason, kind, path):
                known = all(map(self.is_name, _WORD.findall(kind)))
                return NotSent(reason, kind if known else "object", self._path(path))
            case Mismatch(_, wanted, left_out):
                return Mismatch(signature, wanted, left_out)
        return reply

    def discreet(self, failure: CheckFailed) -> CheckFailed:
        """Return a failure without the sizes of results that no size of the call explains."""
        numbers = "|".join(map(str, sorted(self._odd))) or r"(?!)"
        odd = re.compile(rf"\b(?:{numbers})\b|(?<=exit code )\d\d+")
        hidden = CheckFailed(
            odd.sub("…", failure.headline),
            [odd.sub("…", line) for line in failure.lines],
            failure.staff,
            [
                Diagnosis(d.misconception, odd.sub("…", d.sentence), **d.evidence)
                for d in failure.diagnoses
            ],
            failure.outcome,
        )
        same = hidden.feedback == failure.feedback
        return failure if same else hidden.with_staff("in full:", *failure.feedback.splitlines())

    def is_name(self, text: str) -> bool:
        """Whether a name stands in the submission or is everyone's; ``W12`` where ``W`` does."""
        if text in _KNOWN or text in self._words:
            return True
        base = _NUMBERED.fullmatch(text)
        return base is not None and (base[1] in _KNOWN or base[1] in self._words)

    def is_size(self, number: int) -> bool:
        """Whether a number follows from the sizes of the calls so far."""
        return number in self._sizes

    def _raised(self, raised: Raised) -> Raised:
        kind = raised.type if self.is_name(raised.type) else UNNAMED
        text = (raised.message.strip().splitlines() or [""])[0]
        own = text in self._literals
        shown = text if own or is_usual(text, self.is_name, self.is_size) else ""
        exists = 0 < raised.line <= self._lengths.get(raised.label, 0)
        label, line = (raised.label, raised.line) if exists else ("", 0)
        return replace(raised, type=kind, message=shown, label=label, line=line)

    def _renamed(self, value: Any) -> Any:
        """Return a result in which keys that may not be repeated are numbered."""
        if type(value) in (list, tuple) and len(value) <= MOST_PARTS:
            return type(value)(map(self._renamed, value))
        if type(value) is not dict:
            return value
        return {
            key if self.is_name(key) else f"(key {place})": self._renamed(part)
            for place, (key, part) in enumerate(value.items(), 1)
        }

    def _path(self, path: str) -> str:
        steps = list(_STEP.finditer(path))
        whole = "".join(step[0] for step in steps) == path
        return path if whole and all(s[1] is None or self.is_name(s[1]) for s in steps) else ""

    @cached_property
    def _words(self) -> frozenset[str]:
        found = {word for _, source in self._cells for word in _WORD.findall(source)}
        return frozenset(found if len(found) <= MOST_NAMES else ())

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


def _sizes(value: Any, *, numbers: bool = True) -> set[int]:
    """Return the lengths and dimensions in a value, and its whole numbers too if `numbers`."""
    return set(_walk(value, numbers))


def _walk(value: Any, numbers: bool) -> Iterator[int]:
    waiting = [value]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        if isinstance(part, np.ndarray):
            yield from (*part.shape, part.size)
            if not numbers and part.dtype.kind == "f":  # how many are not is told too
                yield int(np.isfinite(part).sum())
                yield part.size - int(np.isfinite(part).sum())
        elif type(part) in (list, tuple, dict):
            yield len(part)
            waiting += part.values() if type(part) is dict else part
        elif numbers and isinstance(part, int | np.integer) and not isinstance(part, bool):
            yield int(part)
