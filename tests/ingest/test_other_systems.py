"""Has everybody a row of their own in a class of a system that has no layout here?"""

from __future__ import annotations

from typing import Any

import pytest

ZERO, STUB = "def zeros(): return 0", "def zeros():\n    raise NotImplementedError\n"
ATTEMPT = "attempt_2026-11-28-02-00-0"
# Each gives the files of Ada, whose answer is right, and of Bo.
SYSTEMS = {
    "GitHub Classroom": {
        "lab-1-ada/zero_init.py": ZERO,
        "lab-1-ada/.git/config": "",
        "lab-1-ada/.github/classroom/autograding.json": "{}",
        "lab-1-bo/src/zero_init.py": ZERO,
        "lab-1-bo/tests/test_zero_init.py": "from src.zero_init import *\ndef test_it(): zeros()",
    },
    "Teams": {
        "Ada Lovelace/Lab 1/Version 1/zero_init.py": STUB,
        "Ada Lovelace/Lab 1/Version 2/zero_init.py": ZERO,
        "Bo Li/Lab 1/Version 1/zero_init.py": ZERO,
    },
    "Google Classroom": {
        "Ada Lovelace - zero_init.ipynb": "notebook",
        "Bo Li - Copy of zero_init.ipynb": "notebook",
    },
    "a form with uploads": {
        "Upload (File responses)/zero_init - Ada Lovelace.ipynb": "notebook",
        "Upload (File responses)/Copy of zero_init - Bo Li.ipynb": "notebook",
    },
    "Blackboard": {
        f"Lab 1_ada_{ATTEMPT}1_zero_init.py": ZERO,
        f"Lab 1_ada_{ATTEMPT}1.txt": "Name: Ada Lovelace",
        f"Lab 1_bo_{ATTEMPT}2_zero_init.py": ZERO,
    },
    "Sakai": {
        "Lab 1/Lovelace, Ada(ada1)/Submission attachment(s)/zero_init.py": ZERO,
        "Lab 1/Lovelace, Ada(ada1)/timestamp.txt": "20261128020000000",
        "Lab 1/Li, Bo(bo1)/Submission attachment(s)/zero_init.py": ZERO,
        "Lab 1/grades.csv": "",
    },
    "ILIAS": {
        "Lab 1/Lovelace_Ada_ada_123/zero_init.py": ZERO,
        "Lab 1/Li_Bo_bo_124/zero_init.py": ZERO,
    },
    "letters": {"ada@example.org/zero_init.py": ZERO, "bo@example.org_zero_init.py": ZERO},
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_everybody_has_a_row_and_its_work(class_of: Any, notebook: Any, system: str) -> None:
    files = {n: notebook(ZERO) if t == "notebook" else t for n, t in SYSTEMS[system].items()}
    submissions = class_of(files).submissions
    assert len(submissions) == 2
    for name in ("ada", "bo"):
        [found] = [s for s in submissions if name in s.student.label.casefold()]
        assert found.problem is None
        assert found.read()[-1][1].decode() in (ZERO, notebook(ZERO))
