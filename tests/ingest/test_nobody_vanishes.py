"""Does everybody who handed in anything have a row, and is every file that was not read listed?"""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pairs import in_pairs

from grader.ingest import copied
from grader.ingest.stored import StoredFile

ZERO, RANDOM = "def zeros(): return 0", "def initialize(): ...\ndef scale(): ..."


def zipped(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def seen(gathered):
    """Return what an instructor sees: submissions, who else has a row, what is listed."""
    rows = {item.student for item in gathered.left_over if item.alone}
    listed = {item.path for item in gathered.left_over if not item.passed_over}
    return {s.id: s.problem for s in gathered.submissions}, rows, listed


@pytest.fixture
def one_of(class_of, tmp_path):
    """Return a function that gathers a class from a folder or from a zip."""

    def gather(how, files):
        if how == "folder":
            return seen(class_of(files))
        archive = tmp_path / "class.zip"
        archive.write_bytes(zipped(files))
        return seen(class_of({}, path=archive))

    return gather


@pytest.fixture
def both(one_of):
    """Return a function that gathers the same class from a folder and from a zip."""

    def gather(files):
        found = one_of("folder", files)
        assert one_of("zip", files) == found
        return found

    return gather


def by_four(kinds):
    """Return kinds by four, of which each can be a student of one class."""
    return [kinds[start : start + 4] for start in range(0, len(kinds), 4)]


NAMES = [
    "山田\u3000太郎", "no\u00a0break", "joined\u200dname", "zero\u200cwidth", "word\u2060joiner",
    "left\u200eto\u200fright", "turned\u202earound", "Zoe\u0308", "प्रिया", "👩\u200d🎓",
    "soft\u00adhyphen", "\ufeffmark", "thin\u2009space", "ﬁ ligature", "line\u2028end",
    "\u061cArabic mark", "Hangul\u3164filler", "\u2800", "tag\U000e0041", "variant\ufe0f", "İ", "Ⅷ",
    "CON", "-rf", "~ada", "$HOME", "50%", "a" * 80,
]  # fmt: skip


@pytest.mark.parametrize("names", by_four(NAMES), ids="-".join)
@pytest.mark.parametrize("form", ["{}/zero_init.py", "{}_zero_init.py", "ada{n}/{}/zero_init.py"])
def test_any_name_is_read_from_a_folder_and_from_a_zip(both, names, form):
    """Each of several in one class has to have its own row: no other can stand for it."""
    files = {form.format(name, n=n): ZERO for n, name in enumerate(names)}
    submissions, rows, listed = both({"bob/zero_init.py": ZERO} | files)
    assert len(submissions) == 1 + len(names)
    assert set(submissions.values()) == {None}
    assert (rows, listed) == (set(), set())


def characters():
    # What both refuse, what separates folders, and what makes a file hidden are tried elsewhere.
    return st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/\\")


PARTS = st.text(characters(), min_size=1, max_size=8).filter(
    lambda part: part[0] not in ". " and part[-1] not in ". " and len(part.encode()) < 60
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    st.lists(PARTS, min_size=1, max_size=4, unique=True),
    st.sampled_from(["{}/zero_init.py", "{}_random_init.py", "{}/x/{}.ipynb", "{}/data.csv"]),
)
def test_any_class_is_the_same_as_a_folder_and_as_a_zip(class_of, tmp_path_factory, names, form):
    root = tmp_path_factory.mktemp("names") / "class"
    files = {form.replace("{}", name): ZERO for name in names} | {"bob/zero_init.py": ZERO}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    archive = root.with_suffix(".zip")
    archive.write_bytes(zipped(files))
    folder, packed = class_of({}, path=root), class_of({}, path=archive)
    assert seen(folder) == seen(packed)
    assert folder.layout == packed.layout
    handed_in = {i.student for i in folder.left_over} | {
        s.student.label for s in folder.submissions
    }
    assert len(handed_in) >= 1 + (len(files) > 1)


def test_absolute_paths_are_read_as_relative_ones(class_of, tmp_path):
    archive = tmp_path / "class.zip"
    names = ["/ada/zero_init.py", "C:\\bob\\zero_init.py", "\\zoe\\zero_init.py"]
    archive.write_bytes(zipped(dict.fromkeys(names, ZERO)))
    assert set(seen(class_of({}, path=archive))[0]) == {
        "ada.zero_init", "bob.zero_init", "zoe.zero_init",
    }  # fmt: skip


@pytest.mark.parametrize(
    "above",
    ["/home/prof/lab/", "//server/share/", "C:\\Users\\prof\\lab\\", "\\\\?\\C:\\lab\\",
     "~/lab/", "./", "././lab//"],
)  # fmt: skip
def test_a_whole_class_below_any_path_is_a_class(class_of, tmp_path, above):
    archive = tmp_path / "class.zip"
    names = [f"{above}{name}/zero_init.py" for name in ("ada", "bob", "zoe")]
    archive.write_bytes(zipped(dict.fromkeys(names, ZERO)))
    assert set(seen(class_of({}, path=archive))[0]) == {
        "ada.zero_init", "bob.zero_init", "zoe.zero_init",
    }  # fmt: skip


def test_bytes_around_a_zip_cost_nobody_anything(class_of, tmp_path):
    data = zipped({f"{name}/zero_init.py": ZERO for name in ("ada", "bob")})
    archive = tmp_path / "class.ZIP"
    for around in (b"MZ a program that unpacks itself" + data, data + b"\r\n", data):
        archive.write_bytes(around)
        assert len(seen(class_of({}, path=archive))[0]) == 2


def test_what_is_refused_in_a_zip_is_listed_and_its_student_has_a_row(class_of, tmp_path):
    link = zipfile.ZipInfo("linus/zero_init.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    refused = {
        link: "/etc/passwd",
        "up/../../zero_init.py": ZERO,
        "tab\tname/zero_init.py": ZERO,
        "nul/zero_init.py": ZERO,
    }
    data = zipped({"ada/zero_init.py": ZERO} | refused)
    data = data.replace(b"nul/zero_init.py", b"nul/zero\0init.py")
    archive = tmp_path / "class.zip"
    archive.write_bytes(data)
    gathered = class_of({}, path=archive)
    submissions, rows, listed = seen(gathered)
    assert submissions == {"ada.zero_init": None}
    assert rows == {"linus", "up", "tab\\x09name", "nul"}
    assert len(listed) == 4
    reasons = " ".join(item.reason for item in gathered.left_over)
    for words in ("is a link", "leads elsewhere", "control character"):
        assert words in reasons


LONG = "An " * 60 + "Li"
TOO_LONG = {
    f"{LONG}_13_assignsubmission_file_{'w' * 99}.py": LONG,
    f"{LONG}_13_assignsubmission_file_/{'w' * 260}.py": LONG,
    f"{LONG}_13_assignsubmission_file_/{'deep/' * 120}a.py": LONG,
    f"{LONG}_13_assignsubmission_file_/{('w' * 99 + '/') * 22}a.py": LONG,
    f"Al Li_13_assignsubmission_file_{'w' * 300}.py": "Al Li",
}


@pytest.mark.parametrize("name", TOO_LONG, ids=lambda name: str(len(name)))
def test_whose_a_name_is_that_is_too_long_is_told_by_its_begin(class_of, tmp_path, name):
    archive = tmp_path / "class.zip"
    others = [f"{who}_{who}_assignsubmission_file_/zero_init.py" for who in ("1", "2")]
    archive.write_bytes(zipped(dict.fromkeys([name, *others], ZERO)))
    gathered = class_of({}, path=archive)
    submissions, rows, _ = seen(gathered)
    assert (len(submissions), rows) == (2, {TOO_LONG[name]})
    assert "too long: shorten it" in gathered.left_over[0].reason


def test_there_is_no_number_of_bad_members_that_costs_the_others(class_of, tmp_path):
    bad = {f"s{n}/zero_init.py": "\n" * (5 << 20) for n in range(45)}
    archive = tmp_path / "class.zip"
    archive.write_bytes(zipped(bad | {"ada/zero_init.py": ZERO}))
    submissions, rows, listed = seen(class_of({}, path=archive))
    assert submissions.pop("ada.zero_init") is None
    assert len(submissions) == len(listed) == 45
    assert all("unpacks to more than is allowed" in problem for problem in submissions.values())
    assert rows == set()


def nested(depth: int) -> bytes:
    """Return an answer in a zip, in as many other zips."""
    data = zipped({"a.py": ZERO})
    for _ in range(depth):
        data = zipped({"in.zip": data})
    return data


ONLY = {
    "an empty zip": ("hw.zip", zipped({})),
    "a zip of folders": ("hw.zip", zipped({"a/": "", "a/b/": ""})),
    "a zip of hidden files": ("hw.zip", zipped({".zero_init.py": ZERO, ".git/x": ""})),
    "a zip of an environment": ("hw.zip", zipped({"venv/lib/x.py": ZERO, "venv/bin/y": ""})),
    "a zip of checkpoints": (
        "hw.zip",
        zipped({".ipynb_checkpoints/zero_init-checkpoint.ipynb": "{}", "__MACOSX/._a.py": ""}),
    ),
    "a zip of an editor's folders": ("hw.zip", zipped({".idea/a.xml": "", ".vscode/a.json": ""})),
    "a zip of compiled files": ("hw.zip", zipped({"__pycache__/a.cpython-312.pyc": "x"})),
    "a zip of what Windows leaves": ("hw.zip", zipped({"Thumbs.db": "x", "hw/desktop.ini": "x"})),
    "a page called zip": ("hw.zip", b"<!doctype html><title>Log in</title>"),
    "another archive called zip": ("hw.zip", b"Rar!\x1a\x07\x00"),
    "no byte called zip": ("hw.zip", b""),
    "a page called notebook": ("hw.ipynb", b"<!DOCTYPE html><html>"),
    "a conflict called notebook": ("hw.ipynb", b'<<<<<<< HEAD\n{"cells": []}\n=======\n'),
    "a pointer to a notebook": ("hw.ipynb", b"version https://git-lfs.github.com/spec/v1\n"),
    "another JSON": ("hw.ipynb", b"null"),
    "a damaged zip": ("hw.zip", zipped({"a.py": ZERO})[:-30]),
    "a zip in too many": ("hw.zip", nested(3)),
    "an empty notebook": ("hw.ipynb", b""),
    "a cut-off notebook": ("hw.ipynb", b'{"cells": [{"cell_type"'),
    "a text document": ("hw.docx", b"PK\x03\x04"),
    "a PDF": ("hw.pdf", b"%PDF"),
    "a text": ("hw.txt", ZERO),
    "a download that has not ended": ("hw.ipynb.crdownload", b'{"cells"'),
    "a notebook called data": ("hw.json", b'{"cells": []}'),
    "a link to a drive": ("hw.gdoc", b'{"url": "https://example.invalid"}'),
    "a picture": ("photo.heic", b"x"),
}


DOCUMENTS = [kind for kind, (name, _) in ONLY.items() if not name.endswith((".zip", ".ipynb"))]


# A class is looked at once for four of them: what is no work of one student's is nobody else's.
@pytest.mark.parametrize("kinds", by_four([*ONLY]), ids="-".join)
@pytest.mark.parametrize("place", ["{}/{}", "{}/zero_init/{}"])
def test_work_that_is_none_is_graded_with_the_reason_where_its_exercise_is_told(both, kinds, place):
    files = {"bob/zero_init.py": ZERO}
    for number, kind in enumerate(kinds):
        name, content = ONLY[kind]
        if kind in DOCUMENTS and place == "{}/{}":  # it may be anything: its own name has to tell
            name = f"my zero init {name}"
        files[place.format(f"ada{number}", name)] = content
    submissions, rows, listed = both(files)
    assert submissions.pop("bob.zero_init") is None
    assert {*submissions} == {f"ada{number}.zero_init" for number in range(len(kinds))}
    assert all(submissions.values())
    assert {path.partition("/")[0] for path in listed} == {
        name.partition(".")[0] for name in submissions
    }
    assert len(listed) == len(kinds)
    assert rows == set()


@pytest.mark.parametrize("kind", ONLY)
def test_where_no_exercise_is_told_there_is_a_row_without_a_grade(both, kind):
    name, content = ONLY[kind]
    files = {f"ada/{name}": content, "bob/zero_init.py": ZERO}
    if kind not in DOCUMENTS:
        files["zoe/random_init.py"] = RANDOM
    submissions, rows, listed = both(files)
    assert "ada" not in {name.partition(".")[0] for name in submissions}
    assert rows == {"ada"}
    assert len(listed) == 1


@pytest.mark.parametrize("kinds", by_four([k for k in ONLY if k != "a picture"]), ids="-".join)
def test_flat_files_are_of_somebody_too(both, kinds):
    files = {"bob_zero_init.py": ZERO}
    for number, kind in enumerate(kinds):
        name, content = ONLY[kind]
        files[f"ada{number}_zero_init{PurePosixPath(name).suffix}"] = content
    submissions, rows, listed = both(files)
    assert submissions.pop("bob.zero_init") is None
    assert {*submissions} == {f"ada{number}.zero_init" for number in range(len(kinds))}
    assert (rows, len(listed)) == (set(), len(kinds))


IN_PLACE_OF_CODE = [
    "ada.docx", "ada.pdf", "ada.txt", "ada.html", "Ada Lovelace.htm", "ada",
    "Ada Lovelace", "ada.py.crdownload", "ada.gdoc", "ada.webarchive", "ada.ipynb.part",
]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["ada.rar", "ada.tar.gz", "ada.TGZ", "ada/work.7z", "ada/hw.tar.xz"]
)
def test_an_archive_of_another_kind_is_work_that_the_student_can_mend(both, name):
    submissions, rows, listed = both({name: b"x", "bob.py": ZERO})
    assert submissions.pop("bob.zero_init") is None
    assert submissions == {"ada.zero_init": "it is an archive that is not read: pack it as a zip"}
    assert (rows, listed) == (set(), {name})


