"""Does any pattern, or any walk over a student's text, take time that grows with its square?"""

from __future__ import annotations

import gc
import json
import re
import time
import unicodedata
from functools import partial
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import patterns
import pytest
from patterns import MOST, Use

from grader.catalog import find_course
from grader.ingest import file_names
from grader.ingest.answers import contents
from grader.ingest.answers.contents import Contents
from grader.model.text import clean_text
from grader.source.paths import LONGEST_NAME, place
from grader.testing import quotations, redaction, wording
from grader.testing.failures import CheckFailed
from grader.testing.quotations import Quotations
from grader.testing.redaction import Redaction
from grader.wire.messages import Argument, Raised, Returned

if TYPE_CHECKING:
    from collections.abc import Callable

AUTHORS = (
    "grader.leaks._",
    "grader.lessons._",
    "grader.notebooks._",
    "grader.prose._",
    "grader.testing.suite._POINTS",
)
"""What a course's authors wrote, read by their own commands."""
NAMES = ("grader.ingest.file_names._COPY", "grader.ingest.file_names._LAST")
"""A file's name, of which a longer one than 255 characters is refused."""
MADE = {
    "grader.ingest.answers.contents": "search",
    "grader.ingest.file_names": "split",
    "grader.testing.wording": "fullmatch",
}
"""Patterns that a module makes of a course's names or of a list, and how they are used."""
USES = {use.name: use for use in patterns.uses()}
STRANGERS = [name for name in USES if not name.startswith(AUTHORS) and name not in NAMES]
EXERCISE = find_course(Path(__file__)).folder("zero_init").exercise


def slow(use: Use) -> str | None:
    """Return a text that takes more than in proportion when it is four times as long."""
    texts = (
        f"{method}({start!r} + {again!r} * n)"
        for method in use.methods
        for start, again in patterns.texts(use.pattern)
        if patterns.growth(use, method, start, again) >= MOST
    )
    return next(texts, None)


def test_every_pattern_has_a_name_by_which_it_is_found() -> None:
    assert {found.partition(": ")[0] for found in patterns.unnamed()} == {*MADE}
    assert len(STRANGERS) > 40
    for name in (*AUTHORS, *NAMES):
        assert any(found.startswith(name) for found in USES), name


@pytest.mark.parametrize("name", STRANGERS)
def test_no_text_keeps_a_pattern_searching(name: str) -> None:
    assert slow(USES[name]) is None


@pytest.mark.parametrize("module", MADE)
def test_no_text_keeps_a_pattern_searching_that_was_made(module: str) -> None:
    made = {
        "grader.ingest.answers.contents": (contents._pattern(EXERCISE),),
        "grader.ingest.file_names": (file_names._pattern(EXERCISE),),
        "grader.testing.wording": wording._patterns(),
    }
    for pattern in made[module]:
        assert slow(Use(module, pattern, (MADE[module],))) is None


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (rb"^[ \t]*from\s+[\w\s]*import", "match"),
        (r"from\s*[\w\s]*import", "search"),
        (r"<(script|style)\b.*?</\1>", "sub"),
        (r"[ _]*\d+$", "sub"),
        (r"(\w+)=None", "findall"),
        (r"#[^\n]*coding", "search"),
    ],
)
def test_a_pattern_that_goes_back_is_noticed(pattern: str | bytes, method: str) -> None:
    use = Use("", re.compile(pattern, re.MULTILINE | re.DOTALL), (method,))
    assert slow(use)


def test_a_name_is_short_enough_for_what_reads_it() -> None:
    assert place("a" * (LONGEST_NAME + 1)).refused
    assert place("a" * LONGEST_NAME).refused is None
    for text in ("(1)" * 85, " _" * 127 + "x", "- copy " * 36, " " * 254 + "x"):
        assert len(text) <= LONGEST_NAME
        assert len(file_names.without_marks(text)) <= len(text)


def seconds(walk: Callable[[Any], object], size: object) -> float:
    gc.disable()  # it would look through all that the tests' process holds
    try:
        began = time.process_time()
        walk(size)
        return time.process_time() - began
    finally:
        gc.enable()


def ratio(walk: Callable[[Any], object], few: object, many: object) -> float:
    """Return how much longer a walk takes for `many` than for `few`; 4 when in no time."""
    longer = seconds(walk, many)
    return longer / max(seconds(walk, few), 1e-7) if longer > 0.02 else 4.0


# A busy machine makes one walk longer, not all: what is not as it should be is measured again.
def in_proportion(walk: Callable[[Any], object], few: object, many: object) -> bool:
    return any(ratio(walk, few, many) < MOST for _ in range(3))


def out_of_proportion(walk: Callable[[Any], object], few: object, many: object) -> bool:
    return any(ratio(walk, few, many) > MOST for _ in range(3))


