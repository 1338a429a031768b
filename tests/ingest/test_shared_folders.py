"""Is a folder of several students' files a class, and one student's folder one student?"""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import PurePosixPath

import pytest
from pairs import in_pairs

from grader.ingest.file_names import FileNames
from grader.ingest.gathered import Known

ZERO, RANDOM = "def zeros(): ...", "def initialize(): ...\ndef scale(): ..."


def students(gathered):
    found = {s.student.label for s in gathered.submissions}
    return found | {item.student for item in gathered.left_over if item.alone}


@pytest.fixture
def packed(class_of, tmp_path):
    def gather(archive, *names, **options):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as writer:
            for name in names:
                writer.writestr(name, RANDOM if "random" in name else ZERO)
        path = tmp_path / archive
        path.write_bytes(buffer.getvalue())
        return students(class_of({}, path=path, **options))

    return gather


SHARED = {
    "in front": ("s1_random_init.py", "s2_random_init.py"),
    "behind": ("random_init_s1.py", "random_init_s2.ipynb"),
    "copies": ("Copy of s1_random_init.py", "s2_random_init (1).py"),
    "versions": ("s1_random_init_v2.py", "s2_random_init_final.py"),
    "other spellings": ("s1 - Random-Init.py", "RandomInit_s2.ipynb"),
    "one without a name": ("s1_random_init.py", "s2_random_init.py", "random_init.py"),
    "work of one twice": ("s1_random_init.py", "s1_random_init (1).py", "s2_random_init.py"),
    "dots": ("s1.random_init.py", "s2.random_init.py"),
    "words for work in front": ("lab3_s1_random_init.py", "submission_s2_random_init.py"),
    "other spaces": ("s1\u00a0random_init.py", "s2\u3000random_init.py"),
    "of a drive": ("Copy of random_init - s1.ipynb", "Copy of random_init - s2.ipynb"),
    "capitals": ("s1_RANDOM_INIT.PY", "s2-Random Init.IPYNB"),
    "two exercises": ("s1_random_init.py", "s1_zero_init.py", "s2_random_init.py"),
}
ARCHIVES = [
    "hw (1).zip", "hw-20261128T020000Z-001.zip", "drive-download-20261128T020000Z-001.zip",
    "download.zip", "hw.zip", "Copy of hw.zip", "OneDrive_2026-11-28.zip", "Archiv.zip",
    "hw.zip.zip", "random_init.zip",
]  # fmt: skip
PLACES = ["", "hw/", "week/hw/"]


@pytest.mark.parametrize(("kind", "archive", "place"), in_pairs(SHARED, ARCHIVES, PLACES))
def test_several_names_for_one_exercise_are_a_class(packed, kind, archive, place):
    """Folders around all are left out before anything is asked, and alike in every archive."""
    found = packed(archive, *(place + name for name in SHARED[kind]))
    assert {"s1", "s2"} <= found
    assert len(found) == 2 + (kind == "one without a name")


@pytest.mark.parametrize("place", PLACES)
def test_names_before_the_word_for_the_work_are_a_class(packed, place):
    names = ("Ada Lovelace - lab.py", "Bo 李 - lab.ipynb", "Zoë - lab (1).py")
    found = packed("x.zip", *(place + name for name in names), only="random_init")
    assert found == {"Ada Lovelace", "Bo 李", "Zoë"}


SCRIPTS = [
    ("李雷", "韩梅梅"), ("علي", "مريم"), ("Иванов", "Петров"), ("山田 太郎", "佐藤 花子"),
    ("Lovelace, Ada", "O'Neil, Zoë"), ("ada@x.invalid", "bo@x.invalid"), ("123456", "123457"),
    ("Team A", "Team B"), ("student1", "student2"),
]  # fmt: skip


@pytest.mark.parametrize("names", SCRIPTS)
@pytest.mark.parametrize("form", ["{}_random_init.py", "random_init - {}.py", "{} random_init.py"])
def test_names_of_any_kind_are_a_class(packed, names, form):
    assert packed("download.zip", *(f"hw/{form.format(name)}" for name in names)) == {*names}


