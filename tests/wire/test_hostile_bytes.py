"""Can bytes from the other side do anything but arrive as data or be refused?"""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.wire import ValueLimits, WireError, decode, encode
from grader.wire.values import ARRAY, BIG_INT, COMPLEX, DICT, LIST, SCALAR, TUPLE

HONEST = [
    {"kind": "returned", "number": 3, "value": {"W1": np.ones((3, 2)), "b1": np.zeros(3)}},
    [1, (2.5, "a"), {"x": None, "y": True}, b"abc", 2**70, 1j, np.float16(2), np.longdouble(1)],
    {1: 2, ("W", (1, None)): 3, 0.5: 4, b"k": 5},
]
FRAMES = [(structure, b"".join(parts)) for structure, parts in map(encode, HONEST)]


def judge(structure: bytes, buffers: bytes = b"") -> None:
    """Decode; what comes out, if anything, is of the closed set, since it can be sent again."""
    try:
        value = decode(structure, buffers)
    except WireError:
        return
    encode(value)


@given(st.binary(max_size=200), st.binary(max_size=64))
@example(b"", b"")
@example(b"\xc1", b"")
@example(b"\x93\x02\xa1a\xa1", b"")
def test_any_bytes(structure: bytes, buffers: bytes) -> None:
    judge(structure, buffers)


