"""Any text becomes fit for a report, and stays as it is when cleaned again."""

from __future__ import annotations

import json
import math
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.model.text import LINE_LENGTH, clean_evidence, clean_line, clean_text

any_text = st.text(st.characters(codec=None, categories=None), max_size=300)
XML_TEXT = re.compile("[\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


@given(any_text)
def test_any_text_becomes_fit_and_stays_so(text):
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert XML_TEXT.fullmatch(cleaned)
    cleaned.encode("utf-8")


@given(st.lists(any_text, max_size=8).map("\n".join))
def test_any_text_becomes_one_line(text):
    line = clean_line(text, 80)
    assert "\n" not in line
    assert len(line) <= 80
    assert clean_line(line, 80) == line


@given(st.integers(0, 5000), st.sampled_from(["a", "é", "é", "李", "\U0001f600"]))
def test_any_length_is_capped_and_says_so(count, letter):
    cleaned = clean_text(letter * count, 500)
    assert len(cleaned) <= 500
    assert clean_text(cleaned, 500) == cleaned
    whole = len(unicodedata.normalize("NFC", letter)) * count <= 500
    assert ("cut here" in cleaned) is not whole


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("nul\x00 bell\x07 del\x7f", "nul bell del"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("M\udcfcller", "M\\xfcller"),
        ("e\u0301", "\u00e9"),
        ("invoice\u202etxt.exe", "invoicetxt.exe"),
    ],
)
def test_what_is_taken_out(text, cleaned):
    assert clean_text(text) == cleaned


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
    max_leaves=20,
)


@given(st.dictionaries(any_text, json_like))
def test_any_evidence_is_strict_json_and_stays_so(values):
    cleaned = clean_evidence(values)
    text = json.dumps(cleaned, allow_nan=False)
    assert clean_evidence(json.loads(text)) == cleaned
    text.encode("utf-8")


def test_numbers_that_json_does_not_know_become_words():
    assert clean_evidence({"x": [math.nan, -math.inf, 2**70]}) == {"x": ["nan", "-inf", hex(2**70)]}
    assert len(clean_line("x" * 999)) == LINE_LENGTH
