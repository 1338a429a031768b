"""What a hostile student may hand in: any names, nesting, metadata, encodings and sizes.

`tree(dice)` makes the files below one outermost entry. Nothing of it may be seen in what others
get: `tests/fuzz/test_classes.py` holds that in every run, `tests/fuzz/long.py classes` for hours.
"""

from __future__ import annotations

import json
from random import Random
from typing import Final

from archives import NAMES, Member, zipped
from thefts import STAMP, STOLEN, TREES, YAML

SUFFIXES: Final = (
    ".py", ".ipynb", ".zip", ".yml", ".txt", ".csv", ".PY", ".py.txt", ".ipynb.json", ".rar", "",
    ".pdf", ".tar.gz", ".pyc", ".py ", ".py~",
)  # fmt: skip
FOLDERS: Final = (
    "s1", "s2", "s4", "submitted", "source", "submission_101", "submission_999", "Week 1", "lab1",
    "random_init", "zero_init", "late", "attempt 9", "Group A", "class", "src", "..", ".", ".git",
    "__MACOSX", "venv", "site-packages", "s1_11_assignsubmission_file", "Anna Müller", "Анна",
    "\u202eevil", "a\x1b[2Jb", "a\nb", "x" * 250, "CON", "~", "-rf", "'; drop", "=1+1", "\uff41",
    "é", "e\u0301", "s1 ", " s1", "s1.", "S1", "s1\u200b", "s\u0131", "👩‍💻", "ﬁ", "%2e%2e",
    "\\", "C:", "s1\udcff", "\udc80", "s1\0", "random_init.py", "s1.zip", "nul", "COM1", "Icon\r",
    "lost+found", "$RECYCLE.BIN", "a\\b", "s1/", "*", "?", "[s1]", "${HOME}", "`id`", "<s1>",
    "\ufeffs1", "\u017f1", "\U000e0073",
)  # fmt: skip
STEMS: Final = (
    "random_init", "zero_init", "s1_random_init", "s2 - random_init", "s1_5_999_random_init",
    "anon_k1x_999_random_init", "s1_11_assignsubmission_file_random_init", "submission_metadata",
    "timestamp", "s1", "utils", "helpers", "numpy", "conftest", "test_examples", "__init__",
    "random_init (1)", "random_init-1", "random_init_s1_attempt_2036-01-31-22-51-33_random_init",
    "roster", "gradebook", "README", "x-20260101T000000Z-001", "solution", "starter",
    "s1_9_text", "nbgrader_config", "course", "Untitled", "\u202e", "n" * 255, "a" * 60,
    "\udcfc", "random_init\udcff", "random_init\0", "\u202enigol", "random_init.py.",
    "RANDOM_INIT", "random\u200b_init", "\uff52andom_init", "random_init;s1", "=HYPERLINK(1)", "-",
    "é" * 120, "#",
)  # fmt: skip
CODE: Final = (
    STOLEN,
    "def zeros(): return 0",
    "from s1 import *\nfrom utils import *\n" + STOLEN,
    "import s1.random_init\nimport submitted.s1.random_init as m\n" + STOLEN,
    "%run ../s1/random_init.py\n" + STOLEN,
    "from" + " " * 40_000 + "utils",
    "import " + "a." * 20_000 + "b",
    "(" * 5_000,
    "def )(",
    "def initialize(): " + "x=1;" * 20_000,
    "# -*- coding: punycode -*-\n" + STOLEN,
    "# -*- coding: utf-16 -*-\n" + STOLEN,
    "",
    "\0",
    "\f\v\x1c\x85\u2028",
    "'" * 99_999,
    "\\\n" * 30_000,
)
DATA: Final = (
    YAML.encode(),
    STAMP.encode(),
    b"a: " + b"[" * 100_000,
    b"&a [" + b"*a, " * 5_000 + b"]",
    b"x: " + b"9" * 6_000,
    b"...\n" + YAML.encode() + b"...\n",
    b"\xff\xfe" + STOLEN.encode("utf-16-le"),
    b"\xfe\xff\x00",
    b"\xef\xbb\xbf" * 20,
    STOLEN.encode("cp1252") + b"\xfc\x80",
    b"PK\x03\x04" + b"\0" * 60,
    b"PK\x05\x06" + b"\xff" * 18,
    b"%PDF-1.4",
    b"{" * 50_000,
    b'{"cells": ' + b"[" * 20_000,
    b'{"cells": [], "nbformat": ' + b"9" * 5_000 + b"}",
    b'{"nbformat": 3, "worksheets": [{}]}',
    b'{"cells": 1e999, "nbformat": 4}',
    b'"' * 30_000,
    b"\\" * 30_000,
    bytes(2_000_000),
    b"<<<<<<< HEAD\n{",
    b"student,name\ns1,s3\n",
)


