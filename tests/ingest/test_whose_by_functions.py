"""Are files without an exercise in their names their students', by what is written in them?"""

from __future__ import annotations

import zipfile

import pytest
from labs import lab
from small_course import zipped

RANDOM = lab("initialize_parameters(n_x, n_h, n_y)")
ZERO = lab("initialize_parameters_zeros(layers_dims)")
MORE = RANDOM + ZERO
OTHER = lab("sigmoid(z)", "relu(z)")
UNFIT = lab("initialize_parameters()")
STUB = "def initialize_parameters(n_x, n_h, n_y):\n    raise NotImplementedError\n"


def rows(gathered):
    """Return by student the exercises, and by what is listed for staff the reason."""
    found: dict[str, list[str]] = {}
    for one in gathered.submissions:
        found.setdefault(one.student.label, []).append(one.exercise)
    return found


@pytest.fixture
def packed(ours_of, tmp_path):
    """Return a function that packs files and gathers them."""

    def gather(files, archive="download.zip", **options):
        path = tmp_path / archive
        with zipfile.ZipFile(path, "w") as writer:
            for name, text in files.items():
                writer.writestr(name, text)
        return ours_of({}, path=path, **options)

    return gather


WORK = {"-": "k = 3\n", "R": RANDOM, "Z": ZERO, "ZR": MORE, "stub": STUB}
TOLD = {"Z": "zero_init", "R": "random_init"}
CLASSES = {
    "names of people": ("hw/Anna Meier: R, hw/Ben Kahn: R", "Anna Meier: R, Ben Kahn: R"),
    "short names": ("a/b/s1: R, a/b/s2: R", "s1: R, s2: R"),
    "names of any script": ("提出/山田 太郎: R, 提出/鈴木: R", "山田 太郎: R, 鈴木: R"),
    "two have less": (
        "hw/ann: ZR, hw/ben: ZR, hw/carl: R, hw/dora: stub",
        "ann: ZR, ben: ZR, carl: R, dora: R",
    ),
    "folders of people, deep": ("x/y/ann/nn: R, x/y/ben/nn: R", "ann: R, ben: R"),
    "weeks": ("lab1/ann: R, lab1/ben: R, lab2/ann: Z, lab2/ben: Z", "ann: ZR, ben: ZR"),
    "weeks with exercises in the names": (
        "lab1/ann_random_init: R, lab1/ben_random_init: R, lab2/ann_zero_init: Z",
        "ann: ZR, ben: R",
    ),
    "weeks of folders": (
        "week 1/ann/a: R, week 1/ben/b: R, week 2/ben/b: Z",
        "ann: R, ben: ZR",
    ),
    "sections": (
        "Section A/ann/r: R, Section A/ben/r: R, Section B/cy/r: R",
        "ann: R, ben: R, cy: R",
    ),
    "on time and late": (
        "on time/ann_random_init: R, on time/ben_random_init: R, late/cy_random_init: R",
        "ann: R, ben: R, cy: R",
    ),
    "weeks in a folder": ("x/week 1/ann: R, x/week 1/ben: R, x/week 2/ann: Z", "ann: ZR, ben: R"),
    "weeks with a subject": (
        "Tag A/ann: R, Tag A/ben: R, Tag B/ann: Z, Tag B/ben: Z",
        "ann: ZR, ben: ZR",
    ),
    "groups": (
        "Mo/ann: R, Mo/ben: R, Di/carl: R, Di/dora: R",
        "Mo/ann: R, Mo/ben: R, Di/carl: R, Di/dora: R",
    ),
    "groups, one of them of one": (
        "Mo/ann: R, Mo/ben: R, Di/carl: R, Di/dora: R, Mi/emil: R",
        "Mo/ann: R, Mo/ben: R, Di/carl: R, Di/dora: R, Mi/emil: R",
    ),
    "two groups, one of one": (
        "Group A/ann: R, Group B/ben: R, Group B/carl: R",
        "Group A/ann: R, Group B/ben: R, Group B/carl: R",
    ),
    "groups of folders": (
        "Mo/ann/starter: R, Mo/ben/starter: R, Di/carl/starter: R, Di/dora/starter: R",
        "Mo/ann: R, Mo/ben: R, Di/carl: R, Di/dora: R",
    ),
    "namesakes in two groups": (
        "Mo/ann: R, Mo/ben: R, Di/ann: R, Di/dora: R",
        "Mo/ann: R, Di/ann: R, Mo/ben: R, Di/dora: R",
    ),
    "namesakes in two sections": (
        "Section A/ann: R, Section A/ben: R, Section B/ann: R, Section B/cy: R",
        "Section A/ann: R, Section B/ann: R, ben: R, cy: R",
    ),
    "one in each week": ("week1/Anna Meier: R, week2/Ben Kahn: Z", "Anna Meier: R, Ben Kahn: Z"),
    "one student, weeks": ("lab1/ann: R, lab2/ann: Z", "ann: ZR"),
    "two answers of two in three": (
        "anna/one: R, anna/two: R, ben/plain: R, ben/matrix: R, cleo/random: R",
        "anna/one: R, anna/two: R, ben/plain: R, ben/matrix: R, cleo/random: R",
    ),
    "a helper beside weeks": (
        "lab1/ann: R, lab1/ben: R, lab2/ann: Z, lab2/ben: Z, utils: -",
        "ann: ZR, ben: ZR",
    ),
    "a helper beside groups": (
        "Mo/ann/work: R, Mo/ben/work: R, Di/carl/work: R, Di/dora/work: R, utils: -",
        "Mo/ann: R, Mo/ben: R, Di/carl: R, Di/dora: R",
    ),
    "one beside weeks": (
        "lab1/ann: R, lab1/ben: R, lab2/ann: Z, lab2/ben: Z, carl_random_init: R",
        "ann: ZR, ben: ZR, carl: R",
    ),
    "a folder beside weeks": (
        "lab1/ann: R, lab1/ben: R, lab2/ann: Z, lab2/ben: Z, extra/starter: R",
        "ann: ZR, ben: ZR, extra: R",
    ),
    "numbers that hold a folder's": ("Fall 24/s241: R, Fall 24/s242: R", "s241: R, s242: R"),
    "names that hold a folder's": (
        "Mar/Maria: R, Mar/Martin: R, Leo/Leon: R, Leo/Cleo: R",
        "Mar/Maria: R, Mar/Martin: R, Leo/Leon: R, Leo/Cleo: R",
    ),
    "weeks with groups": (
        (
            "Week 1/Group A/ann: R, Week 1/Group A/ben: R, Week 1/Group B/cy: R,"
            " Week 2/Group A/ann: Z, Week 2/Group B/cy: Z"
        ),
        "Group A/ann: ZR, Group A/ben: R, Group B/cy: ZR",
    ),
    "weeks with groups of folders": (
        (
            "Week 1/Mo/ann/answer: R, Week 1/Mo/ben/answer: R, Week 1/Di/cy/answer: R,"
            " Week 1/Di/dan/answer: R, Week 2/Mo/ann/answer: Z, Week 2/Di/cy/answer: Z"
        ),
        "Di/cy: ZR, Di/dan: R, Mo/ann: ZR, Mo/ben: R",
    ),
    "groups with weeks": (
        (
            "Group A/Week 1/ann: R, Group A/Week 1/ben: R, Group B/Week 1/cy: R,"
            " Group A/Week 2/ann: Z, Group B/Week 2/cy: Z"
        ),
        "Group A/ann: ZR, Group A/ben: R, Group B/cy: ZR",
    ),
    "groups with exercises": (
        (
            "Group A/random_init/ann: R, Group A/random_init/ben: R, Group B/random_init/cy: R,"
            " Group A/zero_init/ann: Z, Group B/zero_init/cy: Z"
        ),
        "Group A/ann: ZR, Group A/ben: R, Group B/cy: ZR",
    ),
    "exercises with groups": (
        (
            "random_init/Mo/ann: R, random_init/Mo/ben: R, random_init/Di/cy: R,"
            " random_init/Di/dan: R, zero_init/Mo/ann: Z"
        ),
        "Di/cy: R, Di/dan: R, Mo/ann: ZR, Mo/ben: R",
    ),
    "weeks with sections, of which two have a namesake": (
        (
            "Week 1/Section A/ann: R, Week 1/Section A/ben: R, Week 1/Section B/ann: R,"
            " Week 1/Section B/cy: R, Week 2/Section A/ben: Z"
        ),
        "Week 1/Section A/ann: R, Week 1/Section B/ann: R, ben: ZR, cy: R",
    ),
    "a program beside groups": (
        "Mo/ann: R, Mo/ben: R, Di/carl: R, Di/dora: R, grade_all: -",
        "Di/carl: R, Di/dora: R, Mo/ann: R, Mo/ben: R",
    ),
    "weeks in students' folders": (
        "ann/Week 1/answer: R, ben/Week 1/answer: R, ann/Week 2/answer: Z, ben/Week 2/answer: Z",
        "ann: ZR, ben: ZR",
    ),
    "two answers in students' weeks": (
        "ann/lab1/plan: R, ann/lab1/net: R, ben/lab1/plan: R, ben/lab1/net: R, cy/lab1/x: R",
        "ann: R, ben: R, cy: R",
    ),
    "exercises in students' folders": (
        "ann/random_init/plan: R, ben/random_init/plan: R, ann/zero_init/net: Z",
        "ann: ZR, ben: R",
    ),
    "a name without a name": (
        "lab1/ann: R, lab1/ben: R, lab2/ann: Z, lab2/cy: Z, lab2/zero_init: Z",
        "ann: ZR, ben: R, cy: Z, lab2: Z",
    ),
}