@pytest.mark.parametrize("archive", ["hw (1).zip", "hw-20261128T020000Z-001.zip"])
def test_a_copy_of_a_zip_has_the_name_of_its_folder(packed, archive):
    found = packed(archive, "hw/ada.py", "hw/bob.py", only="random_init")
    assert found == {"ada", "bob"}


@pytest.mark.parametrize("prefix", ["hw/", "a/b/c/"])
def test_folders_of_students_below_folders(packed, prefix):
    found = packed("x.zip", f"{prefix}ada/zero_init.py", f"{prefix}bob/zero_init.py")
    assert found == {"ada", "bob"}


def test_folders_of_exercises_in_a_wrapper(packed):
    names = [f"hw/{e}/{s}.py" for e in ("zero_init", "random_init") for s in ("ada", "bob")]
    assert packed("x.zip", *names) == {"ada", "bob"}


ONE = {
    "versions": ("random_init.py", "random_init_v2.py", "zero_init.py"),
    "versions only": ("random_init_v1.py", "random_init_final.py", "random_init_old.py"),
    "copies": ("random_init.ipynb", "random_init-Copy1.ipynb", "random_init (1).ipynb"),
    "copies of another tongue": ("random_init.py", "random_init - Kopie.py", "zero_init.py"),
    "an experiment": ("random_init.py", "random_init_uniform.py", "random_init_xavier.py"),
    "helpers": ("random_init.py", "random_init_utils.py", "random_init_test.py"),
    "numbers": ("random_init_1.py", "random_init_2.py"),
    "own name": ("ada_random_init.py", "ada_zero_init.py", "old_random_init.py"),
    "own name and a try": ("random_init_ada.py", "random_init_glorot.py"),
    "parts": ("part 1 - plan.py", "part 2 - plan.py", "random_init.py"),
    "modules": ("main.py", "model.py", "random_init.py"),
    "folders of exercises": ("zero_init/main.py", "zero_init/plan.py", "random_init/main.py"),
    "folders of versions": ("v1/random_init.py", "old/random_init.py", "final.py"),
}


@pytest.mark.parametrize("kind", ONE)
def test_the_folder_of_one_student_stays_one(packed, kind):
    assert packed("download.zip", *(f"ada/{name}" for name in ONE[kind])) == {"ada"}


@pytest.mark.parametrize("kind", ["versions", "copies", "own name"])
def test_a_folder_beside_others_is_never_looked_into(packed, kind):
    names = [f"ada/{name}" for name in (*ONE[kind], *SHARED["in front"])]
    assert packed("download.zip", *names, "bob/zero_init.py") == {"ada", "bob"}


@pytest.mark.parametrize("inner", ["", "hw/", "lab 1/"])
def test_a_class_in_a_zip_in_a_zip_is_a_class(class_of, tmp_path, inner):
    for names in (SHARED["in front"], ("s1/random_init.py", "s2/random_init.py")):
        first, second = io.BytesIO(), io.BytesIO()
        with zipfile.ZipFile(first, "w") as writer:
            for name in names:
                writer.writestr(inner + name, RANDOM)
        with zipfile.ZipFile(second, "w") as writer:
            writer.writestr("hw.zip", first.getvalue())
        path = tmp_path / "download.zip"
        path.write_bytes(second.getvalue())
        assert students(class_of({}, path=path)) == {"s1", "s2"}


OF_ONE = {
    "Russian": ("random_init.py", "random_init — копия.py"),
    "GNOME": (
        "random_init (copy).py",
        "random_init (another copy).py",
        "random_init (3rd copy).py",
    ),
    "Polish": ("random_init.py", "random_init — kopia.py"),
    "Portuguese": ("random_init - Cópia.py",),
    "Chinese": ("random_init - 副本.py", "random_init的副本.py"),
    "Japanese": ("random_init - コピー.py", "random_init のコピー 2.py"),
    "Korean": ("random_init - 복사본.py",),
    "Arabic": ("random_init - نسخة.py",),
    "Hungarian": ("random_init - másolat (2).py",),
    "Greek": ("random_init - Αντίγραφο.py",),
    "Vietnamese": ("random_init - bản sao.py",),
    "Dropbox": ("random_init.py", "random_init (Ada's conflicted copy 2026-11-28).py"),
    "Syncthing": ("random_init.py", "random_init.sync-conflict-20261128-020000-ABCDEFG.py"),
    "Jupyter": ("random_init.py", "random_init-checkpoint.py"),
    "days": ("random_init_2026-11-27.py", "random_init_2026-11-28.py"),
    "values": ("random_init_0.01.py", "random_init_0.1.py"),
}


