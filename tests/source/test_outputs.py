"""A notebook is read past its outputs, however large, and no text makes that take longer."""

from __future__ import annotations

import json
import sys
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.source import Source, Unreadable, lean, read_source
from grader.source.outputs import without_outputs

MIB = 1 << 20
RIGHT = "def zeros(n):\n    return n"


def notebook(outputs: Any, **top: Any) -> bytes:
    plot = {"cell_type": "code", "metadata": {}, "source": "plot()", "outputs": outputs}
    answer = {"outputs": outputs, "source": RIGHT, "cell_type": "code", "metadata": {}}
    return json.dumps({"cells": [plot, answer], "nbformat": 4, "metadata": {}} | top).encode()


def picture(mib: int, unit: str = "iVBORw0KGgo") -> list[Any]:
    return [{"data": {"image/png": unit * (mib * MIB // len(unit))}, "output_type": "display_data"}]


# Each is made where it is read: a process that keeps them all takes long to fork.
OUTPUTS = {
    "one picture": lambda: picture(13),
    "escaped quotes": lambda: picture(2, '<a href=\\"x\\">'),
    "backslashes": lambda: picture(2, "\\"),
    "lines": lambda: [{"text": ["a line\n"] * 400_000}],
    "brackets in text": lambda: picture(2, '}]}],"cells":[{'),
    "keys in text": lambda: picture(2, '"source": "def zeros(): 1", '),
    "numbers": lambda: [{"data": list(range(1_600_000))}],
    "many objects": lambda: [{"output_type": "stream"}] * 510_000,
    "deep": lambda: json.loads("[" * 900 + "0" + "]" * 900) * 2 + picture(2),
}


@pytest.mark.parametrize("kind", OUTPUTS)
def test_a_right_notebook_is_read_whatever_its_outputs_hold(kind: str) -> None:
    data = notebook(OUTPUTS[kind]())
    source = read_source("a.ipynb", data)
    assert [(c.label, c.source) for c in source.cells] == [("cell 1", "plot()"), ("cell 2", RIGHT)]
    assert source.notes == ()
    small = lean("a.ipynb", data)
    assert len(small) < 1000
    assert read_source("a.ipynb", small) == source


def test_attachments_and_the_state_of_widgets_are_read_past_too() -> None:
    state = {"widgets": {"state": {str(n): {"value": n} for n in range(200_000)}}}
    data = notebook([], metadata=state | {"kernelspec": {"language": "R", "name": "ir"}})
    assert "its language is R" in read_source("a.ipynb", data).notes[0]


def test_code_that_is_too_large_is_not_read_past() -> None:
    data = json.dumps({"cells": [{"cell_type": "code", "source": "x = 1\n" * 400_000}]}).encode()
    with pytest.raises(Unreadable, match="MiB of code"):
        read_source("a.ipynb", data)


@pytest.mark.parametrize("cut", [10, 60 * 1024, 3 * MIB])
def test_a_large_notebook_that_is_cut_off_says_so(cut: int) -> None:
    with pytest.raises(Unreadable, match="is cut off after"):
        read_source("a.ipynb", notebook(picture(6))[:-cut])


def test_a_fault_is_found_in_its_line() -> None:
    text = json.dumps(json.loads(notebook([{"text": ["a\n"] * 300_000}])), indent=1)
    line = text[: text.index("def zeros")].count("\n") + 1
    broken = text.replace('"def zeros', '} "def zeros')
    with pytest.raises(Unreadable, match=rf"is damaged \(line {line:,}\)"):
        read_source("a.ipynb", broken.encode())


def test_only_large_notebooks_are_made_lean() -> None:
    small, text = notebook([]), b"x = 1\n" * MIB
    assert lean("a.ipynb", small) is small
    assert lean("a.py", text) is text
    picture_of_no_notebook = b"\x89PNG" + bytes(2 * MIB)
    assert lean("a.ipynb", picture_of_no_notebook) is picture_of_no_notebook


def test_a_key_is_read_however_it_is_written() -> None:
    assert without_outputs('{"s\\u006furce": ["x"]}') == '{"s\\u006furce": ["x"]}'
    assert without_outputs('{"\\u006futputs": ["x"]}') == '{"\\u006futputs": null}'
    damaged = '"s\\ource"'  # no escape of JSON, so no key that anybody reads
    assert without_outputs(f'{{{damaged}: ["x"]}}') == f"{{{damaged}: null}}"


def work(text: str) -> int:
    """Return how many calls reading past outputs makes."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "c_call"

    sys.setprofile(count)
    try:
        without_outputs(text)
    finally:
        sys.setprofile(None)
    return calls


HOSTILE = {
    "open brackets": ('{"x":', "[", ""),
    "open quotes": ("", '"', ""),
    "quotes and backslashes": ('"', '\\"', ""),
    "colons": ("", '"a":', ""),
    "keys without values": ("{", '"a":{', ""),
    "spaces before a colon": ('"a"', " ", ":"),
    "values": ("{", '"a":[],', "}"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_twice_the_text_is_at_most_twice_the_work(kind: str) -> None:
    before, unit, after = HOSTILE[kind]
    one, two = (work(before + unit * n + after) for n in (20_000, 40_000))
    assert two <= 2.2 * one + 20


def test_the_control_sees_what_is_quadratic() -> None:
    def calls(n: int) -> int:
        return sum(work('"a":[],' * k) for k in range(0, n, 10))

    assert calls(400) > 3 * calls(200)


def test_no_more_memory_is_taken_than_the_text_has() -> None:
    text = notebook(picture(4, '\\"\\\\')).decode()
    tracemalloc.start()
    without_outputs(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(text) / 4


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["source", "outputs", "cells", "metadata", "cell_type", 'a"b', "\\"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "raw", "markdown"])},
    optional={"source": st.text(max_size=9), "outputs": VALUES, "metadata": VALUES, "id": VALUES},
)


def _outcome(data: str) -> Source | str:
    try:
        return read_source("a.ipynb", data.encode("utf-8", "replace"))
    except Unreadable as unreadable:
        return unreadable.reason


@given(st.lists(CELLS, max_size=5), VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_any_notebook_reads_the_same_without_its_outputs(cells, metadata, ascii_only, indent):
    top = {"metadata": metadata, "cells": cells, "nbformat": 4}
    text = json.dumps(top, ensure_ascii=ascii_only, indent=indent)
    assert _outcome(without_outputs(text)) == _outcome(text)


@given(st.text('{}[]":\\, a\n', max_size=60))
def test_any_text_keeps_its_lines(text):
    assert without_outputs(text).count("\n") <= text.count("\n")
    json_or_not = without_outputs('{"x": ' + text)
    assert json_or_not.startswith('{"x":')
