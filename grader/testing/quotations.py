"""Find in a sentence what it repeats of texts that must not be told, whole, cut or escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

SHOWN_AS: Final = "…"
MOST_TEXTS: Final = 2_000
MOST_LETTERS: Final = 100_000
MOST_DIGITS: Final = 500_000
MOST_STEPS: Final = 4_000_000
"""Letters of texts times letters of sentences, in one check: about a second."""
# A sentence of a check is one line of a report, and that has 400 characters.
LONGEST_SENTENCE: Final = 4_000
# Shorter texts are looked for as words of their own, longer ones within words too.
WITHIN_WORDS: Final = 6
# So much of a text's beginning is known again where it was cut: at the end of a word, or anywhere.
CUT_AT_A_WORD: Final = 4
CUT_ANYWHERE: Final = 12
_WORD = re.compile(r"\w\w+")
_WORDS = re.compile(r"\w+")
_RUN = re.compile(rb"x+|\x00+")
_DIGITS = re.compile(r"\d\d+")


class Quotations:
    """Texts that must not be told; `is_told` says of a text or a number that it may be."""

    def __init__(self, is_told: Callable[[str], bool]) -> None:
        self._is_told = is_told
        self._forms: dict[str, None] = {}
        self._texts: list[str] = []
        self._numbers: list[str] = []
        self._letters = self._digits = self._steps = 0

    @property
    def any(self) -> bool:
        """Whether there is something to look for."""
        return bool(self._texts or self._numbers)

    @property
    def too_many(self) -> bool:
        """Whether there are more texts than can be looked for."""
        many = len(self._texts) > MOST_TEXTS or self._letters > MOST_LETTERS
        return many or self._digits > MOST_DIGITS

    def add(self, text: str) -> None:
        """Take a text and its words, unless they may be told."""
        if self.too_many or self._is_told(text):
            return
        self._texts.append(text)
        words = _WORD.findall(text)
        for part in (text, *(word for word in words if not self._is_told(word))):
            self._letters += len(part)
            # As it stands, and as it is shown in a list or a dict.
            for form in (part, repr(part)[1:-1], ascii(part)[1:-1]):
                if len(form) >= WITHIN_WORDS or form.strip():
                    self._forms[_fold(form)] = None

    def add_number(self, number: Any) -> None:
        """Take a number whose digits must not be told."""
        if not self.too_many:
            self._numbers.append(repr(number))
            self._digits += len(self._numbers[-1])

    def without(self, sentence: str) -> str:
        """Return a sentence with `…` in the place of what it repeats."""
        if not self.any:
            return sentence
        sentence = sentence[:LONGEST_SENTENCE]
        # A result of a thousand texts must not keep the rest of a class waiting.
        self._steps += self._letters * len(sentence)
        if self._steps > MOST_STEPS:
            return SHOWN_AS
        taken = bytearray(len(sentence))
        for start, end in self._places(sentence):
            taken[start:end] = b"x" * (end - start)
        return "".join(
            SHOWN_AS if run[0] == ord("x") else sentence[start : start + len(run)]
            for start, run in _runs(bytes(taken))
        )

    def _places(self, sentence: str) -> Iterator[tuple[int, int]]:
        folded = _fold(sentence)
        for form in self._forms:
            for start, end in _matches(form, folded):
                if end - start == len(form) or not self._is_common(sentence[start:end]):
                    yield start, end
        # The texts once more without gaps: so may a check have joined them.
        digits = "\0".join([*self._numbers, *self._texts, "".join(self._texts)])
        for run in _DIGITS.finditer(sentence):
            if run[0] in digits and not self._is_told(run[0]):
                yield run.span()

    def _is_common(self, beginning: str) -> bool:
        """Whether so much of a text says nothing: words that may be told, or a gap."""
        words = _WORDS.findall(beginning)
        gap = len(beginning) < CUT_ANYWHERE and not beginning.strip()
        return all(map(self._is_told, words)) if words else gap


def _matches(form: str, sentence: str) -> Iterator[tuple[int, int]]:
    """Yield where a text or its beginning stands in a sentence."""
    start = sentence.find(form[:CUT_AT_A_WORD])
    while start >= 0:
        end = start + _shared(form, sentence[start : start + len(form)])
        whole = end - start == len(form)
        apart = not _joined(sentence[:start][-1:], form[0]) and not _joined(
            sentence[end : end + 1], sentence[end - 1]
        )
        if (whole and len(form) >= WITHIN_WORDS) or apart or end - start >= CUT_ANYWHERE:
            yield start, end
        start = sentence.find(form[:CUT_AT_A_WORD], start + 1)


def _shared(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(other))


def _joined(neighbour: str, end: str) -> bool:
    """Whether a character goes on where a text ends: letters after letters, digits after digits."""
    return neighbour.isalnum() and end.isalnum() and neighbour.isdigit() == end.isdigit()


def _runs(marks: bytes) -> Iterator[tuple[int, bytes]]:
    return ((run.start(), run[0]) for run in _RUN.finditer(marks))


def _fold(text: str) -> str:
    """Return a text in small letters, each in its place."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
