"""Are students and attempts told by the names of Brightspace and Blackboard in a plain folder?"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from labs import lab

from grader.ingest.attempts import attempt_of

RANDOM = lab("initialize_parameters(n_x, n_h, n_y)")
FIRST, SECOND = f"{RANDOM}\n# first\n", f"{RANDOM}\n# second\n"
# In the order of names the later attempt would come first.
BRIGHTSPACE = ("Mar 29, 2018 1105 PM", "Mar 30, 2018 905 AM", "Dec 31, 2018 1259 PM")
FORMS = {
    "Brightspace": "1339{n}-80551 - {who} - {when} - {file}",
    "Brightspace, with a mark": "1339{n}-80551 - {who} - {when} - EL - {file}",
    "Brightspace, folders": "1339{n}-80551 - {who} - {when}/{file}",
    "Brightspace, without numbers": "{who} - {when} - {file}",
    "Blackboard": "HW 1_{who}_attempt_{when}_{file}",
    "Blackboard, called like the exercise": "random_init_{who}_attempt_{when}_{file}",
}
BLACKBOARD = ("2019-01-31-22-51-33", "2019-02-01-02-51-33", "2019-12-31-12-59-00")


def named(form: str, n: int, who: str, when: int, file: str) -> str:
    times = BLACKBOARD if form.startswith("Blackboard") else BRIGHTSPACE
    return FORMS[form].format(n=n, who=who, when=times[when], file=file)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("file", ["lab.py", "random_init.py", "my answer.ipynb"])
@pytest.mark.parametrize("how", ["folder", "zip", "zip of a folder"])
def test_the_later_attempt_of_a_student_counts(
    ours_of: Any, tmp_path: Any, notebook: Any, form: str, file: str, how: str
) -> None:
    def work(text: str) -> str:
        return notebook(text) if file.endswith(".ipynb") else text

    files = {
        named(form, 4, "Ada Lovelace", 0, file): work(FIRST),
        named(form, 4, "Ada Lovelace", 1, file): work(SECOND),
        named(form, 5, "Bo Li", 0, file): work(FIRST),
    }
    path = None
    if how != "folder":
        path = tmp_path / "download.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                archive.writestr(f"hw/{name}" if how == "zip of a folder" else name, text)
        files = {}
    gathered = ours_of(files, path=path)
    answers = {one.student.label: one.read()[-1] for one in gathered.submissions}
    assert [one.id for one in gathered.submissions] == [
        "Ada Lovelace.random_init", "Bo Li.random_init",
    ]  # fmt: skip
    assert answers["Ada Lovelace"] == (answers["Ada Lovelace"][0], work(SECOND).encode())
    [left] = gathered.left_over
    assert left.reason == "the student handed it in again later, and the later one counts"


def test_the_later_of_two_files_of_other_names_counts(ours_of: Any) -> None:
    files = {
        named("Blackboard", 4, "ab12", 0, "z.py"): FIRST,
        named("Blackboard", 4, "ab12", 1, "a.py"): SECOND,
    }
    [one] = ours_of(files).submissions
    assert one.names == ("a.py",)
    assert "z.py was handed in before" in " ".join(one.notes)


def test_two_students_of_one_name_are_two(ours_of: Any) -> None:
    files = {named("Brightspace", n, "Ada Lovelace", n, "lab.py"): RANDOM for n in (0, 1)}
    labels = [one.student.label for one in ours_of(files).submissions]
    assert labels == ["Ada Lovelace", "Ada Lovelace [2]"]


def test_what_was_only_typed_into_blackboard_is_listed(ours_of: Any) -> None:
    receipt = "HW 1_{}_attempt_2019-01-31-22-51-33.txt"
    files = {named("Blackboard", 4, "ab12", 0, "lab.py"): RANDOM, receipt.format("ab12"): "x"}
    gathered = ours_of(files | {receipt.format("cd34"): "x"})
    [left] = gathered.left_over
    assert (left.student, left.alone) == ("cd34", True)
    assert "was typed" in left.reason


def test_an_archive_of_an_attempt_is_the_student_s(ours_of: Any) -> None:
    def packed(text: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("answer.py", text)
        return buffer.getvalue()

    files = {
        named("Brightspace", 4, "Ada Lovelace", 0, "lab.zip"): packed(FIRST),
        named("Brightspace", 4, "Ada Lovelace", 1, "lab.zip"): packed(SECOND),
    }
    [one] = ours_of(files).submissions
    assert (one.student.label, one.read()[-1][1]) == ("Ada Lovelace", SECOND.encode())


def test_attempts_of_nbgrader_s_exchange_are_told_by_their_time(ours_of: Any) -> None:
    # In the order of names the later attempt comes first.
    times = ("2019-09-30 22:51:33", "2019-10-01 02:51:33")
    files = {
        f"{who}+random_init+{when} UTC+{mark}/random_init.py": text
        for who, mark in (("ann", "zz"), ("ben", "aa"))
        for when, text in zip(times, (FIRST, SECOND), strict=True)
    }
    gathered = ours_of(files)
    answers = {one.student.label: one.read()[-1][1] for one in gathered.submissions}
    assert answers == {"ann": SECOND.encode(), "ben": SECOND.encode()}


@pytest.mark.parametrize(
    "name",
    ["Ada - lab", "Ada - Foo 29, 2018 1205 PM - lab", "my_attempt_2", "_attempt_2019-01-31", ""],
)
def test_other_names_are_of_another_kind(name: str) -> None:
    assert attempt_of(name) is None


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("Mar 29, 2018 1205 AM", "Mar 29, 2018 105 AM"),
        ("Mar 29, 2018 1159 AM", "Mar 29, 2018 1205 PM"),
        ("Sep 30, 2018 11:59 PM", "Oct 1, 2018 12:00 AM"),
        ("Dec 31, 2018 1159 PM", "Jan 1, 2019 1200 AM"),
    ],
)
def test_times_are_in_order(earlier: str, later: str) -> None:
    one, other = attempt_of(f"Ada - {earlier}"), attempt_of(f"Ada - {later} - x")
    assert one is not None
    assert other is not None
    assert one.turn < other.turn
