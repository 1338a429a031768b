"""Do workers become a user whom nobody else on the machine is?"""

from __future__ import annotations

import grp
import itertools
import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from grader.sandbox import worker_user
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.layers import advice
from grader.sandbox.worker_user import NONE_FREE, RANGES, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

# Who hands out which ids, by their own documents: first and last.
HANDED_OUT = {
    "Debian: people, adduser and useradd": (1_000, 59_999),
    "Debian: packages, on demand (mysql, slurm, ceph, libvirt)": (60_000, 64_999),
    "systemd: home folders": (60_001, 60_513),
    "systemd: users mapped into containers": (60_514, 60_577),
    "systemd: running services (DynamicUser)": (61_184, 65_519),
    "Debian: nobody, and no id of 16 bits": (65_534, 65_535),
    "shadow: /etc/subuid": (100_000, 600_100_000),
    "SSSD and FreeIPA: directories": (200_000, 2_000_200_000),
    "systemd: containers": (524_288, 1_879_048_191),
    "OpenShift: projects": (1_000_000_000, 1_999_999_999),
    "systemd: foreign images": (2_147_352_576, 2_147_418_111),
    "programs that read a sign": (2_147_483_648, 4_294_967_295),
}
HOLD = """
import sys
from grader.sandbox.worker_user import reserve
user = reserve()
print(user.uid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Return a function that replaces what the machine's files say, and the ranges."""
    read = worker_user._ranges

    def make(ids: range | None = None, **files: str) -> None:
        if ids is not None:
            monkeypatch.setattr(worker_user, "RANGES", (ids,))
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        monkeypatch.setattr(
            worker_user, "_ranges", lambda path, *rest: read(str(tmp_path / Path(path).name), *rest)
        )

    return make


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that gives names to some user ids and group ids, and to no others."""

    def give(users: set[int], groups: set[int]) -> None:
        for module, look_up, known in ((pwd, "getpwuid", users), (grp, "getgrgid", groups)):
            monkeypatch.setattr(module, look_up, dict.fromkeys(known, "x").__getitem__)

    give(set(), set())
    return give


def free() -> set[int]:
    """Reserve all that can be had; return the ids."""
    had = list(itertools.takewhile(lambda user: user.uid is not None, iter(reserve, None)))
    for user in had:
        user.release()
    return {user.uid for user in had if user.uid is not None}


def shared(ids: range, first: int, last: int) -> bool:
    """Whether a range has an id of those from first to last."""
    return ids.start <= last and first < ids.stop


@pytest.mark.parametrize("who", HANDED_OUT)
def test_no_system_hands_out_our_ids(who: str) -> None:
    assert not any(shared(ids, *HANDED_OUT[who]) for ids in RANGES)


@pytest.mark.parametrize(
    "ids", [range(65_000, 65_520), range(64_000, 65_000), range(65_533, 65_535), range(2**31)]
)
def test_other_ranges_would_be_somebodys(ids: range) -> None:
    """The control: the first two were ours once."""
    assert any(shared(ids, *row) for row in HANDED_OUT.values())


def test_a_container_of_65536_ids_has_fourteen_for_us(machine: Any, names: Any) -> None:
    machine(uid_map="0 0 65536\n", gid_map="0 0 65536\n")
    assert free() == {*range(65_520, 65_534)}


def test_an_id_is_had_once_and_again_when_it_is_released(machine: Any, names: Any) -> None:
    machine(range(2_100_000_000, 2_100_000_003))
    assert free() == {2_100_000_000, 2_100_000_001, 2_100_000_002}
    assert free() == {2_100_000_000, 2_100_000_001, 2_100_000_002}


@pytest.mark.parametrize("end", ["kill", "end"])
def test_another_process_has_its_id_until_it_ends(machine: Any, names: Any, end: str) -> None:
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout
        theirs = int(other.stdout.readline())
        machine(range(theirs, theirs + 2))
        assert free() == {theirs + 1}
        if end == "kill":
            other.kill()
    assert free() == {theirs, theirs + 1}


KINDS: dict[str, tuple[dict[str, str], set[int], set[int], set[int]]] = {
    "nothing known": ({}, set(), set(), {70, 71, 72, 73}),
    "a user": ({}, {70, 72}, set(), {71, 73}),
    "a group": ({}, set(), {71}, {70, 72, 73}),
    "lent users": ({"subuid": "ada:72:100\n"}, set(), set(), {70, 71}),
    "lent groups": ({"subgid": "ada:1:5\nben:70:2\n"}, set(), set(), {72, 73}),
    "by number": ({"subuid": "1000:73:1\n"}, set(), set(), {70, 71, 72}),
    "no list": ({"subuid": "\n# a remark\nada:x:y\nada\nada:73:1"}, set(), set(), {70, 71, 72}),
    "a container": ({"uid_map": "0 1000 1\n1 100000 71\n"}, set(), set(), {70, 71}),
    "a container's groups": ({"gid_map": "0 1000 72\n"}, set(), set(), {70, 71}),
    "one user": ({"uid_map": "0 1000 1\n", "gid_map": "0 1000 1\n"}, set(), set(), set()),
    "no place between": ({"uid_map": "0 0 71\n", "gid_map": "71 71 9\n"}, set(), set(), set()),
    "all named": ({}, {70, 71}, {72, 73}, set()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_somebodys_is_passed_over(machine: Any, names: Any, kind: str) -> None:
    files, users, groups, expected = KINDS[kind]
    machine(range(70, 74), **files)
    names(users, groups)
    assert free() == expected


@pytest.mark.parametrize("ids", RANGES)
def test_each_range_is_taken_where_those_before_it_are_not_mapped(
    machine: Any, names: Any, ids: range
) -> None:
    machine(uid_map=f"{ids.start} {ids.start} {len(ids)}\n")
    user = reserve()
    user.release()
    assert user.uid in ids


@pytest.mark.layers("uid")
def test_forkservers_have_a_user_each(submit: Any) -> None:
    with Forkserver() as one, Forkserver() as other:
        code = "import os\ndef f(): return [os.getuid(), os.getgid()]"
        with submit(code, one) as first, submit(code, other) as second:
            said = [first.value("f"), second.value("f")]
    assert said[0] != said[1]
    assert all(uid == gid and any(uid in ids for ids in RANGES) for uid, gid in said)


@pytest.mark.layers("uid")
def test_without_a_free_id_the_layer_is_missing_and_says_why(
    machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(range(70, 74), uid_map="0 0 70\n")
    with Forkserver() as started:
        assert "uid" not in started.layers
        assert started.reasons["uid"] == NONE_FREE
    assert "map more ids" in str(advice("uid", NONE_FREE))


def test_only_root_needs_one(forkserver: Forkserver) -> None:
    assert (forkserver._user.uid is None) == (os.getuid() != 0)
