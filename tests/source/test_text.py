"""Python files are decoded whatever editor wrote them; what is no text is refused."""

from __future__ import annotations

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.source import Unreadable, read_source

SOURCE = "def f():\n    return 'é'\n"


@pytest.mark.parametrize(
    "data",
    [
        SOURCE.encode(),
        SOURCE.encode("utf-8-sig"),
        SOURCE.encode("utf-16"),
        codecs.BOM_UTF16_BE + SOURCE.encode("utf-16-be"),
        SOURCE.encode("utf-32"),
    ],
)
def test_unicode_is_read_without_a_note(data):
    source = read_source("a.py", data)
    assert source.cells[0].source == SOURCE
    assert source.cells[0].label == "a.py"
    assert source.notes == ()
    assert source.defined == {"f"}


def test_a_declared_encoding_is_used():
    text = "# -*- coding: cp1251 -*-\nx = 'ж'\n"
    source = read_source("a.py", text.encode("cp1251"))
    assert source.cells[0].source == text
    assert source.notes == ()


@pytest.mark.parametrize("encoding", ["punycode", "unicode_escape", "rot13", "zip", "nonsense"])
def test_a_strange_declared_encoding_is_noted_and_not_used(encoding):
    text = f"# coding: {encoding}\nx = 1\n"
    source = read_source("a.py", text.encode())
    assert source.cells[0].source == text
    assert encoding in source.notes[0]


@pytest.mark.parametrize(("byte", "encoding"), [(b"\xe9", "cp1252"), (b"\x81", "latin-1")])
def test_other_bytes_are_read_with_a_note(byte, encoding):
    source = read_source("a.py", b"x = '" + byte + b"'")
    assert source.notes == (f"a.py is not UTF-8; it was read as {encoding}: save it as UTF-8",)


def test_an_empty_file_has_no_cells_and_a_note():
    for data in (b"", b" \n\t\n", codecs.BOM_UTF8):
        source = read_source("a.py", data)
        assert (source.cells, source.notes) == ((), ("a.py is empty",))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"x = 1\0", "zero byte (at character 6)"),
        (b"PK\x03\x04abc", "zip archive"),
        (b"%PDF-1.4", "PDF"),
        (b"\x01\x02\x03 abc", "control characters"),
        (b"<html><body>", "web page"),
    ],
)
def test_what_is_no_text_is_refused(data, words):
    with pytest.raises(Unreadable, match=r".") as caught:
        read_source("a.py", data)
    assert words in caught.value.reason


def test_another_kind_of_file_is_refused():
    with pytest.raises(Unreadable, match="nor a notebook"):
        read_source("essay.docx", b"PK")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("x/a.py.txt", "a.py"),
        ("a.PY.TXT", "a.py"),
        ("a.py (1).txt", "a (1).py"),
        ("a.b.py.download", "a.b.py"),
    ],
)
def test_a_suffix_behind_the_right_one_is_left_out_with_a_note(name, meant):
    source = read_source(name, SOURCE.encode())
    assert source.cells[0].label == meant
    assert source.notes == (f"{name.rpartition('/')[2]} was read as {meant}: name it so",)


@pytest.mark.parametrize("name", ["a.txt", "apy.txt", ".py.txt", "a.py.md", "py.txt", "a.json"])
def test_other_names_stay_what_they_are(name):
    with pytest.raises(Unreadable, match=r"neither a \.py file nor a notebook"):
        read_source(name, SOURCE.encode())


def test_names_are_made_printable():
    with pytest.raises(Unreadable) as caught:
        read_source("../x/\x1b[31m" + "a" * 500 + ".txt", b"")
    assert "\x1b" not in caught.value.reason
    assert len(caught.value.reason) < 300


def test_too_much_code_is_refused():
    with pytest.raises(Unreadable, match="MiB of code"):
        read_source("a.py", b"x = 1\n" * 360_000)


def test_names_are_told_up_to_a_number():
    names = [f"f{n}" for n in range(1200)]
    code = "\n".join(f"def {name}(): 1" for name in names)
    assert read_source("a.py", code.encode()).defined == {*names[:1000]}


def test_names_are_told_without_parsing():
    source = read_source(
        "a.py", b"def f(x)\nasync  def g(): 1\n  def no(): 2\nh = lambda: 3\ndefinite = 4\n"
    )
    assert source.defined == {"f", "g", "h"}


@given(st.text(alphabet="def \t\n=lambd_aé"))
def test_telling_names_never_fails(text):
    assert all(name for name in read_source("a.py", text.encode()).defined)


def test_telling_names_takes_linear_time():
    hostile = [b"async " * 300_000, b"def " + b" " * 2_000_000, b"a" * 2_000_000, b"x=\n" * 600_000]
    start = time.process_time()
    for data in hostile:
        assert isinstance(read_source("a.py", data).defined, frozenset)
    assert time.process_time() - start < 10
