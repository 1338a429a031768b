"""Does any reader of bytes from outside raise what it should not?

A few hundred inputs of each kind on every run; `python tests/fuzz/long.py` looks for hours. What
that finds is put into `found/<reader>/` and tried here ever after.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzzed import READERS, Reader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """Honest bytes with parts changed, cut out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 8)))
        data[at:end] = draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from([b"[" * 50, b'"', b"\\", b"null", b"1e999", b"{}", b"\xff\xfe"]),
                st.just(bytes(data[end : end + 40]) * 2),
            )
        )
    return bytes(data)


@pytest.mark.parametrize("name", READERS)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_bytes_are_read_or_refused(name: str, data: st.DataObject) -> None:
    reader = READERS[name]
    reader.read(data.draw(st.one_of(mutated(reader.seeds), st.binary(max_size=300))))


@pytest.mark.parametrize("name", READERS)
def test_the_seeds_are_honest(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is fuzzed from is read, not refused: or all that is tried is the first refusal."""
    monkeypatch.setattr("fuzzed.suppress", Refusing)
    for seed in READERS[name].seeds:
        READERS[name].read(seed)


class Refusing:
    """In the place of `suppress`: lets every exception through."""

    def __init__(self, *_: object) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def test_what_was_found_stays_mended() -> None:
    for path in sorted((Path(__file__).parent / "found").glob("*/*")):
        if path.parent.name != "classes":  # they are tried in `test_classes.py`
            READERS[path.parent.name].read(path.read_bytes())


def test_a_crash_is_seen() -> None:
    def breaks(data: bytes) -> None:
        if len(data) > 3 and data[0] == data[1]:
            raise KeyError(data)

    reader = Reader(breaks, (b"aabbcc",))

    @settings(database=None)
    @given(mutated(reader.seeds))
    def run(data: bytes) -> None:
        reader.read(data)

    with pytest.raises(KeyError):
        run()
