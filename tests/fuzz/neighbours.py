"""Classes with hostile neighbours, written as folders or zips, and what those change for others."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import yaml
from archives import Member, zipped
from hostile import packed, tree
from thefts import CLASSES, METADATA, RANDOM, STAMP, STOLEN, ZEROS

FORMS: Final = ("folder", "zip", "zip without flags")
Files = Mapping[str, bytes]

PEOPLE: Final = (
    "Zoë Müller", "Анна Каренина", "李小龙", "O'Neil, Seán", "Ada Lovelace", "Émile Zola",
    "Nguyễn Thị Minh Khai",
)  # fmt: skip
LOGINS: Final = ("zoe", "anna", "bruce", "sean", "ada", "emile", "minh")


def _named(people: Mapping[str, str]) -> str:
    """Return the metadata of an export, whose people have numbers of their own."""
    return "".join(
        f"{folder}:\n  :submitters:\n  - :name: {json.dumps(name)}\n    :sid: 'S{folder[-3:]}'\n"
        for folder, name in people.items()
    )


EXPORT: Final = {f"submission_20{n}": name for n, name in enumerate(PEOPLE)}
# Classes that are so large, or so named, that no single neighbour can be most of it.
LARGE: Final[dict[str, tuple[dict[str, str], str]]] = {
    "large plain folders": ({f"{who}/random_init.py": RANDOM for who in PEOPLE}, "s3/"),
    "large plain files": (
        {f"{who} {task}.py": text for who in LOGINS
         for task, text in (("random_init", RANDOM), ("zero_init", ZEROS))}, "s3/"),
    "large weeks": (
        {f"Week {w}/{who}/{task}.py": text for who in LOGINS
         for w, task, text in ((1, "random_init", RANDOM), (2, "zero_init", ZEROS))},
        "Week 2/s3/"),
    "large canvas": (
        {f"{who}_{n + 4}_30{n}_random_init.py": RANDOM for n, who in enumerate(LOGINS)}
        | {"zoe_LATE_4_311_zero_init.py": ZEROS, "zoe_4_312_text.html": "hello"}, "s3_29_555_"),
    "large moodle": (
        {f"{who}_1{n}_assignsubmission_file/random_init.py": RANDOM
         for n, who in enumerate(PEOPLE)}
        | {"Ada Lovelace_14_assignsubmission_onlinetext/onlinetext.html": "hello"},
        "s3_33_assignsubmission_file/"),
    "moodle groups of one name": (
        {f"Group A_1{n}_assignsubmission_file/random_init.py": RANDOM for n in range(6)},
        "Group B_33_assignsubmission_file/"),
    "large gradescope": (
        {f"{folder}/random_init.py": RANDOM for folder in EXPORT}
        | {METADATA: _named(EXPORT | {"submission_333": "s3"})}, "submission_333/"),
    "gradescope of one name": (
        {f"submission_20{n}/random_init.py": RANDOM for n in range(6)}
        | {METADATA: _named(
            {f"submission_20{n}": "Li Wei" for n in range(6)} | {"submission_333": "s3"})},
        "submission_333/"),
    "large nbgrader": (
        {f"submitted/{who}/random_init/{file}": text for who in LOGINS
         for file, text in (("random_init.py", RANDOM), ("timestamp.txt", STAMP))},
        "submitted/s3/random_init/"),
}  # fmt: skip
KINDS: Final = CLASSES | LARGE

OWN_ADDRESS: Final = "s3@x.org"
"""The hostile student's, where there is a roster."""
# Names that a system lets students have, and no two of a class.
NAMES: Final = (
    "s3", "assignsubmission file", "(s1) [s2]", "{s1}", "s1, s2", "=1+1", "Robert'); DROP", "Анна",
    "\u202eevil", "x" * 200, "👩‍💻", "4711", "onlinetext", "Group A 3", "LATE", "text.html",
    "Participant", "submission 1", "submitted", "Week 1", "random init", "s\u0307\u0323", "null",
    "-", "s3: [", "a\u2028b", "#s3", "!!python/object:os.system", "CON", "~", "s3 s1", "é",
    "anon k1x", "s1_5", "zoe_4", "s1_5 _999", "zoe_4 _999 _x", "_4 _999", "4",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """An honest class, and what a hostile neighbour does to it."""

    kind: str
    form: str
    honest: dict[str, bytes]
    hostile: dict[str, bytes]
    entry: str
    """What all names of the hostile student's begin with."""
    odd: dict[str, str] = field(default_factory=dict)
    """What is no file, by its path: `link X`, `pipe`, `socket`, `closed`, `folder`, `huge`."""
    shared: dict[str, bytes] = field(default_factory=dict)
    """What the system writes beside all, when the hostile student is there."""
    way: str = "once"
    roster: str = ""

    def text(self) -> str:
        """Return the case as text."""
        return json.dumps(
            {
                name: {key: _shown(data) for key, data in value.items()}
                if name in ("honest", "hostile", "shared")
                else value
                for name, value in asdict(self).items()
            },
            indent=1,
        )

    @classmethod
    def of_text(cls, text: str) -> Case:
        """Return the case of a text."""
        found = json.loads(text)
        for name in ("honest", "hostile", "shared"):
            found[name] = {key: _data(shown) for key, shown in found[name].items()}
        return cls(**found)


def _shown(data: bytes) -> str:
    if len(data) < 4_000 and data.isascii():
        return "text:" + data.decode()
    return "zlib:" + base64.b64encode(zlib.compress(data, 9)).decode()


def _data(shown: str) -> bytes:
    kind, _, text = shown.partition(":")
    return text.encode() if kind == "text" else zlib.decompress(base64.b64decode(text))


def drawn(kind: str, form: str, dice: Random, way: str = "once") -> Case:
    """Return an honest class of a kind with a hostile neighbour."""
    files, entry = KINDS[kind]
    honest = {name: text.encode() for name, text in files.items()}
    entry, shared = _renamed(entry, honest, dice)
    odd: dict[str, str] = {}
    if entry.endswith("/") and dice.random() < 0.7:
        hostile = {entry + name: data for name, data in tree(dice).items()}
        if form == "folder" and dice.random() < 0.5:
            ways = [
                "pipe",
                "socket",
                "closed",
                "folder",
                "huge",
                "link ../s1",
                "link /etc/passwd",
                "link .",
                "link ../../",
                "link nowhere",
                "link ../s1/random_init.py",
            ]
            names = ["random_init.py", "s1.zip", "x", "random_init.ipynb", "s1/random_init.py"]
            odd = {entry + name: dice.choice(ways) for name in dice.sample(names, 2)}
    else:
        name = dice.choice(
            ["", "late", "random_init", "s1", "lab1", "class", "Week 1", "é", "x" * 90]
        )
        hostile = {f"{entry}{name}.zip": packed(dice, tree(dice))}
    if form == "folder":
        hostile = {n: data for n, data in hostile.items() if _is_writable(n)} or {
            f"{entry}x.zip": packed(dice, {"random_init.py": STOLEN.encode()})
        }
    roster = _roster(dice) if dice.random() < 0.25 else ""
    return Case(kind, form, honest, hostile, entry, odd, shared, way, roster)


def greedy(form: str, dice: Random) -> Case:
    """Return a class whose hostile student takes time and memory, before others or after them.

    Honest files are of every sort that is read again once the whole class is known: what tells
    nothing, what others import, and an answer that lies beside both.
    """
    mine = "\ndef mine(): return 1\n"
    sorts = [
        {"a.py": f"import utils{mine}", "utils.py": "y = 1\n"},
        {"a.py": f"%run utils.py{mine}", "utils-1.py": "y = 1\n"},
        {"a.py": mine, "b.py": f"{mine}def more(): return 2\n"},
        {"random_init.py": f"from lib.b import *\n{RANDOM}", "lib/b.py": mine, "c.py": mine},
    ]
    people = {"s1": {"random_init.py": RANDOM}, "s2": {"random_init.py": RANDOM + mine}}
    people |= {f"t{n}": own for n, own in enumerate(dice.sample(sorts, 3))}
    honest = {f"{who}/{n}": x.encode() for who, own in people.items() for n, x in own.items()}
    entry = dice.choice(["a0/", "s3/", "zzz/"])
    lines = ["import {}", "from a import {}", "def f{}(): pass", "open('{}')", "class {}: pass"]
    hostile = {f"{entry}random_init.py": STOLEN.encode()}
    for number in range(4):
        line = dice.choice(lines) + "\n"
        text = "".join(line.format(f"w{number}x{n}") for n in range(60_000))
        hostile[f"{entry}w{number}.py"] = text.encode()
    return Case("plain folders", form, honest, hostile, entry)


def _renamed(entry: str, honest: dict[str, bytes], dice: Random) -> tuple[str, dict[str, bytes]]:
    """Return an entry under a name that its student has there, and what the system says of it."""
    name = dice.choice([*NAMES, *["s3"] * len(NAMES)])
    if METADATA in honest:
        folder = entry.removesuffix("/")
        text, _, own = honest[METADATA].decode().rpartition(f"{folder}:")
        honest[METADATA] = text.encode()
        own = own.replace('"s3"', "s3").replace(": s3", f": {_quoted(name, dice)}", 1)
        said = {
            ":tests": [{"output": ascii(dice.choice(NAMES) * 9)}],
            "x": dice.choice(["9" * 6_000, []]),
        }
        return entry, {METADATA: f"{text}{folder}:{own}  :results: {json.dumps(said)}\n".encode()}
    if name == "s3":
        return entry, {}
    if "assignsubmission" in entry:
        return entry.replace(entry.partition("_")[0], name.replace("_", " "), 1), {}
    if "_555_" in entry and not entry.startswith("anon"):
        # As Canvas does it, in this order.
        made = re.sub(r"\W", "", re.sub(r"_([0-9]+)_", r"\1", name).lower())
        return entry.replace("s3", made if re.search(r"_[0-9]", made) else f"x{made}", 1), {}
    return entry, {}


def _quoted(text: str, dice: Random) -> str:
    """Return a text as YAML, as one of the programs that write it would."""
    shown: str = yaml.safe_dump(
        text, default_style='"', width=9_999, allow_unicode=dice.random() < 0.5
    )
    return shown.strip()


def _roster(dice: Random) -> str:
    """Return a table of the class, in which the hostile student has a name of their own, too."""
    name = dice.choice(NAMES)
    rows = [*(f"s{n},s{n}@x.org,S{n}" for n in (1, 2)), *(f'"{who}",,' for who in PEOPLE)]
    rows.insert(dice.randrange(len(rows)), f'"{name}",{OWN_ADDRESS},S333')
    return "name,email,sid\n" + "\n".join(rows) + "\n"


def written(root: Path, files: Files, form: str, odd: Mapping[str, str] | None = None) -> Path:
    """Write a class as a folder or a zip; in a folder, what finds its place taken is left out."""
    if "zip" in form:
        names = "unflagged" if "without" in form else "right"
        path = root / "lab.zip"
        path.write_bytes(zipped([Member(name, data, names=names) for name, data in files.items()]))
        return path
    (root / "lab").mkdir()
    for name, data in files.items():
        _put(root / "lab", name, lambda path, data=data: path.write_bytes(data))
    for name, what in (odd or {}).items():
        _put(root / "lab", name, lambda path, what=what: _make(path, what))
    return root / "lab"


def _is_writable(name: str) -> bool:
    """Whether a folder takes a file of this name."""
    parts = name.split("/")
    try:
        longest = max(len(os.fsencode(part)) for part in parts)
    except UnicodeEncodeError:
        return False
    return longest < 256 and len(name) < 800 and ".." not in parts and "\0" not in name


def _put(root: Path, name: str, write: Callable[[Path], object]) -> None:
    target = root / name
    with suppress(OSError):  # a file in the place of a folder
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_symlink():
            write(target)


def _make(path: Path, what: str) -> None:
    kind, _, there = what.partition(" ")
    path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(there)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"def initialize(): return 0")
        if kind == "huge":
            os.truncate(path, 3 << 30)
        else:
            path.chmod(0)
