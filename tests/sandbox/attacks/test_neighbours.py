"""Does a submission reach the next one, or anybody who comes after it?"""

from __future__ import annotations

import ctypes
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attack_corpus import source

from grader.sandbox.forkserver import Forkserver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AIMS = ("neighbours",)


@pytest.fixture(scope="module")
def without() -> Iterator[Callable[..., Forkserver]]:
    """Return a function that gives a forkserver without some layers, one for each set of them."""
    started: dict[tuple[str, ...], Forkserver] = {}

    def get(names: list[str]) -> Forkserver:
        key = tuple(names)
        if key not in started:
            started[key] = Forkserver(disabled=key)
        return started[key]

    yield get
    for forkserver in started.values():
        forkserver.close()


@pytest.fixture
def aim() -> Iterator[dict[str, Any]]:
    """Give a folder for everybody, and a name and a number that nobody else uses."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    name, number = f"mark-{secrets.token_hex(8)}", secrets.randbelow(1 << 30) + 1
    yield {"folder": str(folder), "name": name, "number": number}
    shutil.rmtree(folder)
    Path("/dev/shm", name).unlink(missing_ok=True)
    remove_shared(number)


def remove_shared(number: int) -> None:
    """Remove what an attack without layers has left in this machine's shared memory."""
    libc = ctypes.CDLL(None)
    for get, arguments, control, rest in (
        (libc.shmget, (4096, 0), libc.shmctl, (0, None)),
        (libc.msgget, (0,), libc.msgctl, (0, None)),
        (libc.semget, (1, 0), libc.semctl, (0, 0)),
    ):
        found = get(number, *arguments)
        if found >= 0:
            control(found, *rest)


def left(submit: Any, using: Forkserver, attack: dict[str, Any], aim: dict[str, Any]) -> list[Any]:
    """Return what leaving says, and whether it is found in the same worker and in the next."""
    code = source("neighbours", attack)
    with submit(code, using) as one:
        said = [one.value("refused", aim), one.value("find", aim)]
    with submit(code, using) as next_one:
        return [*said, next_one.value("find", aim)]


def test_the_next_finds_nothing(
    submit: Any, forkserver: Forkserver, needs: Any, attack: dict[str, Any], aim: dict[str, Any]
) -> None:
    needs(attack)
    refused, by_itself, by_next = left(submit, forkserver, attack, aim)
    assert not by_next
    if "off" in attack:
        assert not by_itself
    else:
        assert (refused, by_itself) == ("", True)


def test_without_the_layers_the_next_finds_it(
    submit: Any, without: Any, layered: dict[str, Any], aim: dict[str, Any]
) -> None:
    assert left(submit, without(layered["off"]), layered, aim) == ["", True, True]