def notebook(dice: Random) -> bytes:
    """Return a notebook, which may be cut off."""
    kinds = ["code", "markdown", "raw", "heading", 7, None]
    cells = [
        {
            "cell_type": dice.choice(kinds),
            "source": dice.choice([dice.choice(CODE), [STOLEN], 3, None, "%%bash\n" + STOLEN]),
            "outputs": dice.choice([[], [{"text": "x" * dice.choice([1, 2_000_000])}], "x"]),
            "metadata": {},
        }
        for _ in range(dice.randint(0, 4))
    ]
    data = json.dumps({"cells": cells, "nbformat": dice.choice([1, 2, 3, 4, 9]), "metadata": {}})
    return data.encode()[: dice.choice([None, None, -1, len(data) // 2])]


def content(dice: Random, suffix: str, depth: int) -> bytes:
    """Return what a file of this suffix may hold, honest or not."""
    lot = dice.random()
    if suffix == ".zip" and lot < 0.7 and depth < 4:
        return packed(dice, tree(dice, depth + 1))
    if ".ipynb" in suffix and lot < 0.7:
        return notebook(dice)
    if lot < 0.6:
        return dice.choice(CODE).encode("utf-8", "surrogatepass")
    return dice.choice(DATA) if lot < 0.95 else dice.randbytes(dice.randint(0, 2_000))


def packed(dice: Random, files: dict[str, bytes]) -> bytes:
    """Return a zip, which may be damaged, say nothing true of names, or hold a name twice."""
    names = dice.choice(["right", "right", *NAMES, ""])  # one way for all, or one for each
    modes = [0, 0o100644, 0o120777, 0o40755, 0o10644]
    members = [
        Member(name, data, dice.choice(modes), dice.random() < 0.5, names or dice.choice(NAMES))
        for name, data in files.items()
    ]
    for member in [*members]:
        if dice.random() < 0.1:
            twin = dice.choice([str, str.upper, str.swapcase, backslashed])(member.name)
            members.append(Member(twin, dice.choice(CODE).encode("utf-8", "surrogatepass")))
    data = bytearray(zipped(members))
    if dice.random() < 0.15:
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data[: dice.choice([None] * 9 + [len(data) // 2])])


def backslashed(name: str) -> str:
    """Return a name as a program of Windows may write it."""
    return name.replace("/", "\\")


def tree(dice: Random, depth: int = 0) -> dict[str, bytes]:
    """Return files by their paths below what is one student's."""
    found: dict[str, bytes] = {}
    if dice.random() < 0.3:
        chosen = TREES[dice.choice([*TREES])]
        found |= {name: text.encode() for name, text in chosen.items()}
    if dice.random() < 0.1:
        found |= many(dice)
    for _ in range(dice.randint(1, 5)):
        folders = [dice.choice(FOLDERS) for _ in range(dice.choice([0, 0, 1, 1, 2, 3, 9, 120]))]
        suffix = dice.choice(SUFFIXES)
        name = "/".join((*folders, dice.choice(STEMS) + suffix))
        found[dice.choice([name] * 9 + [backslashed(name)])] = content(dice, suffix, depth)
    return found


def many(dice: Random) -> dict[str, bytes]:
    """Return more files than anybody looks at, of one kind."""
    shape = dice.choice(
        ["{}.py", "s{}/random_init.py", "d/{}.txt", "random_init ({}).py", "{}.zip"]
    )
    data = dice.choice([b"", STOLEN.encode(), b"PK\x05\x06" + bytes(18)])
    return {shape.format(number): data for number in range(dice.choice([60, 130, 700]))}