@pytest.mark.parametrize("kind", OF_ONE)
def test_copies_and_versions_of_any_tool_are_of_who_packed_them(packed, kind):
    assert packed("ada.zip", *OF_ONE[kind]) == {"ada"}


WRITTEN = [
    "s1 - Copy of random_init.py",  # Google Classroom
    "s1 – random_init.py",
    "s1 — random_init.py",
    "random_init (s1).py",
    "[s1] random_init.py",
    "s1＿random_init.py",
    "s1random_init.py",
    "s1_random_init_late.py",
    "s1_random_init (Kopie).py",
    "s1_random_init - Cópia.py",
    "Kopie van s1_random_init.py",
    "Kopia av s1_random_init.py",
    "s1_random_initのコピー.py",
    "s1_random_init的副本.py",
    "2026-11-28 s1_random_init.py",
]


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("place", ["", "hw/"])
def test_a_student_is_told_however_the_name_is_written(packed, name, place):
    assert packed("x.zip", place + name, f"{place}s2_random_init.py") == {"s1", "s2"}


def test_zips_of_students_are_named_like_files(class_of):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        writer.writestr("answer.py", RANDOM)
    names = ("s1_random_init.zip", "s1_zero_init.zip", "Copy of s2_random_init (2).zip")
    gathered = class_of(dict.fromkeys(names, buffer.getvalue()))
    assert {s.id for s in gathered.submissions} == {
        "s1.random_init", "s1.zero_init", "s2.random_init",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("stem", "task", "student"),
    [
        ("s1_random_init", "random_init", "s1"),
        ("Copy of Copy of s1_random_init (12)", "random_init", "s1"),
        ("李雷random_init", "random_init", "李雷"),
        ("O'Neil, Zoë_zero-init", "zero_init", "O'Neil, Zoë"),
        ("ada zero_init_v2 bob", "zero_init", "ada bob"),
        ("random_init - Copy (2)", "random_init", ""),
        ("Ada Lovelace - lab", "lab", "Ada Lovelace"),
        ("hw1_ada", "hw1", "ada"),
        ("Smith - John", "john", "Smith - John"),
        ("Ada Young Project", None, "Ada Young Project"),
        ("answer", None, ""),
        ("lab", None, ""),
    ],
)
def test_what_a_name_tells(stem, task, student, exercises):
    told = FileNames(exercises).tell(stem)
    assert (told.task, told.student) == (task, student)


def test_the_title_of_an_exercise_is_no_part_of_a_name(exercises):
    titled = exercises[1].model_copy(update={"title": "Random initialisation"})
    names = FileNames([titled])
    assert names.tell("Ada - Random initialisation").student == "Ada"
    assert names.exercises(PurePosixPath("x/Random-Init.py")) == ["random_init"]


GAPS = ["_", " ", "-", ".", "_ ", "-_", " - ", "copy", "(1)"]


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("ends", [("a", "b"), ("", "copy"), ("Copy of ", ""), ("", "-20261128T")])
def test_a_long_name_takes_no_longer_than_its_length(exercises, gap, ends):
    names = FileNames(exercises)

    def seconds(length):
        start = time.process_time()
        for _ in range(20):
            names.tell(f"{ends[0]}{gap * length}{ends[1]}")
        return time.process_time() - start

    assert seconds(2000) < 40 * max(seconds(200), 0.01)


NUMBERED = ["random_init.py", "random_init (1).py", "random_init(2).py"]


