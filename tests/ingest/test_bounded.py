"""No file that one student handed in costs anybody else anything, however it ends its reader."""

from __future__ import annotations

import ctypes
import io
import json
import os
import signal
import sys
import time
import zipfile
from collections import namedtuple

import pytest

from grader.errors import UsageError
from grader.ingest import matching, unpacking
from grader.ingest.answers import contents
from grader.source import Apart, cells, iter_entries, place

ZERO = "def zeros():\n    return 0\n"


def zipped(files, level=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return buffer.getvalue()


def spin():
    while True:
        pass


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def impatient(monkeypatch, seconds=0.5):
    # The package has a function of the module's name.
    gather = sys.modules["grader.ingest.gather"]
    monkeypatch.setattr(gather, "Apart", lambda: Apart(seconds=seconds))


ENDS = {
    "takes too long": spin,
    "takes too much memory": lambda: bytearray(64 << 30),
    "ends the program": lambda: ctypes.string_at(0),
}


@pytest.fixture
def hostile(monkeypatch):
    """Return a function after which a file with the word BOMB does something to its reader."""

    def arm(does):
        real = contents.read_source

        def read(name, data):
            if b"BOMB" in data:
                does()
            return real(name, data)

        monkeypatch.setattr(contents, "read_source", read)
        impatient(monkeypatch)

    return arm


def reports(gathered):
    return {
        s.student.label: (s.exercise, s.names, s.problem, s.notes) for s in gathered.submissions
    }


def with_output(text, end=""):
    output = {"output_type": "stream", "name": "stdout", "text": text}
    cell = {"cell_type": "code", "source": ZERO, "metadata": {}, "outputs": [output]}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    return json.dumps(book, ensure_ascii=False) + end


@pytest.mark.parametrize("number", [4, 8])
def test_what_refused_files_leave_in_memory_is_no_fault_of_a_classmate_s(
    class_of, monkeypatch, number
):
    """The text of notebooks that are cut off stayed in the reader, and took another's grade."""
    gather = sys.modules["grader.ingest.gather"]
    monkeypatch.setattr(gather, "Apart", lambda: Apart(memory_mib=200))
    honest = {"zoe/zero_init.ipynb": with_output("\u00e9" * (8 << 20))}
    alone = reports(class_of(honest))["zoe"]
    assert alone[2] is None
    wide = with_output("\N{SNAKE}" + "a" * (8 << 20), end=",")
    files = {f"eve/x{n}.ipynb": wide + str(n) for n in range(number)}
    found = class_of({**honest, "eve/zero_init.py": ZERO, **files})
    assert reports(found)["zoe"] == alone
    assert reports(found)["eve"][2] is None
    assert {left.path for left in found.left_over if left.unread} == {*files}


@pytest.mark.parametrize("where", ["flat", "folder", "zip", "module"])
@pytest.mark.parametrize("reason", ENDS)
def test_a_file_that_ends_its_reader_is_its_student_s(class_of, hostile, where, reason):
    bomb = ZERO + "# BOMB\n"
    mallory = {
        "flat": {"mallory_zero_init.py": bomb},
        "folder": {"mallory/zero_init.py": bomb},
        "zip": {"mallory.zip": zipped([("zero_init.py", bomb)])},
        "module": {
            "mallory/zero_init.py": "from helper import *\n" + ZERO,
            "mallory/helper.py": bomb,
        },
    }[where]
    honest = {"ada/zero_init.py": ZERO, "bob/zero_init.py": ZERO}
    if where == "flat":
        honest = {"ada_zero_init.py": ZERO, "bob_zero_init.py": ZERO}
    hostile(ENDS[reason])
    alone = reports(class_of(honest))
    beside = reports(class_of(honest | mallory))
    exercise, names, problem, notes = beside.pop("mallory")
    assert beside == alone
    assert exercise == "zero_init"
    if where == "module":
        assert problem is None
        assert names == ("zero_init.py",)
        assert any(reason in note for note in notes)
    else:
        assert reason in problem


def test_a_reader_that_was_killed_costs_nobody_points(class_of, hostile):
    hostile(kill)
    gathered = class_of({"ada/zero_init.py": ZERO, "bob/zero_init.py": ZERO + "# BOMB"})
    assert {*reports(gathered)} == {"ada"}
    (left,) = gathered.left_over
    assert (left.student, left.unread, left.alone) == ("bob", True, True)
    assert "was ended" in left.reason


def slow_files(number):
    return [(f"m{n}.py", ZERO + f"# BOMB {n}\nimport m{n + 1}\n") for n in range(number)]


@pytest.mark.parametrize("where", ["flat zip", "folder", "zip in a folder", "zip in a zip"])
@pytest.mark.parametrize("seconds", [0.3, 60.0])
def test_one_student_s_files_are_read_for_so_long_and_no_longer(
    class_of, tmp_path, monkeypatch, where, seconds
):
    """Each may take what one file may: a small zip of them had kept a class waiting for hours."""
    log = tmp_path / "log"
    real = contents.read_source

    def read(name, data):
        if b"BOMB" in data:
            with log.open("a") as stream:
                stream.write("read\n")
            started = time.process_time()
            while time.process_time() - started < 0.1:
                pass
        return real(name, data)

    monkeypatch.setattr(contents, "read_source", read)
    monkeypatch.setattr(contents, "READING_SECONDS", seconds)
    monkeypatch.setattr(contents, "OF_A_FOLDER", 1.0)
    files = slow_files(10)
    mallory = {
        "flat zip": {"mallory.zip": zipped(files)},
        "folder": {f"mallory/{name}": data for name, data in files},
        "zip in a folder": {"mallory/x.zip": zipped(files)},
        "zip in a zip": {"mallory.zip": zipped([("x.zip", zipped(files))])},
    }[where]
    # One of the honest has what the hostile one has, too, and is read after it.
    honest = {"ada/zero_init.py": ZERO, "zoe/zero_init.py": files[-1][1]}
    found = class_of(honest | mallory)
    labels = {item.of.label for item in found.left_over if "together take too long" in item.reason}
    for who in ("ada", "zoe"):
        assert reports(found)[who][:3] == ("zero_init", ("zero_init.py",), None)
    assert "mallory" in {student.label for student in found.handed}
    if seconds == 0.3:
        assert len(log.read_text().split()) < 10
        assert labels == {"mallory"}
    else:  # the control
        assert len(log.read_text().split()) >= 10
        assert labels == set()


@pytest.mark.parametrize("ends", [spin, kill, *[*ENDS.values()][1:]])
def test_a_zip_that_could_not_be_walked_leaves_nothing_on_the_disk(
    class_of, tmp_path, monkeypatch, ends
):
    """Its files counted for nothing, so that a few such zips could have filled the disk."""
    real = unpacking.iter_entries

    def entries(archive, *args):
        for entry in real(archive, *args):
            if "BOMB" in entry.path:
                ends()
            yield entry

    monkeypatch.setattr(unpacking, "iter_entries", entries)
    impatient(monkeypatch)
    noise = os.urandom(1 << 20)
    packed = zipped([("zero_init.py", ZERO), ("large.py", noise), ("BOMB.py", noise * 2)])
    found = class_of({"ada.zip": zipped([("zero_init.py", ZERO)]), "mallory.zip": packed})
    assert reports(found)["ada"][2] is None
    assert sum(p.stat().st_size for p in tmp_path.glob("scratch*/*")) < 1000


def test_what_an_answer_imports_is_read_as_far_as_memory_goes(class_of, monkeypatch):
    """All files of a submission are in memory at once, and three hundred may be imported."""
    monkeypatch.setattr("grader.ingest.gathered.MOST_MIB", 2)
    large = "x = 1\n" + "#" * (1 << 20)
    answer = "import small\nfrom a import *\nfrom b import *\nfrom c import *\n" + ZERO
    files = {f"mallory/{name}.py": large for name in "abc"}
    files |= {"mallory/zero_init.py": answer, "mallory/small.py": "y = 1\n"}
    for who in ("ada", "mallory"):
        honest = {"ada/zero_init.py": answer, "ada/small.py": "y = 1\n", "ada/a.py": "x = 1\n"}
        (found,) = [s for s in class_of(honest | files).submissions if s.student.label == who]
        assert found.problem is None
        assert found.names[-1] == "zero_init.py"
        assert "small.py" in found.names
        assert sum(len(data) for _, data in found.read()) <= 2 << 20
        said = [note for note in found.notes if "MiB together" in note]
        assert len(said) == (2 if who == "mallory" else 0)


@pytest.mark.parametrize(
    "text",
    [
        "def zeros(a, b, c): return {}\n" + "".join(f"def f{n}(): pass\n" for n in range(9)),
        ZERO + "# {}\n",
        "import m{}\n" + ZERO,
        "\0 {}",
    ],
)
def test_as_many_notes_as_somebody_reads(class_of, text):
    """Each file beside an answer could give one, of a hundred thousand files."""
    files = [(f"m{n}.py", text.format(n)) for n in range(150)]
    again = [(f"again{n}.zip", zipped([("zero_init.py", ZERO + f"# {n}")])) for n in range(15)]
    packed = zipped([("zero_init.py", ZERO), *files, *again])
    honest = zipped([("zero_init.py", ZERO)])
    _, found = class_of({"ada.zip": honest, "mallory.zip": packed}).submissions
    assert len(found.notes) <= matching.MOST_NOTES + 20


def test_a_zip_that_ends_its_reader_is_its_student_s(class_of, monkeypatch):
    real = unpacking.iter_entries

    def entries(archive, *args):
        if archive.name == "mallory.zip":
            spin()
        return real(archive, *args)

    monkeypatch.setattr(unpacking, "iter_entries", entries)
    impatient(monkeypatch)
    packed = zipped([("zero_init.py", ZERO)])
    found = reports(class_of({"ada.zip": packed, "mallory.zip": packed}, only="zero_init"))
    assert found["ada"][2] is None
    assert "takes too long" in found["mallory"][2]


@pytest.mark.parametrize(("size", "number"), [(5 << 20, 50), (21 << 20, 12), (300 << 20, 1)])
@pytest.mark.parametrize("name", ["zero.py", "a.ipynb", "abc.zip"])
def test_many_members_of_zeros_are_refused_one_by_one(class_of, tmp_path, once, name, size, number):
    """Fifty of them, a few hundred kilobytes, had made the zip of the whole class unreadable."""
    files = [(f"mallory/{n}-no.name", bytes(size)) for n in range(number)]
    files += [("ada/zero_init.py", ZERO), ("zoe/zero_init.py", ZERO)]
    # Packed once: to call them otherwise takes no time.
    packed = once((size, number), lambda: zipped(files, level=1))
    (tmp_path / "class.zip").write_bytes(packed.replace(b"no.name", name.encode()))
    found = class_of({}, path=tmp_path / "class.zip")
    for who in ("ada", "zoe"):
        assert reports(found)[who][:3] == ("zero_init", ("zero_init.py",), None)
    assert {s.label for s in found.handed} == {"ada", "mallory", "zoe"}


def test_what_a_class_has_no_room_for_is_listed_and_the_small_are_read(
    class_of, tmp_path, monkeypatch
):
    room = namedtuple("room", "free")(int((3 << 20) / 0.8))
    monkeypatch.setattr("shutil.disk_usage", lambda _: room)
    noise = os.urandom(1 << 20)
    files = [(f"mallory/{n}.py", noise) for n in range(5)] + [("ada/zero_init.py", ZERO)]
    (tmp_path / "class.zip").write_bytes(zipped(files))
    found = class_of({}, path=tmp_path / "class.zip")
    assert reports(found)["ada"][2] is None
    full = [left for left in found.left_over if "no room" in left.reason]
    assert len(full) == 3
    assert all(left.student == "mallory" and left.unread for left in full)


def test_what_a_student_s_zip_has_no_room_for_is_no_fault_of_theirs(class_of, monkeypatch):
    room = namedtuple("room", "free")(int((3 << 20) / 0.8))
    monkeypatch.setattr("shutil.disk_usage", lambda _: room)
    noise = os.urandom(2 << 20)
    packed = {f"{who}.zip": zipped([("zero_init.py", noise)]) for who in ("eve", "mallory")}
    found = class_of(packed | {"ada.zip": zipped([("zero_init.py", ZERO)])}, only="zero_init")
    assert reports(found)["ada"][2] is None
    full = [left for left in found.left_over if "no room" in left.reason]
    assert len(full) == 1


def test_a_zip_in_a_zip_shares_the_budget_of_the_outer_one(monkeypatch, tmp_path, class_of):
    limits = cells.Limits(archive_entries=100, expanded_mib=3)
    monkeypatch.setattr(unpacking, "ZIP_LIMITS", limits)
    inner = zipped([("data.py", os.urandom(1 << 20))])
    outer = zipped([("zero_init.py", ZERO), *((f"{n}.zip", inner) for n in range(5))])
    found = class_of({"mallory.zip": outer, "ada.zip": zipped([("zero_init.py", ZERO)])})
    unpacked = sum(p.stat().st_size for p in tmp_path.glob("scratch*/*"))
    assert unpacked <= (3 << 20) + 100
    assert {*reports(found)} == {"ada", "mallory"}
    many = zipped([(f"{n}.zip", zipped([(f"{m}.txt", "") for m in range(40)])) for n in range(5)])
    refused = [left.reason for left in class_of({"eve.zip": many}).left_over]
    assert any("more than 100 entries" in reason for reason in refused)


MANY = 24
SEVERAL_ZIPS = {
    "Canvas files": (
        {f"ada_7_{n}_zero_init.py": ZERO for n in range(3)} | {"zoe_8_1_zero_init.py": ZERO},
        "mallory_9_{n}_{n}.zip",
        1,
    ),
    "a Moodle folder": (
        {f"{who}_{n}_assignsubmission_file_/zero_init.py": ZERO for n, who in enumerate("az")},
        "Mallory_5_assignsubmission_file_/{n}.zip",
        1,
    ),
    "a submission of Gradescope's": (
        {
            "submission_1/zero_init.py": ZERO,
            "submission_metadata.yml": "submission_1:\n  :submitters:\n  - :name: a\n",
        },
        "submission_2/{n}.zip",
        1,
    ),
    "a name in a shared folder": (
        {"ada_zero_init.py": ZERO, "zoe_zero_init.py": ZERO},
        "mallory_zero_init ({n}).zip",
        1,
    ),
    "a folder": ({"ada/zero_init.py": ZERO, "zoe/zero_init.py": ZERO}, "mallory/{n}.zip", 10),
    "folders in a folder": (
        {"ada/zero_init.py": ZERO, "zoe/zero_init.py": ZERO},
        "mallory/{n}/a_{n}_1_x.zip",
        10,
    ),
    "a folder of a week": (
        {"all/lab1/ada/zero_init.py": ZERO, "all/lab1/zoe/zero_init.py": ZERO},
        "all/lab1/mallory/{n}.zip",
        10,
    ),
}


# The others are the controls: with room for all, all of it is read.
EACH = [(where, True) for where in SEVERAL_ZIPS]
EACH += [("Canvas files", False), ("folders in a folder", False)]


@pytest.fixture
def several_zips(class_of):
    """Return a function that has one student hand in many zips, and counts what is unpacked."""

    def build(where, members):
        honest, name, _ = SEVERAL_ZIPS[where]
        # Others have a zip as well, larger than each of these, so that it is unpacked after them.
        large = zipped([("zero_init.py", ZERO + f"# {os.urandom(30_000).hex()}")])
        honest = {f: data for f, data in honest.items() if data != ZERO} | {
            f.replace("zero_init.py", "zero_init.zip"): large for f in honest if honest[f] == ZERO
        }
        packed = {name.format(n=n): zipped(members(n)) for n in range(MANY)}
        found = class_of(honest | packed)
        bad = [s for s in found.submissions if s.problem and s.student.label.lower()[:3] != "mal"]
        assert bad == [] or where.endswith("Gradescope's")
        assert len(found.handed) >= 2
        return found

    return build


@pytest.mark.parametrize(("where", "bounded"), EACH)
def test_one_student_s_zips_hold_so_many_entries_together(
    several_zips, monkeypatch, where, bounded
):
    most = 100 if bounded else 100_000
    monkeypatch.setattr(unpacking, "ZIP_LIMITS", cells.Limits(archive_entries=most))
    monkeypatch.setattr("grader.ingest.gathered._MOST_LISTED", 10_000)
    found = several_zips(where, lambda n: [(f"{m}.txt", "") for m in range(80)])
    seen = [left for left in found.left_over if left.path.endswith(".txt")]
    if bounded:
        assert 80 <= len(seen) <= most * SEVERAL_ZIPS[where][2]
    else:
        assert len(seen) == 80 * MANY


@pytest.mark.parametrize(("where", "bounded"), EACH)
def test_one_student_s_zips_unpack_to_so_much_together(
    several_zips, monkeypatch, tmp_path, where, bounded
):
    most = 1 if bounded else 1000
    monkeypatch.setattr(unpacking, "ZIP_LIMITS", cells.Limits(expanded_mib=most))
    several_zips(where, lambda n: [("a.py", ZERO + "#" * (700 << 10))])
    unpacked = sum(p.stat().st_size for p in tmp_path.glob("scratch*/*"))
    if bounded:
        assert 700 << 10 <= unpacked <= (SEVERAL_ZIPS[where][2] << 20) + 300_000
    else:
        assert unpacked >= MANY * (700 << 10)


@pytest.mark.parametrize(("where", "bounded"), EACH)
def test_one_student_s_zips_are_unpacked_for_so_long_together(
    several_zips, monkeypatch, tmp_path, where, bounded
):
    log, real = tmp_path / "log", unpacking.iter_entries

    def slow(archive, *args):
        started = time.process_time()
        for entry in real(archive, *args):
            if "SLOW" in entry.path:
                with log.open("a") as stream:
                    stream.write("read\n")
                while time.process_time() - started < 0.06:
                    pass
            yield entry

    monkeypatch.setattr(unpacking, "iter_entries", slow)
    monkeypatch.setattr(unpacking, "ZIP_SECONDS", 0.09 if bounded else 1000.0)
    several_zips(where, lambda n: [("SLOW.py", ZERO)])
    read = len(log.read_text().split())
    if bounded:
        assert 1 <= read <= 2 * SEVERAL_ZIPS[where][2]
    else:
        assert read == MANY


@pytest.mark.parametrize("where", SEVERAL_ZIPS)
def test_what_a_student_s_zips_hold_too_much_is_the_student_s_and_a_folder_s_is_ours(
    several_zips, monkeypatch, where
):
    """A folder may be a class's: nobody in it has a zero for what the others handed in."""
    monkeypatch.setattr(unpacking, "ZIP_LIMITS", cells.Limits(archive_entries=50))
    found = several_zips(where, lambda n: [(f"{m}.txt", "") for m in range(50)])
    reasons = {left.reason for left in found.left_over}
    reasons |= {one.problem for one in found.submissions if one.problem}
    own, of_folder = (
        any(text in reason for reason in reasons)
        for text in ("all the archives together", "archives of its folder together")
    )
    is_one_s = SEVERAL_ZIPS[where][2] == 1
    assert (own, of_folder) == (is_one_s, not is_one_s)


def test_a_full_temporary_folder_is_one_sentence(class_of, tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    packed = zipped([("zero_init.py", ZERO)])
    (tmp_path / "class.zip").write_bytes(zipped([("ada/zero_init.py", ZERO)]))
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(UsageError, match=r"temporary folder .* cannot be written: No space left"):
        class_of({}, path=tmp_path / "class.zip")
    monkeypatch.undo()
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.zip").write_bytes(packed)
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(UsageError, match="TMPDIR"):
        class_of({})


def test_of_two_members_of_one_name_the_later_one_counts_however_large(class_of, tmp_path):
    for first, second in ((ZERO, ZERO + "# more\n" * 9), (ZERO + "# more\n" * 9, ZERO)):
        with pytest.warns(UserWarning, match="Duplicate"):
            data = zipped([("ada/zero_init.py", first), ("ada/zero_init.py", second)])
        (tmp_path / "class.zip").write_bytes(data)
        (submission,) = class_of({}, path=tmp_path / "class.zip").submissions
        assert submission.read()[-1][1] == second.encode()


@pytest.mark.parametrize(
    "name",
    [
        "a/" * 30_000 + "x.py",
        "a" * 200 + "/" + "b/" * 2_000 + "x.py",
        ("n" * 250 + "/") * 20 + "x.py",
    ],
)
def test_a_path_of_thousands_of_folders_is_refused_for_itself(class_of, tmp_path, name):
    assert place(name).refused is not None
    assert len(place(name).path) <= 2000
    (tmp_path / "class.zip").write_bytes(
        zipped([(f"eve/{name}", ZERO), ("ada/zero_init.py", ZERO)])
    )
    found = class_of({}, path=tmp_path / "class.zip")
    assert {*reports(found)} == {"ada"}
    assert {s.label for s in found.handed} == {"ada", "eve"}


def test_honest_depth_is_read(class_of):
    name = "/".join(["my work for the course"] * 20) + "/zero_init.py"
    assert place(name).refused is None
    assert {*reports(class_of({f"ada/{name}": ZERO, "bob/zero_init.py": ZERO}))} == {"ada", "bob"}


def test_entries_come_small_ones_first():
    data = zipped([("large.py", "x" * 99), ("small.py", "x"), ("medium.py", "x" * 9)])
    assert [e.path for e in iter_entries(data)] == ["small.py", "medium.py", "large.py"]
    assert [e.number for e in iter_entries(data)] == [1, 2, 0]


def test_of_thousands_of_files_some_are_listed_and_the_others_counted(class_of):
    files = [(f"data/{n:05}.txt", "") for n in range(3000)]
    eve = zipped([*files, ("zero_init.py", ZERO), ("broken.py", b"\0\0")])
    found = class_of({"eve.zip": eve, "ada.zip": zipped([("zero_init.py", ZERO)])})
    assert {*reports(found)} == {"ada", "eve"}
    assert len(found.left_over) == 101
    # What needs a look comes first, and nothing is left out of the count.
    assert found.left_over[0].path == "eve/broken.py"
    assert found.left_over[-1].path == "eve/data/00099.txt and 2,900 more files"


@pytest.mark.parametrize("copies", [30, 400])
def test_files_with_marks_are_not_compared_each_with_each(class_of, monkeypatch, copies):
    asked = []
    real = contents.Contents.may_import
    monkeypatch.setattr(
        contents.Contents, "may_import", lambda *args: asked.append(args) or real(*args)
    )
    files = [(f"m{n}-1.py", f"import m{n + 1}\n") for n in range(copies)]
    class_of({"eve.zip": zipped([*files, ("zero_init.py", ZERO)])})
    assert len(asked) <= 300 * 300
    assert bool(asked) == (copies == 30)


@pytest.mark.parametrize("reason", ENDS)
def test_metadata_that_end_their_reader_are_said_in_a_sentence(class_of, monkeypatch, reason):
    from grader.ingest.layouts import metadata

    monkeypatch.setattr(metadata, "_students", lambda *_: ENDS[reason]())
    impatient(monkeypatch, 0.05)
    listed = 'submission_1: {":submitters": [{":name": "ada"}]}\n'
    files = {"submission_metadata.yml": listed, "submission_1/zero_init.py": ZERO}
    with pytest.raises(UsageError, match=rf"metadata.yml: it {reason}[^:]*\. Nothing else"):
        class_of(files)
