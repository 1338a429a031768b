"""Is a worker's reply either of a known form or a breach of the protocol?"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.wire import WireError
from grader.wire.messages import (
    TEXT_CAP,
    Mismatch,
    Missing,
    NotSent,
    Raised,
    Returned,
    parse_definitions,
    parse_reply,
)

RAISED = {
    "type": "E",
    "message": "m",
    "label": "cell 1",
    "line": 3,
    "out_of_memory": False,
    "needs": "",
}
HONEST = {
    "returned": ({"value": None, "changed": ["X"]}, Returned(None, ("X",))),
    "raised": (RAISED, Raised("E", "m", "cell 1", 3)),
    "not_sent": ({"reason": "type", "type": "set", "path": "[0]"}, NotSent("type", "set", "[0]")),
    "mismatch": (
        {"has": "(n)", "wanted": "(X)", "left_out": ["n"]},
        Mismatch("(n)", "(X)", ("n",)),
    ),
    "missing": ({}, Missing()),
}
# numpy compares arrays entry by entry, and what comes of that is neither true nor false.
ODD = [
    None,
    True,
    1.0,
    "",
    "x" * 10,
    b"kind",
    [],
    [1],
    {},
    (),
    10**30,
    -1,
    np.zeros(2),
    np.zeros(()),
]


@pytest.mark.parametrize("kind", HONEST)
def test_honest_replies(kind: str) -> None:
    parts, reply = HONEST[kind]
    assert parse_reply({"kind": kind, "number": 7, **parts}, 7) == reply


@pytest.mark.parametrize("kind", HONEST)
@given(data=st.data())
def test_a_reply_with_any_part_replaced(kind: str, data: st.DataObject) -> None:
    reply = {"kind": kind, "number": 7, **HONEST[kind][0]}
    part = data.draw(st.sampled_from([*reply, "other"]))
    if data.draw(st.booleans()):
        reply[part] = data.draw(st.sampled_from(ODD))
    else:
        reply.pop(part, None)
    with contextlib.suppress(WireError):
        assert type(parse_reply(reply, 7)) in (Returned, Raised, NotSent, Mismatch, Missing)


@pytest.mark.parametrize("message", ODD, ids=repr)
def test_what_is_no_dict_is_no_reply(message: Any) -> None:
    with pytest.raises(WireError):
        parse_reply(message, 1)
    with pytest.raises(WireError):
        parse_definitions(message, 1)


@pytest.mark.parametrize("number", [n for n in ODD if type(n) is not int] + [6, 8, "7"], ids=repr)
def test_a_reply_to_another_request_is_out_of_turn(number: Any) -> None:
    with pytest.raises(WireError):
        parse_reply({"kind": "missing", "number": number}, 7)
    with pytest.raises(WireError):
        parse_definitions({"kind": "defined", "number": number, "report": {}}, 7)


@pytest.mark.parametrize("kind", [*ODD, "ready", "defined"], ids=repr)
def test_kinds_are_words_that_are_known(kind: Any) -> None:
    with pytest.raises(WireError):
        parse_reply({"kind": kind, "number": 7, "value": 1, "changed": []}, 7)


@pytest.mark.parametrize("kind", [*ODD, "returned"], ids=repr)
def test_definitions_are_called_that(kind: Any) -> None:
    assert parse_definitions({"kind": "defined", "number": 7, "report": {"a": 1}}, 7) == {"a": 1}
    with pytest.raises(WireError):
        parse_definitions({"kind": kind, "number": 7, "report": {}}, 7)


def test_texts_are_cut() -> None:
    reply = parse_reply({"kind": "raised", "number": 1, **RAISED, "message": "x" * 10**6}, 1)
    assert isinstance(reply, Raised)
    assert len(reply.message) == TEXT_CAP


@pytest.mark.parametrize("changed", [None, "X", ("X",), [1], ["X"] * 65])
def test_the_changed_arguments_are_a_short_list_of_names(changed: Any) -> None:
    with pytest.raises(WireError):
        parse_reply({"kind": "returned", "number": 1, "value": 0, "changed": changed}, 1)


@pytest.mark.parametrize("line", [-1, 2**31, 1.0, True, None])
def test_lines_are_numbers_of_lines(line: Any) -> None:
    with pytest.raises(WireError):
        parse_reply({"kind": "raised", "number": 1, **RAISED, "line": line}, 1)


@pytest.mark.parametrize("needs", ["4711", "3.1", "3.11", "3.123", "3.12 4711", None, 3.12])
def test_a_version_is_one_that_there_may_be(needs: Any) -> None:
    message = {"kind": "raised", "number": 1, **RAISED}
    reply = parse_reply({**message, "needs": "3.14"}, 1)
    assert isinstance(reply, Raised)
    assert reply.needs == "3.14"
    with pytest.raises(WireError):
        parse_reply({**message, "needs": needs}, 1)
