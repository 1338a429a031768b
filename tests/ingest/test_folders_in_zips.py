"""Is a folder in an archive a folder, however the program that packed it writes that down?"""

from __future__ import annotations

import stat
import zipfile

import pytest

from grader.source import iter_entries

ZERO = "def zeros(): return 0"


def dos(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0x10
    return info


def unix(name):
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFDIR | 0o755) << 16
    return info


FORMS = {
    "slash": lambda name: f"{name}/",
    "backslash": lambda name: name.replace("/", "\\") + "\\",
    "both signs": lambda name: f"{name}\\",
    "an attribute of DOS": dos,
    "a mode of Unix": unix,
}


@pytest.fixture
def packed(class_of, tmp_path):
    """Return a function that packs folders and files, and gathers them."""

    def gather(folders, files, **options):
        archive = tmp_path / "class.zip"
        with zipfile.ZipFile(archive, "w") as writer:
            for folder in folders:
                writer.writestr(folder, "")
            for name, text in files.items():
                writer.writestr(name, text)
        return class_of({}, path=archive, **options)

    return gather


def rows(gathered):
    return {s.student.label: s.problem for s in gathered.submissions}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sign", ["/", "\\"])
def test_a_folder_of_its_own_costs_nobody_anything(packed, form, sign):
    folders = [FORMS[form](name) for name in ("class", "class/s1", "class/s2")]
    files = {sign.join(["class", name, "zero_init.py"]): ZERO for name in ("s1", "s2")}
    gathered = packed(folders, files)
    assert rows(gathered) == {"s1": None, "s2": None}
    assert gathered.left_over == ()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sign", ["/", "\\"])
def test_an_empty_one_is_a_student_s(packed, form, sign):
    files = {sign.join(["class", "s1", "zero_init.py"]): ZERO}
    gathered = packed([FORMS[form]("class/s3")], files, only="zero_init")
    assert rows(gathered)["s1"] is None
    assert rows(gathered)["s3"].startswith("the folder holds no file")
    assert [item.path for item in gathered.left_over] == ["class/s3"]


@pytest.mark.parametrize("layout", ["auto", "plain", "canvas", "moodle", "nbgrader"])
@pytest.mark.parametrize("name", ["class", "class.py", "class/s1"])
def test_a_file_called_like_a_folder_is_no_crash(packed, name, layout):
    files = {name: "x"} | {f"{name}/{who}/zero_init.py": ZERO for who in ("a1", "a2", "a3")}
    gathered = packed([], files, layout=layout)
    if name == "class" and layout in ("auto", "plain"):
        assert {"a1", "a2", "a3"} <= {*rows(gathered)}
    listed = {item.path for item in gathered.left_over}
    listed |= {str(f.file.path) for s in gathered.submissions for f in s.files}
    assert listed >= {*files}


def test_what_has_bytes_is_a_file(tmp_path):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("a.py\\", ZERO)
        writer.writestr(dos("b.py"), ZERO)
        writer.writestr("c\\", "")
    found = {entry.path: entry.is_folder for entry in iter_entries(archive)}
    assert found == {"a.py": False, "b.py": False, "c": True}