@st.composite
def mutations(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Honest frames with a few bytes changed, cut out or put in."""
    parts = [bytearray(part) for part in draw(st.sampled_from(FRAMES))]
    for _ in range(draw(st.integers(1, 4))):
        part = draw(st.sampled_from(parts))
        at = draw(st.integers(0, len(part)))
        end = at + draw(st.integers(0, 3))
        part[at:end] = draw(st.binary(max_size=3))
    return bytes(parts[0]), bytes(parts[1])


@given(mutations())
def test_honest_frames_with_a_few_bytes_changed(frame: tuple[bytes, bytes]) -> None:
    judge(*frame)


SIZES = st.one_of(st.integers(-1, 4), st.sampled_from([2**31, 2**47, 2**48, 2**63, 2**64 - 1]))
PARTS = st.one_of(
    SIZES,
    st.sampled_from(["<f8", ">i4", "|b1", "<f16", "<c32", "O", "<U4", "V8", "<M8", "|O", "f", ""]),
    st.floats(),
    st.text(max_size=4),
    st.binary(max_size=4),
    st.none(),
    st.booleans(),
)
TREES = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.tuples(st.integers(-1, 8), st.lists(inner, max_size=5)).map(lambda t: [t[0], *t[1]]),
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=2), inner, max_size=2),
    ),
    max_leaves=15,
)


@given(TREES, st.integers(0, 8).map(lambda n: bytes(16 * n)))
def test_forged_tags_shapes_and_dtypes(tree: Any, buffers: bytes) -> None:
    judge(msgpack.packb(tree), buffers)


@given(st.lists(SIZES, max_size=5), st.sampled_from(["<f8", "<f2", "|b1", "<c32"]))
@example([0, 2**47, 2**47], "<f8")
@example([2**32, 2**32], "<f8")
@example([0] * 33, "<f8")
def test_forged_shapes(shape: list[int], dtype: str) -> None:
    judge(msgpack.packb([ARRAY, dtype, *shape]), bytes(64))


def test_only_numeric_dtypes_are_known() -> None:
    numeric = {np.dtype(code) for code in "?bhilqBHILQefdgFDG"}
    for order in "<>=|!":
        for code in (chr(number) for number in range(33, 127)):
            for size in ("", "0", "1", "2", "4", "8", "10", "12", "16", "32", "64", "٢"):
                text = order + code + size
                try:
                    value = decode(msgpack.packb([SCALAR, text]), bytes(128)[:16])
                except WireError:
                    continue
                assert value.dtype.newbyteorder("=") in numeric, text


FORGED = {
    "no tag": [[]],
    "unknown tag": [7],
    "tag that is True": [True, 1],
    "tag that is text": ["0"],
    "key twice": [DICT, "a", 1, "a", 2],
    "key twice in other types": [DICT, 1, 1, True, 1],
    "tuple as a key twice": [DICT, [TUPLE, 1], 1, [TUPLE, 1], 1],
    "list as a key": [DICT, [LIST, 1], 1],
    "dict as a key": [DICT, [DICT], 1],
    "array as a key": [DICT, [ARRAY, "<f8", 1], 1],
    "scalar as a key": [DICT, [SCALAR, "<f8"], 1],
    "large integer as a key": [DICT, [BIG_INT, bytes(9)], 1],
    "complex as a key": [DICT, [COMPLEX, 1.0, 1.0], 1],
    "list in a key": [DICT, [TUPLE, [LIST]], 1],
    "map as a key": [DICT, {}, 1],
    "key without a tag": [DICT, [], 1],
    "key with a tag that is True": [DICT, [True, 1], 1],
    "nested key": [
        DICT,
        [TUPLE, [TUPLE, [TUPLE, [TUPLE, [TUPLE, [TUPLE, [TUPLE, [TUPLE, [TUPLE]]]]]]]]],
        1,
    ],
    "tuples as keys without end": [DICT, *(p for n in range(2001) for p in ([TUPLE, n], n))],
    "key without a value": [DICT, "a"],
    "complex of integers": [COMPLEX, 1, 2],
    "complex of one": [COMPLEX, 1.0],
    "integer as text": [BIG_INT, "1"],
    "integer that is too long": [BIG_INT, bytes(1025)],
    "array without a dtype": [ARRAY],
    "array of objects": [ARRAY, "|O8", 1],
    "array of records": [ARRAY, [["a", "<f8"]], 1],
    "array longer than its buffer": [ARRAY, "<f8", 9],
    "array of negative size": [ARRAY, "<f8", -1],
    "empty array with more rows than anything has": [ARRAY, "<f8", 2**40, 0],
    "empty array of several large dimensions": [ARRAY, "|b1", 2**12, 0, 2**13],
    "array of half a size": [ARRAY, "<f8", 1.0],
    "scalar with a shape": [SCALAR, "<f8", 1],
    "map": {"a": 1},
    "empty map": {},
    "extension": msgpack.ExtType(1, b"a"),
    "empty extension": msgpack.ExtType(1, b""),
    "moment": msgpack.Timestamp(1),
}


@pytest.mark.parametrize("tree", FORGED.values(), ids=FORGED)
@pytest.mark.parametrize("tag", [LIST, TUPLE, None], ids=["in a list", "in a tuple", "alone"])
def test_forgeries_are_refused(tree: Any, tag: int | None) -> None:
    with pytest.raises(WireError):
        decode(msgpack.packb(tree if tag is None else [tag, tree]), bytes(64))


def test_what_a_codec_says_is_not_repeated() -> None:
    with pytest.raises(WireError) as refused:
        decode(b"\xa9SECRET \xff\xff")
    assert str(refused.value) == "structure is not valid: UnicodeDecodeError"


def test_lengths_must_agree() -> None:
    structure = msgpack.packb([ARRAY, "<f8", 2])
    assert decode(structure, bytes(16)).shape == (2,)
    for wrong in (0, 8, 15, 17, 32):
        with pytest.raises(WireError):
            decode(structure, bytes(wrong))


@pytest.mark.parametrize(
    ("limits", "value"),
    [
        (ValueLimits(structure_bytes=10), "a" * 20),
        (ValueLimits(buffer_bytes=10), np.zeros(2)),
        (ValueLimits(values=10), [0] * 10),
        (ValueLimits(depth=3), [[[[]]]]),
    ],
    ids=["structure", "buffers", "values", "depth"],
)
def test_the_reader_has_limits_of_its_own(limits: ValueLimits, value: Any) -> None:
    structure, buffers = encode(value)
    decode(structure, b"".join(buffers))
    with pytest.raises(WireError, match="limit"):
        decode(structure, b"".join(buffers), limits)


def _array_of(count: int) -> bytes:
    return b"\xdd" + struct.pack(">I", count)


MIB = 1 << 20
BOMBS = {
    "nested lists": b"\x91" * MIB,
    "empty lists": _array_of(MIB - 5) + b"\x90" * (MIB - 5),
    "lists of a list": _array_of(MIB // 2 - 5) + b"\x91\x90" * (MIB // 2 - 5),
    "tagged lists": _array_of(MIB // 2 - 4) + b"\x00" + b"\x91\x00" * (MIB // 2 - 5),
    "announced lists": _array_of(MIB // 8) * 1000 + b"\xc0" * (MIB - 5000),
    "announced text": b"\xdb\xff\xff\xff\xff",
    "announced bytes": b"\xc6\xff\xff\xff\xff",
    "announced list": _array_of(2**32 - 1),
    "announced map": b"\xdf\xff\xff\xff\xff",
    "announced extension": b"\xc9\xff\xff\xff\xff\x01",
    "numbers": _array_of(MIB // 3 - 5) + b"\xcd\xff\xff" * (MIB // 3 - 5),
    "texts": _array_of(MIB // 3 - 5) + b"\xa2\xc3\xa9" * (MIB // 3 - 5),
}
IN_LITTLE_MEMORY = """
import resource, sys
from grader.wire import WireError, decode
from grader.worker.lockdown import address_space
mebibytes, *files = sys.argv[1:]
bombs = [open(file, "rb").read() for file in files]
resource.setrlimit(resource.RLIMIT_AS, (address_space() + (int(mebibytes) << 20),) * 2)
for bomb in bombs:
    try:
        decode(bomb)
    except WireError:
        print("refused")
"""


@pytest.mark.parametrize(("mebibytes", "enough"), [(100, True), (20, False)])
def test_a_mebibyte_does_not_take_a_hundred(mebibytes: int, enough: bool, tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(len(BOMBS))]
    for file, bomb in zip(files, BOMBS.values(), strict=True):
        assert len(bomb) <= MIB
        file.write_bytes(bomb)
    program = [sys.executable, "-c", IN_LITTLE_MEMORY, str(mebibytes), *map(str, files)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.stdout.count("refused") == len(BOMBS)) == enough
    assert ("MemoryError" in done.stderr) != enough