def pairs(text):
    return (pair.split(": ") for pair in text.split(", "))


@pytest.mark.parametrize("kind", CLASSES)
def test_several_names_with_the_same_work_are_a_class(packed, kind):
    files, expected = CLASSES[kind]
    found = rows(packed({f"{name}.py": WORK[work] for name, work in pairs(files)}))
    assert found == {name: [TOLD[one] for one in told] for name, told in pairs(expected)}


PART = "hw-20261128T020000Z-{}00{}"


@pytest.mark.parametrize("form", ["{}/{}.py", "{}/hw/{}.py", "{}/{}/answer.py", "{}/hw/{}/a.py"])
@pytest.mark.parametrize("mark", ["", "1-"])
@pytest.mark.parametrize("how", ["folders", "zips"])
def test_the_parts_of_a_drive_s_download_are_one_class(packed, form, mark, how):
    whose = {"ann": 1, "ben": 1, "cy": 2}
    inner = {form.format(PART.format(mark, n), who): RANDOM for who, n in whose.items()}
    # A drive puts the files of one folder into several parts.
    inner[form.format(PART.format(mark, 2), "ann").replace(".py", ".csv")] = "x"
    if how == "zips":
        parts = {name.partition("/")[0] for name in inner}
        inner = {
            f"{part}.zip": zipped(
                {n.removeprefix(f"{part}/"): t for n, t in inner.items() if n.startswith(part)}
            )
            for part in parts
        }
    assert {*rows(packed(inner))} == {"ann", "ben", "cy"}