@pytest.mark.parametrize("more", [[], ["Ada_random_init.py"], ["Bo/random_init.py"]])
def test_downloads_that_a_browser_numbered_are_one_student_s_and_that_is_said(class_of, more):
    files = {name: f"def initialize(): return {n}" for n, name in enumerate(NUMBERED + more)}
    gathered = class_of(files)
    one = next(one for one in gathered.submissions if one.student.label == "class")
    [hint] = gathered.hints
    assert hint.startswith(f"{one.names[-1]} counts, and ")
    assert hint.endswith("if they are of several, put each student's name into the file's name")
    assert all(name in hint for name in NUMBERED)
    assert one.notes[-1] in hint


@pytest.mark.parametrize("stem", ["planar", "Planar data", "network2"])
def test_nor_does_any_other_name_tell_whose_numbered_downloads_are(class_of, stem):
    names = (f"{stem}.py", f"{stem} (1).py")
    files = {name: f"def initialize(): return {n}" for n, name in enumerate(names)}
    gathered = class_of(files)
    assert len(gathered.hints) == 1
    assert len(gathered.submissions) == 1


@pytest.mark.parametrize(
    "kind", ["equal", "not numbered", "a student's folder", "a known student", "named"]
)
def test_versions_that_are_surely_one_student_s_give_no_hint(class_of, tmp_path, kind):
    names = ["random_init.py", "random_init_v2.py"] if kind == "not numbered" else NUMBERED
    folder = "ada/" if kind in ("a student's folder", "a known student") else ""
    form = "ada_{}" if kind == "named" else f"{folder}{{}}"
    files = {
        form.format(name): f"def initialize(): return {0 if kind == 'equal' else n}"
        for n, name in enumerate(names)
    }
    options = {"path": tmp_path / "class" / "ada", "known": Known(frozenset({"ada"}))}
    if folder or kind == "named":
        files["bo/random_init.py"] = "def initialize(): ..."
    gathered = class_of(files, **(options if kind == "a known student" else {}))
    assert gathered.hints == ()
    assert {one.student.label for one in gathered.submissions} <= {"class", "ada", "bo"}


TIMES = {
    "attempts": ("attempt 1", "attempt 2"),
    "rounds": ("Round 9", "Round 10"),
    "a draft": ("draft", "final"),
    "days": ("2026-11-21", "2026-11-28"),
    "versions": ("v1", "v2"),
    "another script": ("提出1", "提出2"),
    "in time and after": ("on time", "LATE"),
    "once more": ("", "Resubmission"),
    "once more, for some": ("", "make-up work"),
}


@pytest.mark.parametrize("inner", ["{}/random_init.py", "{}.py", "{}_random_init.py"])
@pytest.mark.parametrize("kind", TIMES)
def test_folders_of_times_hold_the_same_students_and_the_later_work_counts(class_of, kind, inner):
    first, last = TIMES[kind]
    files = {f"{first}/{inner.format(who)}".lstrip("/"): RANDOM for who in ("ada", "bo")}
    later = f"{last}/{inner.format('ada')}"
    gathered = class_of(files | {later: f"{RANDOM}\n# mended"})
    paths = {s.student.label: str(s.files[-1].file.path) for s in gathered.submissions}
    assert paths == {"ada": later, "bo": f"{first}/{inner.format('bo')}".lstrip("/")}


def test_folders_of_times_leave_namesakes_of_two_sections_apart(class_of):
    names = ["Section A/ada", "Section A/late/ada", "Section B/ada", "Section B/bo"]
    gathered = class_of({f"{name}/random_init.py": RANDOM for name in names})
    assert students(gathered) == {"Section A/ada", "Section B/ada", "bo"}


@pytest.mark.parametrize("inner", ["v1/random_init.py", "final/work.py", "attempt 2/x/work.py"])
def test_a_student_s_own_folders_of_times_are_no_students(class_of, inner):
    files = {f"{who}/{inner}": RANDOM for who in ("ada", "bo", "late")}
    assert students(class_of(files)) == {"ada", "bo", "late"}


@pytest.mark.parametrize("above", ["Week 1", "Week 1/Group A", "Week 1/Group A/Section B/Lab 1"])
def test_folders_of_collections_may_lie_in_each_other(packed, above):
    names = [f"{above}/{who}/zero_init.py" for who in ("ann", "ben", "cy")]
    assert packed("class.zip", *names) == {"ann", "ben", "cy"}