def look(name: str, again: str, size: int) -> None:
    """Read a file as the trusted side does before a worker is asked."""
    text = again * (size // len(again))
    if name.endswith(".ipynb"):
        output = {"output_type": "stream", "name": "stdout", "text": text}
        cell = {"cell_type": "code", "source": text, "outputs": [output], "metadata": {}}
        text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    data = text.encode()
    file = SimpleNamespace(path=PurePosixPath(name), read=lambda: data)
    Contents([EXERCISE])._looked(file)  # type: ignore[arg-type]
    redacting = Redaction([("cell 1", text)])
    redacting.is_name("x")
    redacting.told(Raised("KeyError", "x", "cell 1", 1, out_of_memory=False, needs=""), "")
    redacting.told(Returned([text]), "")
    redacting.failure(CheckFailed(text, [text]))


@pytest.mark.parametrize("name", ["utils.py", "a.ipynb"])
def test_a_file_of_one_run_is_read_in_proportion(name: str) -> None:
    runs = ["import a, ", "def f(", "%%x\n", "'\"", "\\\n", "([{", "#", "a\n"]
    for again in (*runs, *patterns.SIGNS):
        assert in_proportion(partial(look, name, again), 10_000, 40_000), again[:20]


def test_an_import_of_nothing_but_spaces_is_read_in_proportion() -> None:
    def read(size: int) -> None:
        data = b"from" + b" " * size
        file = SimpleNamespace(path=PurePosixPath("utils.py"), read=lambda: data)
        found = Contents([EXERCISE])._looked(file)  # type: ignore[arg-type]
        assert found.error is None

    assert in_proportion(read, 475_000, 1_900_000)


@pytest.mark.parametrize("marks", ["\u0300", "\u0315\u0300", "\u0316\u0315\u0301", "\u0344\u0323"])
def test_marks_upon_marks_are_cut(marks: str) -> None:
    cleaned = clean_text("a" + marks * 4_000)
    assert max(map(len, re.findall("[\u0300-\u036f]+", cleaned))) <= 30
    assert clean_text(cleaned) == cleaned


def test_marks_as_people_write_them_stay() -> None:
    assert clean_text("é ñ ệ क्षि ก็") == unicodedata.normalize("NFC", "é ñ ệ क्षि ก็")

    def put_in_order(size: int) -> None:
        unicodedata.normalize("NFC", "a" + "\u0315\u0300" * size)

    assert out_of_proportion(put_in_order, 2_000, 8_000)  # what it would be


def short(count: int) -> Returned:
    return Returned([chr(0x4E00 + number) for number in range(count)])


def test_many_short_texts_of_a_result_are_ranked_and_not_searched() -> None:
    def note(count: int) -> None:
        Redaction([]).told(short(count), "")

    assert in_proportion(note, 4_000, 16_000)
    told = Redaction([])
    told.told(short(20), "")
    first, later = (chr(0x4E00 + number) for number in (19, 0))
    assert told._may_be_told(first)
    assert not told._may_be_told(later)

    def search(count: int) -> None:  # what it would be
        ranks: dict[str, None] = {}
        for text in short(count).value:
            ranks[text] = None
            list(ranks).index(text)

    assert out_of_proportion(search, 2_000, 8_000)


def test_many_numbers_in_a_sentence_are_read_once() -> None:
    def redact(count: int) -> None:
        Redaction([])._redacted("1 " * count)

    assert in_proportion(redact, 50_000, 200_000)
    assert Redaction([])._redacted("exit code 13 of 3") == "exit code … of 3"


INTEGERS = {
    "in a list": [list(range(1_000, 2_900))],
    "in several arguments": [list(range(n, n + 190)) for n in range(1_000, 2_900, 190)],
    "in a dict": [{str(n): n for n in range(1_000, 2_900)}],
    "in lists of lists": [[[n] for n in range(1_000, 2_900)]],
    "as the lengths of words": [" ".join("x" * n for n in range(1, 1_900))],
    "very large": [[2**8_000 + n for n in range(1_900)]],
}


@pytest.mark.parametrize("kind", INTEGERS)
def test_integers_of_arguments_are_not_all_multiplied(kind: str) -> None:
    told = Redaction([])
    for _ in range(3):
        told.asked(Argument(f"a{n}", value) for n, value in enumerate(INTEGERS[kind]))
        most = 3 * redaction.MOST_SIZES + redaction.MOST_FACTORS**2 + len(redaction.SMALL)
        assert len(told._sizes) <= most
    assert most < 1_900**2 // 2  # what it would be


def test_sizes_do_not_grow_from_call_to_call() -> None:
    told = Redaction([])
    for call in range(20):
        told.asked([Argument("x", list(range(call * 1_000, call * 1_000 + 900)))])
    assert len(told._base) <= redaction.MOST_SIZES
    told.begin()
    told.asked([Argument("n_x", 3), Argument("n_h", 5)])
    assert told.is_size(15)


def test_so_many_numbers_are_keys_that_no_more_is_shown() -> None:
    kept = Quotations(lambda _: False)
    for number in range(2**60, 2**60 + 200_000):
        kept.add_number(number)
    assert kept.too_many
    assert len(kept._numbers) * 19 <= quotations.MOST_DIGITS + 19
    few = Quotations(lambda _: False)
    few.add_number(1234567)
    assert not few.too_many
    assert few.without("it is 1234567") == "it is …"