def test_a_file_that_is_in_two_parts_is_told_by_its_part(packed):
    names = [f"{PART.format('', n)}/hw/ann/random_init.py" for n in (1, 2)]
    files = {name: f"{RANDOM}# {name}\n" for name in names}
    gathered = packed(files | {f"{PART.format('', 1)}/hw/ben/random_init.py": RANDOM})
    [left] = gathered.left_over
    assert left.path in names
    assert all(name in gathered.submissions[0].notes[0] for name in names)


def test_folders_of_students_that_a_drive_packed_are_called_by_their_names(packed):
    files = {f"{who}-20261128T020000Z-001/a.py": RANDOM for who in ("Ann Lee", "Ben")}
    assert {*rows(packed(files))} == {"Ann Lee", "Ben"}


ONE = {
    "other parameters": {"planar.py": RANDOM, "tf_tutorial.py": UNFIT},
    "another exercise": {"planar.py": RANDOM, "deep.py": ZERO},
    "nothing in it": {"planar.py": RANDOM, "sketch.py": OTHER},
    "as it was given out": {"answer.py": RANDOM, "given.py": STUB},
    "a number behind": {"planar.py": RANDOM, "planar2.py": RANDOM},
    "words behind": {"planar.py": RANDOM, "planar_new.py": RANDOM, "planar (1).py": RANDOM},
    "words for work": {"main.py": RANDOM, "Untitled.py": RANDOM, "Untitled1.py": RANDOM},
    "ways to do it": {"random_init_numpy.py": RANDOM, "random_init_loop.py": RANDOM},
    "its own name": {"ada.py": RANDOM, "planar.py": RANDOM},
    "cut off": {"planar.py": RANDOM, "network.ipynb": '{"cells": ['},
    "folders of versions": {"v1/planar.py": RANDOM, "final/network.py": RANDOM},
}  # fmt: skip


