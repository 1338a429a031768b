"""Does what fails, or is too much, while a class is looked through cost nobody anything?"""

from __future__ import annotations

import os
import zipfile
from collections import namedtuple
from pathlib import PosixPath, PurePosixPath

import pytest
from small_course import zipped

from grader.errors import UsageError
from grader.ingest import Given, listing, unpacking
from grader.ingest.answers import contents
from grader.ingest.answers.given import digest_of
from grader.ingest.layouts import metadata
from grader.ingest.stored import StoredFile, fault_of_disk
from grader.source import Apart, archives

ZERO = "def zeros():\n    return 0\n"
CLASS = {"ada/zero_init.py": ZERO, "bob/zero_init.py": ZERO + "# bob\n", "bob/a.csv": "1"}


def in_zips(depth):
    return zipped({"zero_init.py": ZERO} if depth == 1 else {"in.zip": in_zips(depth - 1)})


PACKED = {
    "answer": zipped({"zero_init.py": ZERO, "sub/": "", "__MACOSX/._zero_init.py": "x"}),
    "wide": "import numpy as np\n\ndef zeros(): ...".encode("utf-16"),
    "in two": in_zips(2),
    "in four": in_zips(4),
    "many": zipped({f"{n:02}.zip": in_zips(1) for n in range(25)}),
    "hidden": zipped({"__MACOSX/._zero_init.py": "x"}),
    "dotted": zipped({".zero_init.py": ZERO}),
    "empty": zipped({}),
    "broken": in_zips(1)[:-30],
    "bomb": zipped({"zero_init.py": ZERO, "big.py": b"0" * (21 << 20)}),
    "notebook": b"{",
}


@pytest.mark.parametrize("what", PACKED)
def test_where_there_is_no_fork_all_is_read_in_this_process_and_as_well(
    class_of, monkeypatch, what
):
    suffix = {"wide": ".py", "notebook": ".ipynb"}.get(what, ".zip")
    files = CLASS | {f"eve/zero_init{suffix}": PACKED[what]}
    found = []
    for methods in (["fork"], ["spawn"]):
        monkeypatch.setattr("grader.source.apart.get_all_start_methods", lambda m=methods: m)
        gathered = class_of(files)
        listed = [(item.path, item.reason, item.student) for item in gathered.left_over]
        found.append((rows(gathered), sorted(listed, key=str), {s.label for s in gathered.handed}))
    forked, here = found
    assert here == forked
    assert here[2] == {"ada", "bob", "eve"}


def rows(gathered):
    return {s.student.label: (s.names, s.problem) for s in gathered.submissions}


@pytest.mark.parametrize("number", [1, 2])
def test_a_disk_may_fail_at_any_reading_of_a_file(class_of, monkeypatch, number):
    seen = []
    real = contents.read_source

    def read(name, data):
        if b"bob" in data:
            seen.append(name)  # in the process that reads
            if len(seen) == number:
                raise OSError(5, "Input/output error")
        return real(name, data)

    monkeypatch.setattr(contents, "read_source", read)
    gathered = class_of(CLASS)
    there = {s.label for s in gathered.handed}
    assert there == {"ada", "bob"}
    assert rows(gathered)["ada"] == (("zero_init.py",), None)
    assert all(problem is None for _, problem in rows(gathered).values())


def test_what_cannot_be_read_is_not_as_it_was_given_out_and_equals_nothing(tmp_path, exercises):
    gone = StoredFile(PurePosixPath("zero_init.py"), tmp_path / "gone.py")
    there = StoredFile(PurePosixPath("zero_init.py"), tmp_path / "there.py")
    there.blob.write_text(ZERO)
    given = Given(files=frozenset({digest_of(ZERO.encode())}))
    with Apart() as apart, contents.Contents(exercises, given, apart=apart) as opened:
        assert [opened.is_given_out(file) for file in (gone, there)] == [False, True]
        assert not opened.are_equal(gone, there)
        assert not opened.are_equal(gone, gone)
        assert opened.are_equal(there, there)