AS = ("folder", "zip")
FORMS = ("{}.py", "{}_zero_init.py", "{}/zero_init.py")


@pytest.mark.parametrize(("name", "form", "how"), in_pairs(IN_PLACE_OF_CODE, FORMS, AS))
def test_whatever_lies_beside_answers_is_of_who_handed_it_in(one_of, name, form, how):
    """Pairs are enough: a zip's names are a folder's before anything is asked of them."""
    files = {form.format("bob"): ZERO, form.format("zoe"): ZERO}
    submissions, rows, listed = one_of(how, {name: b"x"} | files)
    assert rows == {name.partition(".")[0]}
    assert listed == {name}
    assert len(submissions) == 2


LISTS = [
    "README.txt", "roster.csv", "grades.xlsx", "~$grades.xlsx", "notes.txt", "LICENSE",
    "class list.json", "index.html", "Makefile", "Lab 3 instructions.pdf", "syllabus.docx",
    "requirements.txt", "README", "weights.npz",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "work", "how"), in_pairs(LISTS, (("ada/zero_init.py",), ("ada.py", "bob.py")), AS)
)
def test_a_list_beside_the_students_is_nobody_s_and_is_listed(one_of, name, work, how):
    submissions, rows, listed = one_of(how, dict.fromkeys(work, ZERO) | {name: b"x"})
    assert len(submissions) == len(work)
    assert (rows, listed) == (set(), {name})


