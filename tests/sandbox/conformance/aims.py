"""What attempts aim at: files, sockets, a word in memory and in the environment, descriptors."""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPEN_TO_ALL = ("/", "/dev", "/dev/shm", "/run", "/tmp", "/usr", "/var/tmp")


@contextlib.contextmanager
def planted() -> Iterator[dict[str, Any]]:
    """Plant everything, and clear it away afterwards."""
    word = f"word-{secrets.token_hex(8)}"
    memory = ctypes.create_string_buffer(word.encode())
    os.environ["COURSE_SECRET"] = word
    os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)
    with contextlib.ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(dir="/tmp"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(_clear, word)
        folder.chmod(0o755)
        yield {
            "word": word,
            "pid": os.getpid(),
            "uid": os.getuid(),
            "address": ctypes.addressof(memory),
            **_sockets(stack, folder, word),
            **_files(folder, word),
        }


def _files(folder: Path, word: str) -> dict[str, Any]:
    course, home, writable = (folder / name for name in ("course", "home", "writable"))
    for place in (course, home, writable):
        place.mkdir()
    (course / "test_hidden.py").write_text(word)
    home.chmod(0o700)
    (home / "key").write_text(word)
    (home / "key").chmod(0o600)
    return {
        "folder": str(folder),
        "course": str(course / "test_hidden.py"),
        "private": str(home / "key"),
        "writable": str(writable),
    }


def renew(aim: dict[str, Any]) -> None:
    """Put fresh files where the attempts of one round may write."""
    writable = Path(aim["writable"])
    shutil.rmtree(writable)
    writable.mkdir()
    writable.chmod(0o777)
    for name in "abd":
        (writable / name).write_text("old")
        (writable / name).chmod(0o666)


def _sockets(stack: contextlib.ExitStack, folder: Path, word: str) -> dict[str, Any]:
    aim: dict[str, Any] = {"port6": 0, "socket": str(folder / "socket")}
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=4096))
    aim["port"] = server.getsockname()[1]
    with contextlib.suppress(OSError):  # a machine without IPv6
        server = socket.create_server(("::1", 0), family=socket.AF_INET6, backlog=4096)
        aim["port6"] = stack.enter_context(server).getsockname()[1]
    for address in (aim["socket"], f"\0{word}"):
        listening = stack.enter_context(socket.socket(socket.AF_UNIX))
        listening.bind(address)
        listening.listen(4096)
    Path(aim["socket"]).chmod(0o777)
    datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    datagrams.bind(("127.0.0.1", 0))
    aim["datagrams"] = datagrams.getsockname()[1]
    threading.Thread(target=_echo, args=(datagrams,), daemon=True).start()
    return aim


def _echo(datagrams: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data, sender = datagrams.recvfrom(99)
            datagrams.sendto(data, sender)


def _clear(word: str) -> None:
    """Remove the file that an attempt may have made in a folder of the machine."""
    for folder in OPEN_TO_ALL:
        with contextlib.suppress(OSError):
            (Path(folder) / word).unlink()