def test_a_folder_that_cannot_be_listed_is_somebody_s(class_of, monkeypatch):
    real = os.scandir

    def scandir(path):
        if os.fspath(path).endswith("/ada"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)  # root may list anything
    gathered = class_of(CLASS)
    assert {*rows(gathered)} == {"bob"}
    (left,) = [item for item in gathered.left_over if item.path.startswith("ada")]
    assert left.reason == "it cannot be read: Permission denied"
    assert {s.label for s in gathered.handed} == {"ada", "bob"}


def test_a_file_that_goes_while_the_class_is_listed_is_listed(class_of, tmp_path, monkeypatch):
    real = listing._unfit

    def unfit(path):
        if path.parent.name == "ada":
            path.unlink()
        return real(path)

    monkeypatch.setattr(listing, "_unfit", unfit)
    gathered = class_of(CLASS)
    assert {*rows(gathered)} == {"bob"}
    (left,) = [item for item in gathered.left_over if item.path.startswith("ada")]
    assert left.reason == "it cannot be read: No such file or directory"


@pytest.mark.parametrize("bound", ["MOST_FILES", "MOST_SEEN"])
def test_a_look_around_one_s_own_file_ends(tmp_path, monkeypatch, bound):
    for n in range(4):
        (tmp_path / f"d{n}").mkdir()
        (tmp_path / f"d{n}" / "a.py").write_text(ZERO)
        (tmp_path / f"d{n}" / "notes.txt").write_text("x")
    assert len(list(listing.code_below(tmp_path))) == 4
    monkeypatch.setattr(listing, bound, {"MOST_FILES": 2, "MOST_SEEN": 8}[bound])
    assert len(list(listing.code_below(tmp_path))) == 2


def test_metadata_of_any_size_are_refused_before_they_are_read(class_of, monkeypatch):
    files = {
        "export/submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: Ada\n",
        "export/submission_1/zero_init.py": ZERO,
        "export/submission_2/zero_init.py": ZERO,
    }
    assert class_of(files).submissions
    monkeypatch.setattr(metadata, "MOST_MIB", 0)
    with pytest.raises(UsageError, match=r"submission_metadata\.yml is larger than 0 MiB"):
        class_of(files)


def test_who_used_up_the_time_for_outlines_is_told_by_what_the_text_looks_like(
    class_of, monkeypatch
):
    files = {"eve/lab.py": ZERO, "eve/copy/lab.py": ZERO, "ada/work.py": ZERO}
    plain = class_of(files)
    monkeypatch.setattr(contents, "STUDENT_SECONDS", -1.0)
    late = class_of(files)
    exercises = {(s.id, s.names, s.problem) for s in late.submissions}
    assert exercises == {(s.id, s.names, s.problem) for s in plain.submissions}
    assert {s.label for s in late.handed} == {"ada", "eve"}


def test_a_zip_on_a_disk_that_fails_is_nobody_s_zero(class_of, monkeypatch):
    real = unpacking.iter_entries

    def entries(archive, *args):
        if archive.name == "eve.zip":
            raise OSError(5, "Input/output error")
        return real(archive, *args)

    monkeypatch.setattr(unpacking, "iter_entries", entries)
    packed = PACKED["answer"]
    gathered = class_of({"eve.zip": packed, "ada.zip": packed}, only="zero_init")
    assert {*rows(gathered)} == {"ada"}
    (left,) = [item for item in gathered.left_over if item.student == "eve"]
    assert (left.reason, left.unread) == ("it cannot be read: Input/output error", True)


@pytest.mark.parametrize("name", [".", "..", "/.", "./."])
def test_a_member_without_a_name_costs_nobody_anything(class_of, tmp_path, name):
    path = tmp_path / "class.zip"
    found = []
    for files in (CLASS, {name: "x"} | CLASS):
        path.write_bytes(zipped(files))
        gathered = class_of({}, path=path)
        found.append((rows(gathered), gathered.left_over))
    assert found[0] == found[1]


