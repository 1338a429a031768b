"""A class folder or zip becomes submissions, and what is left over is listed with a reason."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from small_course import zipped

from grader.errors import UsageError
from grader.ingest import copied
from grader.ingest.gathered import Known
from grader.model.submission import submission_digest

ZERO, RANDOM, BACK = (
    "def zeros(): ...",
    "def initialize(): ...\ndef scale(): ...",
    "def backward(): ...",
)


def known(*labels):
    return Known(frozenset(labels))


@pytest.mark.parametrize(
    ("path", "before", "expected"),
    [
        ("class/Ada/my work/random_init.py", "my work/random_init.py", "Ada"),
        ("class/Ada/my work", "my work/random_init.py", "Ada"),
        ("class/Ada/my work/deep", "my work/deep/zero_init.py", "Ada"),
        ("class/Ada", "my work/random_init.py", "Ada"),
        # A folder of the instructor's that is called like a student, who has no such file.
        ("class/Ada/my work/random_init.py", "random_init.py", "my work"),
        ("class/Ada/my work", "", "my work"),
    ],
)
def test_a_path_within_what_a_student_handed_in_is_the_student_s(
    class_of, tmp_path, path, before, expected
):
    files = {"Ada/my work/random_init.py": RANDOM, "Ada/my work/deep/zero_init.py": ZERO}
    given = Known(frozenset({"Ada", "Bo"}), files=lambda label: {before} if label == "Ada" else ())
    found = class_of(files, path=tmp_path / path, known=given).submissions
    labels = {s.student.label for s in found}
    assert (labels == {"Ada"}) if expected == "Ada" else ("Ada" not in labels)
    if expected == "Ada":
        assert all(name.startswith("my work/") for s in found for name in s.names)


@pytest.mark.parametrize("path", ["first try", "first try/random_init.py", "drafts/old"])
def test_a_folder_that_did_not_count_before_is_still_its_student_s(class_of, tmp_path, path):
    files = {
        "Ada/random_init.py": RANDOM,
        "Ada/first try/random_init.py": RANDOM,
        "Ada/drafts/old/zero_init.py": ZERO,
        "Bo/random_init.py": RANDOM,
    }
    given = Known(frozenset({"Ada", "Bo"}), files=lambda _: {"random_init.py"})
    [one] = class_of(files, path=tmp_path / "class" / "Ada" / path, known=given).submissions
    assert one.student.label == "Ada"
    assert one.names[0].startswith(path.partition("/")[0])


@pytest.mark.parametrize(
    "path", ["Mo/ann", "Mo/ann/work.py", "Mo/ann/more", "Week 1/Mo/ann", "Mo/Week 1/ann.py"]
)
def test_a_student_of_a_group_is_known_again(class_of, tmp_path, path):
    files = {path if path.endswith(".py") else f"{path}/random_init.py": RANDOM}
    files["Mo/ann/work.py"] = RANDOM
    given = Known(frozenset({"Mo/ann", "Mo/ben"}), files=lambda _: {"work.py"})
    [one, *_] = class_of(files, path=tmp_path / "class" / path, known=given).submissions
    assert one.student.label == "Mo/ann"


def test_a_file_with_a_suffix_behind_is_graded_again_with_its_helpers(class_of, tmp_path, notebook):
    files = {
        "Ada/random_init.py.txt": f"import my_utils\n{RANDOM}",
        "Ada/my_utils.py.txt": "x = 1",
        "Bo/work.ipynb.json": notebook("import my_utils", RANDOM),
        "Bo/my_utils.py": "x = 1",
    }
    for name, said in {
        "Ada/random_init.py.txt": ["my_utils.py.txt was read as my_utils.py"],
        "Bo/work.ipynb.json": [],
    }.items():
        [one] = class_of(files, path=tmp_path / "class" / name).submissions
        assert one.names[0] == "my_utils.py"
        meant = one.names[-1]
        assert {*said, f"{name[name.index('/') + 1 :]} was read as {meant}"} < {*one.notes}


@pytest.mark.parametrize("known_names", [(), ("Ada", "Bo")])
def test_one_file_graded_again_has_what_it_imports(class_of, tmp_path, known_names):
    files = {
        "Ada/random_init.py": f"import my_utils, layers\n{RANDOM}",
        "Ada/my_utils.py": "x = 1",
        "Ada/layers.py": "y = 1",
        "Bo/random_init.py": RANDOM,
    }
    path = tmp_path / "class" / "Ada" / "random_init.py"
    [one] = class_of(files, path=path, known=known(*known_names)).submissions
    # What is no helper by its name goes along where the folder is known to be the student's.
    own = ("layers.py",) if known_names else ()
    assert one.names == (*own, "my_utils.py", "random_init.py")


def test_one_file_of_a_flat_class_graded_again_takes_nobody_s_work(class_of, tmp_path):
    files = {
        "dan.py": f"import tools, ben\n{RANDOM}",
        "tools.py": "x = 1",
        "ben.py": f"y = 1\n{RANDOM}",
    }
    path = tmp_path / "class" / "dan.py"
    [one] = class_of(files, path=path, known=known("dan", "ben")).submissions
    assert one.names == ("tools.py", "dan.py")


@pytest.mark.parametrize("path", ["class/Mo", "class/Mo/Max.py"])
def test_a_group_that_is_graded_again_has_its_students(class_of, tmp_path, path):
    files = {
        f"{group}/{name}.py": RANDOM for group in ("Mo", "Di") for name in ("Max", group + "x")
    }
    labels = frozenset({"Mo/Max", "Mo/Mox", "Di/Max", "Di/Dix"})
    found = class_of(files, path=tmp_path / path, known=Known(labels)).submissions
    assert {s.student.label for s in found} <= {"Mo/Max", "Mo/Mox"}
    assert "Mo/Max" in {s.student.label for s in found}


@pytest.mark.parametrize("name", ["s2 (1).zip", "Copy of s2.zip", "s2-20261128T020000Z-001.zip"])
def test_a_copied_zip_is_of_the_student_that_it_is_a_copy_of(class_of, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(
        zipped({"random_init.py": "def initialize(): return 0\ndef scale(): return 1"})
    )
    [one] = class_of({}, path=path).submissions
    assert one.student.label == "s2"


@pytest.mark.parametrize("name", ["class.tar.gz", "class.7z", "class.RAR", "a.tar"])
def test_another_kind_of_archive_is_refused_with_what_to_do(class_of, tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(UsageError, match="another kind: pack the class as a zip"):
        class_of({}, path=tmp_path / name)


def test_a_file_with_a_suffix_behind_the_right_one_is_read(class_of, told, notebook, tmp_path):
    files = {
        "ada/random_init.py.txt": RANDOM,
        "bob/work.ipynb.txt": notebook(RANDOM),
        "cy/main.ipynb.json": notebook("from tools import *", ZERO),
        "cy/tools.py (1).txt": "K = 1",
        "cy/tools.py.txt": "K = 2",
        "dee/zero_init.py": "K = 3",
        "dee/zero_init.py.txt": ZERO,
        "eve/random_init": RANDOM,
    }
    (tmp_path / "class.zip").write_bytes(zipped(files))
    for gathered in (class_of(files), class_of({}, path=tmp_path / "class.zip")):
        found = dict(told(gathered))
        assert found["ada.random_init"] == ["random_init.py"]
        assert found["bob.random_init"] == ["work.ipynb"]
        assert found["cy.zero_init"] == ["tools.py", "main.ipynb"]
        assert found["dee.zero_init"] == ["zero_init.py"]
        assert left(gathered)["eve/random_init"] == "it is neither a .py nor an .ipynb file"


@pytest.mark.parametrize("name", ["work.tar.gz", "work.RAR", "work.7z"])
def test_another_kind_of_archive_of_a_student_is_listed_with_what_to_do(class_of, name):
    gathered = class_of({f"ada/{name}": "x", "bob/zero_init.py": ZERO})
    assert "pack it as a zip" in left(gathered)[f"ada/{name}"]


def left(gathered):
    return {item.path: item.reason for item in gathered.left_over}


def test_the_plain_layout(class_of, told, notebook):
    gathered = class_of(
        {
            "bob/zero_init.py": ZERO,
            "ada.ipynb": notebook(ZERO, RANDOM),
            "李雷/week 3/My Random-Init (final).ipynb": notebook(RANDOM),
        }
    )
    assert told(gathered) == [
        ("ada.zero_init", ["ada.ipynb"]),
        ("ada.random_init", ["ada.ipynb"]),
        ("bob.zero_init", ["zero_init.py"]),
        ("李雷.random_init", ["My Random-Init (final).ipynb"]),
    ]
    assert gathered.left_over == ()


def test_a_zip_gives_the_same_as_the_folder(class_of, told, tmp_path):
    files = {"bob/zero_init.py": ZERO, "ada/x/random_init.py": RANDOM, "zoe.py": BACK}
    expected = told(class_of(files))
    for prefix in ("", "class/", "anything/"):
        archive = tmp_path / "class.zip"
        archive.write_bytes(zipped({prefix + name: text for name, text in files.items()}))
        assert told(class_of({}, path=archive)) == expected


def test_one_file(class_of, told, tmp_path):
    class_of({"ada/random_init.py": RANDOM, "ada/mine.py": RANDOM})
    folder = tmp_path / "class" / "ada"
    assert told(class_of({}, path=folder / "random_init.py")) == [
        ("ada.random_init", ["random_init.py"])
    ]
    assert told(class_of({}, path=folder / "mine.py")) == [("mine.random_init", ["mine.py"])]


def test_a_students_own_folder(class_of):
    gathered = class_of({"zero_init.py": ZERO, "random_init.py": RANDOM})
    assert [s.id for s in gathered.submissions] == ["class.zero_init", "class.random_init"]


def test_the_exercise_in_a_flat_file_name_is_not_part_of_the_student(class_of):
    gathered = class_of({"ada_zero_init.py": "", "random-init-ada.py": "", "Bob zero_init.py": ""})
    assert [s.id for s in gathered.submissions] == [
        "Bob.zero_init",
        "ada.zero_init",
        "ada.random_init",
    ]


def test_a_folder_per_exercise(class_of):
    gathered = class_of(
        {"zero_init/ada.py": "", "random_init/ada.py": "", "random_init/bo/x.py": ""}
    )
    assert [s.id for s in gathered.submissions] == [
        "ada.zero_init",
        "ada.random_init",
        "bo.random_init",
    ]


def test_names_win_over_functions_and_aliases_tell_too(class_of):
    gathered = class_of({"ada/zero_init.py": RANDOM, "bob/hw.py": "def backward_deep(): ..."})
    assert [s.id for s in gathered.submissions] == ["ada.zero_init", "bob.backprop_step"]


def test_the_instructors_word_wins(class_of, told):
    gathered = class_of(
        {
            "ada/hw.py": ZERO,
            "bob/zero_init.py": ZERO,
            "zoe/any.py": "",
        },
        only="random_init",
    )
    assert told(gathered) == [("ada.random_init", ["hw.py"]), ("zoe.random_init", ["any.py"])]
    assert left(gathered)["bob/zero_init.py"] == "its name tells another exercise"


def test_an_imported_file_goes_in_front(class_of, told):
    gathered = class_of(
        {"ada/random_init.py": f"from utils import f\n{RANDOM}", "ada/utils.py": "def f(): ..."}
    )
    assert told(gathered) == [("ada.random_init", ["utils.py", "random_init.py"])]
    assert gathered.submissions[0].notes == ("utils.py was read before random_init.py",)


def test_an_imported_file_goes_in_front_when_the_exercise_is_given(class_of, told):
    files = {"ada/hw.py": f"import utils\n{RANDOM}", "ada/utils.py": "def f(): ..."}
    gathered = class_of(files, only="random_init")
    assert told(gathered) == [("ada.random_init", ["utils.py", "hw.py"])]


def test_functions_spread_over_files_are_read_together(class_of, told):
    gathered = class_of({"ada/a.py": "def initialize(): ...", "ada/b.py": "def scale(): ..."})
    assert told(gathered) == [("ada.random_init", ["a.py", "b.py"])]


def test_of_several_answers_the_fullest_counts_and_the_others_are_listed(class_of, told):
    gathered = class_of(
        {"ada/random_init.py": "def scale(): ...", "ada/random_init (1).py": RANDOM}
    )
    assert told(gathered) == [("ada.random_init", ["random_init (1).py"])]
    assert left(gathered) == {"ada/random_init.py": "it is as the course gave it out"}
    assert gathered.submissions[0].notes == (
        "random_init (1).py was taken: random_init.py is as it was given out, too",
    )
    assert not gathered.left_over[0].alone


def test_what_tells_nothing_gets_the_exercise_of_the_class_and_says_so(class_of):
    gathered = class_of({"ada/zero_init.py": "", "bob/zero_init.py": "", "zoe/hw.py": "x = 1"})
    assert gathered.submissions[-1].id == "zoe.zero_init"
    assert gathered.submissions[-1].notes == (
        "hw.py does not tell its exercise; it was graded as zero_init",
    )


def test_what_cannot_be_matched_is_listed(class_of):
    gathered = class_of({"ada/hw.py": "x = 1", "bob/essay.pdf": b"%PDF"})
    assert gathered.submissions == ()
    assert left(gathered) == {
        "ada/hw.py": "neither its name nor its functions tell an exercise",
        "bob/essay.pdf": "it is neither a .py nor an .ipynb file",
    }
    assert all(item.alone for item in gathered.left_over)


def test_a_file_that_cannot_be_read_is_still_a_submission(class_of):
    gathered = class_of({"ada/zero_init.py": ZERO, "bob/notebook.ipynb": b"\x00\x01{"})
    assert [s.id for s in gathered.submissions] == ["ada.zero_init", "bob.zero_init"]


def test_the_folder_that_is_graded_into_is_no_student(class_of, tmp_path):
    files = {"ada/zero_init.py": ZERO, "out/reports/ada.zero_init.json": "{}"}
    gathered = class_of(files, without=[tmp_path / "class" / "out"])
    assert [s.id for s in gathered.submissions] == ["ada.zero_init"]
    assert gathered.left_over == ()


def test_litter_is_no_submission(class_of):
    gathered = class_of(
        {
            "ada/zero_init.py": ZERO,
            "ada/.ipynb_checkpoints/zero_init-checkpoint.ipynb": "{}",
            "ada/venv/lib/x.py": BACK,
            "__MACOSX/ada/._zero_init.py": "x",
            ".DS_Store": "x",
        }
    )
    assert [s.id for s in gathered.submissions] == ["ada.zero_init"]
    assert gathered.left_over == ()


def test_a_students_zip_is_opened(class_of, told):
    gathered = class_of(
        {"ada/hw.zip": zipped({"src/zero_init.py": ZERO}), "bob.zip": zipped({"x.py": BACK})}
    )
    assert told(gathered) == [
        ("ada.zero_init", ["zero_init.py"]),
        ("bob.backprop_step", ["x.py"]),
    ]


@pytest.mark.parametrize(
    "archive",
    [lambda: b"PK no zip", lambda: zipped({"zero_init.py": "\n" * (60 << 20)})],
    ids=["broken", "bomb"],
)
def test_a_bad_zip_costs_its_student_and_nobody_else(class_of, archive):
    gathered = class_of({"ada/hw.zip": archive(), "bob/zero_init.py": ZERO})
    assert [s.id for s in gathered.submissions] == ["ada.zero_init", "bob.zero_init"]
    ada, bob = gathered.submissions
    (item,) = gathered.left_over
    assert item.path.startswith("ada/hw")
    assert (item.student, item.passed_over) == ("ada", False)
    assert (ada.problem, bob.problem) == (item.reason, None)


def test_a_bad_member_of_the_class_zip_costs_nobody_else(class_of, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ada/zero_init.py", ZERO)
        archive.writestr("bob/zero_init.py", "\n" * (60 << 20))
        archive.writestr("zoe/zero_init.py", ZERO)
        archive.writestr("../outside/zero_init.py", ZERO)
    path = tmp_path / "class.zip"
    path.write_bytes(buffer.getvalue())
    gathered = class_of({}, path=path)
    problems = {s.id: bool(s.problem) for s in gathered.submissions}
    assert problems == {"ada.zero_init": False, "bob.zero_init": True, "zoe.zero_init": False}
    assert [(item.student, item.alone) for item in gathered.left_over] == [
        ("bob", False), ("outside", True),
    ]  # fmt: skip


def test_links_are_not_followed(class_of, tmp_path):
    (tmp_path / "secret.py").write_text(ZERO)
    (tmp_path / "class" / "bob").mkdir(parents=True)
    (tmp_path / "class" / "bob" / "zero_init.py").symlink_to(tmp_path / "secret.py")
    (tmp_path / "class" / "zoe").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "class" / "bob" / "pipe.py")
    gathered = class_of({"ada/zero_init.py": ZERO})
    assert [s.id for s in gathered.submissions] == ["ada.zero_init"]
    assert left(gathered) == {
        "bob/pipe.py": "it is not a plain file",
        "bob/zero_init.py": "it is a link, and links are not followed",
        "zoe": "it is a link, and links are not followed",
    }


def test_names_on_disk_may_be_anything(class_of, tmp_path):
    (tmp_path / "class").mkdir()
    odd = os.fsencode(tmp_path / "class") + b"/\xffodd"
    os.mkdir(odd)  # noqa: PTH102
    with open(odd + b"/zero_init\xfe.py", "w") as stream:
        stream.write(ZERO)
    submission = copied(class_of({"ada/other.py": BACK}), tmp_path).submissions[0]
    assert submission.student.label == "\\xffodd"
    assert submission.names == ("zero_init\\xfe.py",)
    submission.info().model_dump_json()


def test_the_digest_depends_on_names_and_bytes(class_of, tmp_path):
    def digest(files):
        (submission,) = class_of(files).submissions
        found = submission_digest(submission.read())
        for name in files:
            (tmp_path / "class" / name).unlink()
        return found

    digests = [
        digest({"ada/zero_init.py": "a"}),
        digest({"ada/zero_init.py": "b"}),
        digest({"ada/my_zero_init.py": "a"}),
        digest({"bob/zero_init.py": "a"}),
    ]
    assert len(set(digests)) == 3
    assert digests[0] == digests[3]


@pytest.mark.parametrize("content", [None, "folder", b"PK nothing"])
def test_nothing_to_read_is_the_instructors_affair(class_of, tmp_path, content):
    path = tmp_path / "absent.zip"
    if content == "folder":
        path = tmp_path / "empty"
        path.mkdir()
    elif content:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=str(path)):
        class_of({}, path=path)


@pytest.mark.parametrize(
    "name", ["{}-20261128T020000Z-001", "{} (1)", "Copy of {}", "{} - Copy", "{}", "{} (2) (1)"]
)
@pytest.mark.parametrize("form", ["{}/zero_init.py", "zero_init.py", "deep/er/zero_init.py"])
@pytest.mark.parametrize("student", ["s1", "Anna Meier"])
@pytest.mark.parametrize("how", ["zip", "folder"])
def test_a_copy_of_a_known_student_s_path_is_that_student_s(
    class_of, tmp_path, name, form, student, how
):
    path = tmp_path / "class" / name.format(student)
    inner = form.format(student)
    files = {f"{path.name}/{inner}": "def zeros(): return 0"}
    if how == "zip":
        path, files = tmp_path / f"{path.name}.zip", {}
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(inner, "def zeros(): return 0")
    [submission] = class_of(files, path=path, known=known("s1", "s2", "Anna Meier")).submissions
    assert submission.id == f"{student}.zero_init"


def test_a_student_who_is_known_with_the_marks_stays(class_of, tmp_path):
    files = {"s1 (1)/zero_init.py": "def zeros(): return 0"}
    [one] = class_of(
        files, path=tmp_path / "class" / "s1 (1)", known=known("s1", "s1 (1)")
    ).submissions
    assert one.student.label == "s1 (1)"
