"""The corpus of attacks: a table for each aim in `list/`, an entry for each program.

Each kind of program stands in a frame of its own: what is there before it, and which function of
the exercise calls it. `answers` makes of every program an answer to `random_init`, for classes.
"""

from __future__ import annotations

import io
import json
import pickle
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE: Final = Path(__file__).parent
AIMS: Final = ("points", "verdicts", "secrets", "limits", "neighbours", "files", "feedback")

PRELUDES: Final = {
    "points": "",
    "verdicts": "",
    "secrets": """
import re
def grep(*texts): return " ".join(re.findall("SECRET-[0-9a-f]{16}", " ".join(map(str, texts))))
""",
    "limits": """
import copy, ctypes, mmap, os, pickle, re, select, signal, threading, time
import numpy as np
from grader.wire import frames
def wait(seconds): time.sleep(seconds)
def spin(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def forge(data): os.write(100, data)
""",
    "neighbours": """
import atexit, builtins, ctypes, fcntl, os, resource, signal, socket, sys, threading, time
import numpy as np
def refused(aim):
    try:
        leave(aim)
    except OSError as error:
        return type(error).__name__
    return ""
""",
    "feedback": """
import inspect, os, struct, sys, warnings
import numpy as np
from grader.wire.frames import pack
def whole(x): return " ".join(str(number) for number in x)
def forge(message): os.write(100, pack({"number": 2} | message))
""",
}
# How a program is called when it is an answer to `random_init`.
CALLS: Final = {
    "limits": "f()",
    "neighbours": 'leave({"folder": "/tmp", "name": "mark", "number": 1})',
    "secrets": 'steal(dict.fromkeys(("root", "file", "port", "abstract", "pid"), "/"))',
    "feedback": "tell(np.array([n_x, n_h, n_y, 4, 5, 6, 7, 8]))",
}


def attacks(aim: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((HERE / "list" / f"{aim}.toml").read_text("utf-8"))


def source(aim: str, attack: dict[str, Any], wrong: str = "") -> str:
    """Return a program as it is handed in."""
    if aim in ("points", "verdicts"):
        return str(attack.get("before", "") + wrong + attack.get("after", ""))
    code = PRELUDES[aim] + attack["code"] + "\n"
    if "lines" in attack:
        code += "LINES = 0\n" + "\n".join(f"x{n} = {n}" for n in range(attack["lines"]))
    return code


def files(attack: dict[str, Any], right: str, wrong: str, n: int) -> list[tuple[str, bytes]]:
    """Return the files that an attack by what is handed in makes."""
    names: dict[str, Any] = TOOLS | {"right": right, "wrong": wrong, "n": n}
    exec(attack["make"], names)
    return list(names["files"])


def answers(right: str, wrong: str) -> Iterator[tuple[str, str, bytes]]:
    """Yield of every attack a name, the ending of its file and its bytes."""
    for aim in AIMS:
        for name, attack in attacks(aim).items():
            if aim != "files":
                call = f"\ndef initialize_parameters(n_x, n_h, n_y): return {CALLS.get(aim)}\n"
                text = source(aim, attack, wrong) + (call if aim in CALLS else "")
                yield f"{aim} {name}", ".py", text.encode("utf-8", "surrogatepass")
            elif "make" in attack:
                path, data = files(attack, right, wrong, attack.get("n", 0))[-1]
                yield f"{aim} {name}", Path(path).suffix, data


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}


def notebook(*cells: dict[str, Any], **metadata: Any) -> bytes:
    return json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells}).encode()


def old_notebook(source: str, count: int) -> bytes:
    cells = [{"cell_type": "code", "input": source}, *[{}] * count]
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()


def packed(*members: tuple[Any, ...]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, *mode in members:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (mode[0] if mode else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return stream.getvalue()


TOOLS: Final[dict[str, Any]] = {
    "io": io,
    "json": json,
    "pickle": pickle,
    "zipfile": zipfile,
    "code": code,
    "notebook": notebook,
    "old_notebook": old_notebook,
    "packed": packed,
}