@pytest.mark.parametrize("number", [5, 13, 116, 121])
@pytest.mark.parametrize("where", ["opened", "walked", "in a class's zip", "the class's zip"])
def test_a_zip_that_its_disk_does_not_give_is_no_damaged_one(
    class_of, tmp_path, monkeypatch, where, number
):
    """It was a graded 0: pack the files again."""
    packed = zipped({"zero_init.py": ZERO, "more.py": ZERO})
    error = OSError(number, os.strerror(number))
    if where in ("opened", "the class's zip"):
        real = archives._stream

        def stream(archive):
            if archive.name in ("mallory.zip", "broken.zip"):
                raise error
            return real(archive)

        monkeypatch.setattr(archives, "_stream", stream)
    else:
        real_open = zipfile.ZipFile.open

        def opened(self, entry, mode="r"):
            if mode == "r" and entry.filename.endswith("more.py"):
                raise error
            return real_open(self, entry, mode)

        monkeypatch.setattr(zipfile.ZipFile, "open", opened)
    path = None
    if "class's" in where:
        path = tmp_path / ("broken.zip" if where == "the class's zip" else "class.zip")
        path.write_bytes(zipped({"ada/zero_init.py": ZERO, "mallory/more.py": ZERO}))
    if where == "the class's zip":
        with pytest.raises(UsageError, match=f"cannot be read: {os.strerror(number)}"):
            class_of({}, path=path)
        return
    found = class_of({"ada/zero_init.py": ZERO, "mallory.zip": packed}, path=path)
    assert rows(found)["ada"] == (("zero_init.py",), None)
    assert all(problem is None for _, problem in rows(found).values())
    assert {student.label for student in found.handed} == {"ada", "mallory"}
    assert any(os.strerror(number) in left.reason and left.unread for left in found.left_over)


def test_a_damaged_zip_is_its_student_s(class_of):
    """The control of what is above."""
    packed = zipped({"zero_init.py": ZERO, "more.py": ZERO})
    found = class_of({"ada/zero_init.py": ZERO, "mallory.zip": packed[:-30]})
    assert "archive is damaged" in rows(found)["mallory"][1]


METADATA = "submission_1:\n  :submitters:\n  - :name: Ada\n"
EXPORT = {
    "submission_metadata.yml": METADATA,
    "submission_1/zero_init.py": ZERO,
    "submission_2/zero_init.py": ZERO,
    "notes.txt": "",
}


@pytest.mark.parametrize("number", [5, 13, 116])
@pytest.mark.parametrize("layout", ["auto", "gradescope"])
@pytest.mark.parametrize("where", ["opened", "sized", "listed"])
def test_an_export_s_metadata_that_its_disk_does_not_give_are_told_of(
    class_of, monkeypatch, where, layout, number
):
    """Nothing else tells whose the submissions are: they are nobody's until it can be read."""
    error = OSError(number, os.strerror(number))

    def fails(path, *args, **kwargs):
        if "submission_metadata" in str(path):
            raise error
        return real(path, *args, **kwargs)

    if where == "listed":
        real = listing._unfit
        monkeypatch.setattr(
            listing,
            "_unfit",
            lambda path: fault_of_disk(error) if "metadata" in path.name else real(path),
        )
    else:
        name = {"opened": "read_bytes", "sized": "stat"}[where]
        real = getattr(PosixPath, name)
        monkeypatch.setattr(PosixPath, name, fails)
    with pytest.raises(UsageError) as said:
        class_of(EXPORT, layout=layout)
    assert "submission_metadata.yml" in str(said.value)
    assert os.strerror(number) in str(said.value)
    assert "--layout plain" in str(said.value)
    monkeypatch.undo()
    if layout == "auto":  # the control, and what the sentence says to do
        assert {s.label for s in class_of(EXPORT).handed} >= {"Ada", "submission_2"}
        assert {*rows(class_of(EXPORT, layout="plain"))} == {"submission_1", "submission_2"}


def test_metadata_that_were_refused_in_a_zip_are_no_other_file_s(class_of, tmp_path, monkeypatch):
    """The zip itself was read as if it were they."""
    room = namedtuple("room", "free")(100)
    monkeypatch.setattr("shutil.disk_usage", lambda _: room)
    (tmp_path / "class.zip").write_bytes(zipped(EXPORT | {"submission_metadata.yml": METADATA * 9}))
    with pytest.raises(UsageError, match=r"submission_metadata.yml: .* no room"):
        class_of({}, path=tmp_path / "class.zip")
