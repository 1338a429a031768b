"""Are words for the work that several file names share told from the students' names?"""

from __future__ import annotations

from typing import Any

import pytest
from labs import lab

WORK = {
    "R": lab("initialize_parameters(n_x, n_h, n_y)"),
    "Z": lab("initialize_parameters_zeros(layers_dims)"),
    "-": "print('see the other file')\n",
}
TOLD = {"Z": "zero_init", "R": "random_init"}
CLASSES = {
    "a drive's sign": ("Ada Lovelace - planar: R, Bo Li - planar: R", "Ada Lovelace: R, Bo Li: R"),
    "a task in front": ("planar - Ada: R, planar - Bo: R", "Ada: R, Bo: R"),
    "a prefix": (
        "adal_zeros: Z, adal_symmetry: R, boli_zeros: Z, boli_symmetry: R",
        "adal: ZR, boli: ZR",
    ),
    "a task before the login": (
        "zeros_adal: Z, symmetry_adal: R, zeros_boli: Z, symmetry_boli: R",
        "adal: ZR, boli: ZR",
    ),
    "other signs": ("Ada-zeros: Z, Ada-planar: R, Bo-zeros: Z, Bo-planar: R", "Ada: ZR, Bo: ZR"),
    "names in two parts": (
        "ada_lee_zeros: Z, ada_lee_planar: R, ada_ray_zeros: Z, ada_ray_planar: R",
        "ada_lee: ZR, ada_ray: ZR",
    ),
    "one lacks one": (
        "adal_zeros: Z, adal_planar: R, boli_zeros: Z, boli_planar: R, cyy_zeros: Z",
        "adal: ZR, boli: ZR, cyy: Z",
    ),
    "one calls one otherwise": (
        "adal_zeros: Z, adal_planar: R, boli_zeros: Z, boli_planar: R, cyy_zeros: Z, cyy_net: R",
        "adal: ZR, boli: ZR, cyy: ZR",
    ),
    "one with a name in two parts": (
        "ada_zeros: Z, ada_symmetry: R, bo_zeros: Z, bo_symmetry: R, cy_lee: Z",
        "ada: ZR, bo: ZR, cy_lee: Z",
    ),
    "one prefix is all there is": ("adal_zeros: Z, adal_symmetry: R", "adal: ZR"),
    "one word of three": ("ada_plan: R, bo_plan: R, cy_plan: R", "ada: R, bo: R, cy: R"),
    "in weeks": (
        "Week 1/adal_zeros: Z, Week 1/boli_zeros: Z, Week 2/adal_planar: R, Week 2/boli_planar: R",
        "adal: ZR, boli: ZR",
    ),
}
NAMES = {
    "given names": ("Smith - John: R, Doe - Jane: R", "Doe - Jane: R, Smith - John: R"),
    "first names": ("ada_ray: R, ada_by: R, bo_li: R", "ada_by: R, ada_ray: R, bo_li: R"),
    "a family of two": ("ada_lee: R, bo_lee: R", "ada_lee: R, bo_lee: R"),
    "families, two exercises": (
        "anh_nguyen: Z, minh_nguyen: Z, anh_tran: R, minh_tran: Z",
        "anh_nguyen: Z, anh_tran: R, minh_nguyen: Z, minh_tran: Z",
    ),
    "families, one exercise": (
        "anh_nguyen: R, minh_nguyen: R, anh_tran: R, minh_tran: R",
        "anh_nguyen: R, anh_tran: R, minh_nguyen: R, minh_tran: R",
    ),
    "other words each": ("Ada - planar: R, Bo - network: R", "Ada - planar: R, Bo - network: R"),
    "one prefix, one exercise": ("ada_one: R, ada_two: R", "ada_one: R, ada_two: R"),
    "a prefix beside others": (
        "adal_zeros: Z, adal_symmetry: R, boli: Z, cyy: Z",
        "adal_symmetry: R, adal_zeros: Z, boli: Z, cyy: Z",
    ),
}  # fmt: skip


def pairs(text: str) -> list[tuple[str, str]]:
    return [(name, work) for name, _, work in (pair.partition(": ") for pair in text.split(", "))]


@pytest.mark.parametrize("kind", [*CLASSES, *NAMES])
def test_words_that_tell_the_work_are_no_part_of_a_name(ours_of: Any, kind: str) -> None:
    files, expected = (CLASSES | NAMES)[kind]
    gathered = ours_of({f"{name}.py": f"{WORK[w]}\n# {name}\n" for name, w in pairs(files)})
    found: dict[str, list[str]] = {}
    for one in gathered.submissions:
        found.setdefault(one.student.label, []).append(one.exercise)
    assert found == {name: [TOLD[one] for one in told] for name, told in pairs(expected)}


def test_a_document_with_such_a_word_is_the_student_s(ours_of: Any) -> None:
    files = {f"{who} - planar.py": WORK["R"] for who in ("Ada Lovelace", "Bo Li")}
    gathered = ours_of(files | {"Cy Young - planar.pdf": "x", "Bo Li - planar.html": "x"})
    assert [(i.student, i.alone) for i in gathered.left_over] == [
        ("Bo Li", False), ("Cy Young", True),
    ]  # fmt: skip


def test_one_who_answers_nothing_has_the_name_of_the_others(ours_of: Any) -> None:
    files = {"Ada - planar.py": WORK["R"], "Bo - planar.py": WORK["R"], "Cy - planar.py": WORK["-"]}
    gathered = ours_of(files)
    handed = {one.student.label for one in gathered.submissions}
    assert handed | {i.student for i in gathered.left_over} == {"Ada", "Bo", "Cy"}
