"""What a hostile student may hand in: any names, nesting, metadata, encodings and sizes.

`tree(dice)` makes the files below one outermost entry. Nothing of it may be seen in what others
get: `tests/fuzz/test_classes.py` holds that in every run, `tests/fuzz/long.py classes` for hours.
"""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from random import Random
from typing import Final

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
    "\\", "C:",
)  # fmt: skip
STEMS: Final = (
    "random_init", "zero_init", "s1_random_init", "s2 - random_init", "s1_5_999_random_init",
    "anon_k1x_999_random_init", "s1_11_assignsubmission_file_random_init", "submission_metadata",
    "timestamp", "s1", "utils", "helpers", "numpy", "conftest", "test_examples", "__init__",
    "random_init (1)", "random_init-1", "random_init_s1_attempt_2036-01-31-22-51-33_random_init",
    "roster", "gradebook", "README", "x-20260101T000000Z-001", "solution", "starter",
    "s1_9_text", "nbgrader_config", "course", "Untitled", "\u202e", "n" * 255, "a" * 60,
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
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", dice.choice([0, 8])) as archive:
        warnings.simplefilter("ignore")  # of names that stand twice
        for name, data in files.items():
            member = zipfile.ZipInfo(name.replace("\0", "")[:2_000] or "x")
            member.compress_type = dice.choice([0, 8])
            member.external_attr = dice.choice([0, 0o100644, 0o120777, 0o40755, 0o10644]) << 16
            archive.writestr(member, data)
            if dice.random() < 0.05:
                archive.writestr(member, dice.choice(CODE).encode("utf-8", "surrogatepass"))
    data = bytearray(buffer.getvalue())
    if dice.random() < 0.15:
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data[: dice.choice([None] * 9 + [len(data) // 2])])


def tree(dice: Random, depth: int = 0) -> dict[str, bytes]:
    """Return files by their paths below what is one student's."""
    found: dict[str, bytes] = {}
    if dice.random() < 0.3:
        chosen = TREES[dice.choice([*TREES])]
        found |= {name: text.encode() for name, text in chosen.items()}
    for _ in range(dice.randint(1, 5)):
        folders = [dice.choice(FOLDERS) for _ in range(dice.choice([0, 0, 1, 1, 2, 3, 9]))]
        suffix = dice.choice(SUFFIXES)
        name = "/".join((*folders, dice.choice(STEMS) + suffix))
        found[name] = content(dice, suffix, depth)
    return found