@pytest.mark.parametrize("kind", ONE)
def test_the_folder_of_one_student_stays_one(packed, kind):
    files = {f"ada/{name}": text for name, text in ONE[kind].items()}
    assert {*rows(packed(files))} == {"ada"}


@pytest.mark.parametrize("kind", ["their own ways", "the same two ways"])
def test_students_with_two_answers_each_stay_students(packed, kind):
    ways = ("planar", "network") if kind == "the same two ways" else ("first", "planar")
    files = {f"s{n}/{way}.py": RANDOM for n in range(4) for way in ways}
    if kind == "their own ways":
        files = {f"s{n}/{way}{n}.py": RANDOM for n in range(2) for way in ways}
        files |= {f"s{n}/nn.py": RANDOM for n in range(2, 6)}
    assert {*rows(packed(files))} == {name.split("/")[0] for name in files}


FOLDERS = ["Submission {}", "Project {}", "submission_{}", "Abgabe {}", "hw- {}", "lab {}", "s{}"]


@pytest.mark.parametrize("form", FOLDERS)
@pytest.mark.parametrize("two", [("planar", "mybest"), ("ada_random_init", "bo_random_init")])
def test_one_with_two_answers_changes_nobody_else_s_name(packed, form, two):
    names = [form.format(number) for number in range(1, 6)]
    files = {f"{name}/random_init.py": RANDOM for name in names if name != names[2]}
    files |= {f"{names[2]}/{name}.py": RANDOM for name in two}
    assert {*rows(packed(files))} == {*names}


@pytest.mark.parametrize("names", [("v1", "v2"), ("final", "old"), ("Section A", "Section B")])
def test_folders_of_work_with_the_same_work_are_all_seen(packed, names):
    files = {f"{name}/random_init.py": RANDOM for name in names}
    assert {*rows(packed(files, "ada.zip"))} == {*names}


@pytest.mark.parametrize("way", ["{}_naive", "my {} plan", "{}-loops"])
def test_a_name_that_is_in_all_files_of_a_folder_is_the_student_s(packed, way):
    people = ["Ada Lovelace", "Bo", "Cy Young"]
    files = {
        f"{who}/{way.format(who.split()[0].lower())}{n}.py": RANDOM for who in people for n in "ab"
    }
    assert {*rows(packed(files))} == {*people}


def people_of(*names, text=RANDOM, inside="{}.py"):
    return zipped({inside.format(name): text for name in names})


ZIPS = {
    "an exercise's": {
        "random_init.zip": people_of("Ada", "Bo"),
        "zero_init.zip": people_of("Ada", "Bo", text=ZERO),
    },
    "a week's": {
        "Week 1.zip": people_of("Ada", "Bo"),
        "Week 2.zip": people_of("Ada", "Bo", text=ZERO),
    },
    "a section's": {
        "Section A.zip": people_of("Ada", inside="{}/random_init.py"),
        "Section B.zip": people_of("Bo", inside="{}/random_init.py"),
    },
    "parts of a drive's": {
        "hw-20261128T020000Z-001.zip": people_of("Ada", inside="hw/{}/random_init.py"),
        "hw-20261128T020000Z-002.zip": people_of("Bo", inside="hw/{}/random_init.py"),
    },
}


def test_zips_that_a_browser_marks_are_of_several(packed):
    marks = ("", " (1)", " (2)")
    found = packed({f"homework{m}.zip": zipped({"random_init.py": RANDOM + m}) for m in marks})
    assert len(rows(found)) == 3