LITTER = [".DS_Store", "Thumbs.db", "__pycache__/a.pyc", ".ipynb_checkpoints/a.ipynb", "venv/x.py"]


@pytest.mark.parametrize("name", LITTER)
def test_litter_is_not_listed_but_whoever_has_nothing_else_is(class_of, both, name):
    submissions, rows, listed = both({f"ada/{name}": "x", "bob/zero_init.py": ZERO, name: "x"})
    assert submissions == {"bob.zero_init": None}
    assert (rows, listed) == ({"ada"}, {"ada"})
    submissions, rows, listed = seen(class_of({"ada/zero_init.py": ZERO}))
    assert len(submissions) == 2
    assert (rows, listed) == (set(), set())


HIDDEN = [
    ".ada/zero_init.py", "ada/.zero_init.py", "ada/.work/zero_init.ipynb", ".ada/deep/zero_init.py",
    "ada/.my.work/deep/zero_init.py", ".ada_zero_init.py", ".ada/zero_init.py.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_answer_is_listed_and_its_student_told(class_of, both, name):
    submissions, rows, listed = both({name: ZERO, "bob/zero_init.py": ZERO})
    assert listed == {name.removesuffix(".txt")}
    assert rows == set()
    assert submissions.pop("bob.zero_init") is None
    [problem] = submissions.values()
    assert "begins with a dot" in problem
    gathered = class_of({"ada/zero_init.py": ZERO})
    found = {s.student.label: s.problem for s in gathered.submissions}
    assert found["ada"] is None
    assert len(gathered.left_over) == 1


TOOLS = [
    ".git/hooks/zero_init.py", ".venv/lib/zero_init.py", ".ipynb_checkpoints/zero_init.ipynb",
    ".vscode/zero_init.py", "._zero_init.py", ".pytest_cache/v/zero_init.py",
    ".history/zero_init.py", ".virtual_documents/zero_init.ipynb", "venv/.hidden/zero_init.py",
]  # fmt: skip


@pytest.mark.parametrize("place", ["", "ada/", "ada/deep/"])
def test_code_that_tools_have_hidden_is_litter(both, place):
    """All of it at once: any of it that is somebody's or listed would be seen."""
    hidden = {place + name: ZERO for name in TOOLS}
    found = both(hidden | {"ada/zero_init.py": ZERO, "bob/zero_init.py": ZERO})
    assert found == ({"ada.zero_init": None, "bob.zero_init": None}, set(), set())


@pytest.mark.parametrize("folder", ["ada/", "ada/deep/", "ada/zero_init/"])
def test_an_empty_folder_is_somebody_s(class_of, tmp_path, folder):
    (tmp_path / "class" / folder).mkdir(parents=True)
    found = seen(class_of({"bob/zero_init.py": ZERO}))
    archive = tmp_path / "class.zip"
    archive.write_bytes(zipped({folder: "", "bob/": "", "bob/zero_init.py": ZERO}))
    assert seen(class_of({}, path=archive)) == found
    submissions, rows, listed = found
    assert listed == {folder.rstrip("/")}
    if folder == "ada/zero_init/":
        assert submissions["ada.zero_init"].startswith("the folder holds no file")
    else:
        assert rows == {"ada"}


def test_an_empty_folder_gets_the_exercise_that_the_instructor_named(class_of, tmp_path):
    (tmp_path / "class" / "ada").mkdir(parents=True)
    submissions, _, _ = seen(class_of({"bob/x.py": ZERO}, only="zero_init"))
    assert submissions["ada.zero_init"].startswith("the folder holds no file")


OF_SYSTEMS = {
    "moodle": [
        "Ada Lo_1_assignsubmission_file_/zero_init.py",
        "Bo Li_2_assignsubmission_file_/a.py",
    ],
    "canvas": ["adalo_11_99_zero_init.py", "boli_12_98_zero_init.py"],
}
HOLLOW = {
    "odd/": {"odd"},
    "odd/deep/": {"odd/deep"},
    "odd/.DS_Store": {"odd"},
    "odd/b_13_assignsubmission_file/.zip": {"odd/b_13_assignsubmission_file"},
    "__MACOSX/odd/._a.py": set(),
}


@pytest.mark.parametrize("system", OF_SYSTEMS)
@pytest.mark.parametrize("hollow", HOLLOW)
def test_a_folder_that_no_system_wrote_is_listed_and_somebody_where_something_is_in_it(
    class_of, tmp_path, system, hollow
):
    (tmp_path / "class" / hollow / "..").resolve().mkdir(parents=True)
    work = dict.fromkeys(OF_SYSTEMS[system], ZERO)
    if hollow.endswith("/"):
        (tmp_path / "class" / hollow).mkdir()
    files = work if hollow.endswith("/") else work | {hollow: "x"}
    archive = tmp_path / "class.zip"
    archive.write_bytes(zipped(work | {hollow: ""}))
    for gathered in (class_of(files), class_of({}, path=archive)):
        submissions, rows, listed = seen(gathered)
        assert (len(submissions), rows, listed) == (2, set(), HOLLOW[hollow])
    more = {"odd/notes.csv": "x", "odd/more/answer.py": ZERO}
    submissions, rows, listed = seen(class_of(files | more))
    assert (len(submissions), listed) == (3, {"odd/notes.csv"})


def test_another_file_that_can_be_read_counts_and_the_other_is_listed(both):
    files = {"ada/zero_init.ipynb": b"{", "ada/zero_init.py": ZERO, "ada/photo.png": b"x"}
    submissions, _, listed = both(files)
    assert submissions == {"ada.zero_init": None}
    assert listed == {"ada/zero_init.ipynb", "ada/photo.png"}


def test_the_student_is_told_what_was_not_read(class_of):
    [submission] = class_of({"ada/a.ipynb": b"{", "ada/zero_init.py": ZERO}).submissions
    assert [note.partition(":")[0] for note in submission.notes] == ["a.ipynb was not read"]


@pytest.mark.parametrize("kind", ["link", "link to nothing", "folder", "pipe", "locked"])
def test_what_may_be_our_fault_is_never_a_zero(class_of, tmp_path, monkeypatch, kind):
    path = tmp_path / "class" / "ada" / "zero_init.py"
    path.parent.mkdir(parents=True)
    match kind:
        case "link" | "link to nothing":
            path.symlink_to("/etc/passwd" if kind == "link" else "/nowhere")
        case "folder":
            path.symlink_to(tmp_path)
        case "pipe":
            os.mkfifo(path)
        case "locked":  # root may open anything
            path.write_text(ZERO)
            monkeypatch.setattr(os, "access", lambda asked, _: Path(asked) != path)
    submissions, rows, listed = seen(class_of({"bob/zero_init.py": ZERO}, only="zero_init"))
    assert submissions == {"bob.zero_init": None}
    assert (rows, listed) == ({"ada"}, {"ada/zero_init.py"})


def test_in_a_course_of_one_exercise_what_cannot_be_read_is_of_it(class_of, exercises):
    files = {"ada/answer.py": ZERO, "bob/work.py": b"\0\0"}
    [one] = [s for s in class_of(files, exercises=exercises[:1]).submissions if s.problem]
    assert (one.id, one.problem.partition(" (")[0]) == (
        "bob.zero_init",
        "work.py holds a zero byte",
    )


def test_a_fault_of_the_disk_is_nobody_s_zero(class_of, monkeypatch):
    read = StoredFile.read

    def fail(self):
        if "ada" in self.path.parts:
            raise OSError(5, "Input/output error")
        return read(self)

    monkeypatch.setattr(StoredFile, "read", fail)
    gathered = class_of({"ada/zero_init.py": ZERO, "bob/zero_init.py": ZERO}, only="zero_init")
    submissions, rows, listed = seen(gathered)
    assert submissions == {"bob.zero_init": None}
    assert (rows, listed) == ({"ada"}, {"ada/zero_init.py"})
    assert gathered.left_over[0].reason == "it cannot be read: Input/output error"


def test_names_that_are_no_utf8_stay_apart(class_of, tmp_path):
    root = os.fsencode(tmp_path / "class")
    names = [b"M\xfcller", b"M\xf6ller", b"Mller", "Müller".encode()]
    for name in names:
        os.makedirs(root + b"/" + name)  # noqa: PTH103
        with open(root + b"/" + name + b"/zero_init.py", "w") as stream:
            stream.write(ZERO)
    os.makedirs(root + b"/ada\xe9")  # noqa: PTH103
    with open(root + b"/ada\xe9/zero_init\xff.csv", "w") as stream:
        stream.write("x")
    gathered = class_of({})
    labels = {s.student.label for s in gathered.submissions}
    assert labels == {"M\\xfcller", "M\\xf6ller", "Mller", "Müller", "ada\\xe9"}
    assert len({s.id for s in gathered.submissions}) == 5
    for submission in copied(gathered, tmp_path).submissions:
        json.dumps(submission.info().model_dump_json()).encode()
    assert [item.path for item in gathered.left_over] == ["ada\\xe9/zero_init\\xff.csv"]


def test_a_folder_of_a_name_that_is_no_utf8_can_be_named_as_the_class(class_of, tmp_path):
    root = os.fsencode(tmp_path) + b"/M\xfcller"
    os.mkdir(root)  # noqa: PTH102
    with open(root + b"/zero_init.py", "w") as stream:
        stream.write(ZERO)
    [submission] = class_of({}, path=tmp_path / "M\udcfcller").submissions
    assert submission.student.label == "M\\xfcller"


def test_data_costs_nobody_anything(class_of, tmp_path):
    big = bytes(9 << 20)
    archive = tmp_path / "class.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for number in range(30):
            writer.writestr(f"s{number}/zero_init.py", ZERO)
            for part in range(2 if number < 2 else 0):
                writer.writestr(f"s{number}/data{part}.csv", big * 3)
            ending = (".npy", ".npz", ".h5", ".pkl", ".mat", ".parquet", ".txt", "")[number % 8]
            writer.writestr(f"s{number}/points{ending}", b"x")
    gathered = class_of({}, path=archive)
    assert len(gathered.submissions) == 30
    assert len(gathered.left_over) == 34
    assert {item.reason for item in gathered.left_over} == {
        "it is neither a .py nor an .ipynb file"
    }
    scratch = sum(f.stat().st_size for f in tmp_path.glob("scratch*/*"))
    assert scratch == 30 * len(ZERO)


DATA = {
    "a table": "train.csv",
    "a folder of them": "MNIST/raw/train-images-idx3-ubyte",
    "an archive that is not read": "data.tar.gz",
    "a model": "checkpoints/model.h5",
    "a program that is none": "data.exe",
    "a table in a zip": "data.zip/train.csv",
}


@pytest.mark.parametrize("kind", DATA)
def test_data_of_any_kind_costs_its_student_and_the_others_nothing(class_of, tmp_path, kind):
    big, (outer, _, inner) = bytes(21 << 20), DATA[kind].partition(".zip/")
    name, content = (f"{outer}.zip", zipped({inner: big})) if inner else (outer, big)
    answers = {f"{who}/zero_init.py": ZERO for who in ("ada", "bob", "zoe")}
    archive = tmp_path / "class.zip"
    archive.write_bytes(zipped(answers | {f"{who}/{name}": content for who in ("ada", "bob")}))
    submissions, rows, listed = seen(class_of({}, path=archive))
    assert submissions == dict.fromkeys(("ada.zero_init", "bob.zero_init", "zoe.zero_init"))
    assert (rows, len(listed)) == (set(), 2)


@pytest.mark.parametrize(
    "other", ["山田\u3000太郎", "山田\u00a0太郎", "山田  太郎", "山田 太郎\u202e"]
)
def test_names_that_look_the_same_are_two_students(both, other):
    submissions, _, _ = both({f"{n}/zero_init.py": ZERO for n in ("山田 太郎", other)})
    assert len(submissions) == 2


def test_a_name_in_two_compositions_is_one_student(class_of):
    files = {"Zo\u00eb/zero_init.py": ZERO, "Zoe\u0308/random_init.py": RANDOM}
    assert {s.student.label for s in class_of(files).submissions} == {"Zoë"}


def test_two_students_of_one_name_have_two_rows(class_of):
    name = "Ada Lovelace_{}_assignsubmission_file/{}"
    files = {name.format(3, "zero_init.py"): ZERO, name.format(8, "x.pdf"): b"x"}
    files |= {"Bo_5_assignsubmission_file/random_init.py": RANDOM}
    _, rows, _ = seen(class_of(files))
    assert rows == {"Ada Lovelace 8"}


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("place", ["{}.zip", "{}/lab.zip", "{}/week 1/lab.zip"])
def test_a_zip_in_zips_is_read(class_of: Any, depth: int, place: str) -> None:
    files = {place.format("ada"): nested(depth), "bo/zero_init.py": ZERO}
    gathered = class_of(files)
    assert {s.student.label: s.problem for s in gathered.submissions} == {"ada": None, "bo": None}
    assert gathered.left_over == ()