def test_what_the_course_gave_out_imports_for_nobody(packed):
    files = {"starter.py": f"import utils\n{STUB}", "utils.py": "k = 3"}
    files |= {f"{name}_random_init.py": RANDOM for name in ("anna", "ben")}
    assert {*rows(packed(files))} == {"anna", "ben"}


def test_a_student_whose_file_is_called_a_test_has_a_row(packed):
    files = {f"{name}_random_init.py": RANDOM for name in ("ben", "carl")}
    gathered = packed(files | {"anna_test.py": "print('hi')"})
    assert "anna" in {*rows(gathered)} | {item.student for item in gathered.left_over}


@pytest.mark.parametrize("kind", ZIPS)
def test_zips_that_are_no_student_s_are_folders(packed, kind):
    assert {*rows(packed(ZIPS[kind]))} == {"Ada", "Bo"}


FROM = "from layers import *\n"


@pytest.mark.parametrize("prefix", ["", "hw/"])
def test_a_module_beside_the_only_answer_is_no_student(packed, prefix):
    files = {f"{prefix}random_init.py": FROM + RANDOM, f"{prefix}layers.py": OTHER}
    gathered = packed(files, "ada.zip")
    (one,) = gathered.submissions
    assert [name.split("/")[-1] for name in one.names] == ["layers.py", "random_init.py"]
    assert {item.student for item in gathered.left_over} <= {one.student.label}


@pytest.mark.parametrize("form", ["{}_random_init.py", "{}/random_init.py", "{}.py"])
@pytest.mark.parametrize("more", ["", lab("predict(p, X)", begin="")])
def test_a_helper_beside_a_class_goes_to_all_who_import_it(packed, form, more):
    use = "from my_utils import *\n" + RANDOM
    files = {form.format(s): use for s in ("s1", "s2")} | {form.format("s3"): RANDOM}
    files |= {"my_utils.py": f"from sizes_tools import n\n{more}", "sizes_tools.py": "n = 1"}
    files |= {"my_tools.py": "n = 1"}
    gathered = packed(files)
    found = {s.student.label: s.names[:-1] for s in gathered.submissions}
    assert found == dict.fromkeys(("s1", "s2"), ("my_utils.py", "sizes_tools.py")) | {"s3": ()}
    assert [(item.path, item.student) for item in gathered.left_over] == [("my_tools.py", None)]


def test_more_than_three_hundred_students_may_import_a_helper(packed):
    files = {f"s{n}x.py": "from my_utils import *\n" + RANDOM for n in range(320)}
    gathered = packed(files | {"my_utils.py": "n = 1"})
    assert {s.names for s in gathered.submissions} == {
        ("my_utils.py", f"s{n}x.py") for n in range(320)
    }


def test_a_student_s_own_helper_goes_before_one_beside(packed):
    use = "from my_utils import *\n" + RANDOM
    files = {"s1/random_init.py": use, "s2/random_init.py": use, "s1/my_utils.py": "own = 1"}
    found = packed(files | {"my_utils.py": "n = 1"})
    read = {s.student.label: dict(s.read())["my_utils.py"] for s in found.submissions}
    assert read == {"s1": b"own = 1", "s2": b"n = 1"}


BODY = lab("my_own_name(n_x, n_h, n_y)")


@pytest.mark.parametrize(
    "work", [RANDOM, UNFIT, STUB, "def initialize_parameters(: ...", BODY, "print('see notebook')"]
)
def test_an_import_takes_nobody_s_work(packed, work):
    files = {
        "eve_random_init.py": "from ben import *\n" + RANDOM,
        "ben.py": work,
        "s1_zero_init.py": ZERO,
    }
    gathered = packed(files)
    for one in gathered.submissions:
        assert one.student.label == "ben" or "ben.py" not in one.names
    handed = {s.student.label for s in gathered.submissions}
    assert "ben" in handed | {item.student for item in gathered.left_over}


def test_folders_of_folders_are_looked_through_up_to_a_depth(packed, monkeypatch):
    files, _ = CLASSES["weeks with groups"]
    work = {f"{name}.py": WORK[which] for name, which in pairs(files)}
    monkeypatch.setattr("grader.ingest.sharing._DEEPEST", 1)
    assert {*rows(packed(work))} == {"Group A", "Group B"}
