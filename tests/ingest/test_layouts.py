"""Is a class read as each system lays it out, with the identities that the layout knows?"""

from __future__ import annotations

import zipfile
from typing import Any

import pytest

from grader.errors import UsageError
from grader.ingest import read_roster
from grader.ingest.layouts import LAYOUTS, nbgrader
from grader.source import Unreadable

ZEROS = "def zeros(): return 0"
CANVAS = {
    "lovelaceada_4_301_zero_init.py": ZEROS,
    "mülleroneilzoë_LATE_5_302_zero init (final).ipynb": "{}",
    "李bo_6_303_lab-1.py": ZEROS,
    "anon_7_304_zero_init.py": ZEROS,
    "LATE_anon_k8_305_zero_init.py": ZEROS,
    "LATE_anon_12_306_zero_init.py": ZEROS,
    "turingalan_9_text.html": "<p>typed</p>",
}
MOODLE = {
    "Ada Lovelace_3_assignsubmission_file/zero_init.py": ZEROS,
    "Zoë Müller-ONeil_1_assignsubmission_file_/lab 1 (final).py": ZEROS,
    "Bo 李_5_assignsubmission_file/sub dir/ünïcode.py": ZEROS,
    "Bo 李_5_assignsubmission_onlinetext/onlinetext.html": "<p>see file</p>",
    "Participant_9_assignsubmission_file/zero_init.py": ZEROS,
    "Default group_assignsubmission_file/zero_init.py": ZEROS,
}
METADATA = """\
submission_101:
  :submitters:
  - :name: Ada Lovelace
    :sid: 'S1001'
    :email: ada@x.invalid
  :created_at: 2026-11-20 10:11:12.000000000 Z
  :score: 7.5
  :results: {tests: [{name: "- :name: Eve", output: "!!python/object/apply:os.system [x]"}]}
submission_102:
  :submitters:
  - {":name": Bo 李, ":sid": 1003, ":email": bo@x.invalid}
  - {":name": Cy, ":sid": null, ":email": cy@x.invalid}
  :created_at: 2026-11-20 10:11:12.000000000 Z
"""
GRADESCOPE = {
    "assignment_7_export/submission_metadata.yml": METADATA,
    "assignment_7_export/submission_101/zero_init.py": ZEROS,
    "assignment_7_export/submission_102/deep/er/zero_init.py": ZEROS,
    "assignment_7_export/submission_103/zero_init.py": ZEROS,
}
NBGRADER = {
    "submitted/ada/zero_init/zero_init.py": ZEROS,
    "submitted/ada/zero_init/timestamp.txt": "2026-02-02 15:58:23.948203 UTC",
    "submitted/bo/ps1/lab.py": ZEROS,
    "source/zero_init/zero_init.py": ZEROS,
    "autograded/ada/zero_init/zero_init.py": "def zeros(): return 'changed'",
}
KINDS = {"canvas": CANVAS, "moodle": MOODLE, "gradescope": GRADESCOPE, "nbgrader": NBGRADER}


def students(gathered: Any) -> dict[str, dict[str, str]]:
    found = {s.id: s.student.model_dump(exclude_none=True) for s in gathered.submissions}
    return {name: {k: v for k, v in known.items() if k != "label"} for name, known in found.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_each_layout_is_recognised(class_of: Any, kind: str) -> None:
    assert class_of(KINDS[kind]).layout == LAYOUTS[kind].title


@pytest.mark.parametrize("kind", KINDS)
def test_a_zip_gives_the_same_as_the_folder(class_of: Any, kind: str, tmp_path: Any) -> None:
    path = tmp_path / "Course-Lab 1-17.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in KINDS[kind].items():
            archive.writestr(name, text)
    found, zipped = class_of(KINDS[kind]), class_of({}, path=path)
    assert students(zipped) == students(found)
    assert zipped.layout == found.layout


def test_the_plain_layout_is_what_is_left(class_of: Any) -> None:
    plain = class_of({"ada/zero_init.py": ZEROS, "bo_1_2_zero_init.py": ZEROS})
    assert plain.layout == LAYOUTS["plain"].title


def test_canvas_names_give_the_canvas_id(class_of: Any) -> None:
    assert students(class_of(CANVAS)) == {
        "lovelaceada.zero_init": {"user_id": "4"},
        "mülleroneilzoë.zero_init": {"user_id": "5"},
        "李bo.zero_init": {"user_id": "6"},
        "anon 7.zero_init": {},
        "anon k8.zero_init": {},
        "anon 12.zero_init": {},
    }


def test_canvas_says_late_and_what_was_only_typed_is_listed(class_of: Any) -> None:
    gathered = class_of(CANVAS)
    late = [s.id for s in gathered.submissions if any("late" in note for note in s.notes)]
    assert late == [
        "anon 12.zero_init",
        "anon k8.zero_init",
        "mülleroneilzoë.zero_init",
    ]
    assert [left.path for left in gathered.left_over] == [
        "mülleroneilzoë_LATE_5_302_zero init (final).ipynb",
        "turingalan_9_text.html",
    ]


def test_of_a_file_that_was_handed_in_again_the_latest_counts_and_that_is_said(
    class_of: Any,
) -> None:
    again = {
        "ada_4_310_zero_init.py": "old = 1",
        "ada_4_322_zero_init-2.py": "newest = 1",
        "ada_4_311_zero_init-1.py": "newer = 1",
    }
    gathered = class_of(again)
    [submission] = gathered.submissions
    assert submission.read() == [("zero_init.py", b"newest = 1")]
    assert {
        (left.path, "handed it in again later" in left.reason) for left in gathered.left_over
    } == {
        ("ada_4_310_zero_init.py", True),
        ("ada_4_311_zero_init-1.py", True),
    }


@pytest.mark.parametrize("who", ["शर्माअनिता", "สมชาย", "דָּוִד", "zoe\u0308", ""])
def test_canvas_keeps_marks_in_names_and_drops_emoji(class_of: Any, who: str) -> None:
    gathered = class_of({f"{who}_31_801_zero_init.py": ZEROS})
    assert {s.student.user_id for s in gathered.submissions} == {"31"}


def test_a_last_version_that_cannot_be_read_leaves_the_one_before(class_of: Any) -> None:
    again = {"ada_4_310_zero_init.ipynb": "{", "ada_4_311_zero_init.py": ZEROS}
    again |= {"ada_4_322_zero_init-1.py": b"\x89PNG"}
    gathered = class_of(again)
    assert [s.read() for s in gathered.submissions] == [[("zero_init.py", ZEROS.encode())]]
    assert [left.passed_over for left in gathered.left_over] == [False, False]


def test_a_number_at_the_end_of_a_name_of_its_own_stays(class_of: Any) -> None:
    [submission] = class_of({"ada_4_310_zero_init-2.py": ZEROS}).submissions
    assert submission.names == ("zero_init-2.py",)


def test_moodle_s_number_is_the_participant_and_never_a_user_id(class_of: Any) -> None:
    assert students(class_of(MOODLE)) == {
        "Ada Lovelace.zero_init": {"name": "Ada Lovelace", "participant": "3"},
        "Zoë Müller-ONeil.zero_init": {"name": "Zoë Müller-ONeil", "participant": "1"},
        "Bo 李.zero_init": {"name": "Bo 李", "participant": "5"},
        "Participant 9.zero_init": {"participant": "9"},
        "Default group.zero_init": {"name": "Default group"},
    }


def test_moodle_without_folders(class_of: Any) -> None:
    flat = {
        "Ada Lovelace_3_assignsubmission_file_zero_init.py": ZEROS,
        "Bo_5_assignsubmission_file_my_zero_init.py": ZEROS,
    }
    assert [s.names for s in class_of(flat).submissions] == [
        ("zero_init.py",),
        ("my_zero_init.py",),
    ]


def test_two_students_of_one_name_are_two(class_of: Any) -> None:
    twins = {f"Ada Lovelace_{n}_assignsubmission_file/zero_init.py": ZEROS for n in (3, 8)}
    assert sorted(students(class_of(twins))) == [
        "Ada Lovelace 3.zero_init",
        "Ada Lovelace 8.zero_init",
    ]


def test_a_group_of_gradescope_is_graded_for_each_of_its_members(class_of: Any) -> None:
    gathered = class_of(GRADESCOPE)
    assert students(gathered) == {
        "Ada Lovelace.zero_init": {
            "name": "Ada Lovelace", "sis_id": "S1001", "email": "ada@x.invalid",
        },
        "Bo 李.zero_init": {"name": "Bo 李", "sis_id": "1003", "email": "bo@x.invalid"},
        "Cy.zero_init": {"name": "Cy", "email": "cy@x.invalid"},
        "submission_103.zero_init": {},
    }  # fmt: skip
    notes = {s.id: s.notes for s in gathered.submissions}
    assert notes["Cy.zero_init"] == ("it was handed in by a group of 2",)
    assert notes["Ada Lovelace.zero_init"] == ()


@pytest.mark.parametrize(
    "metadata",
    ["- a\n- b\n", "a: [", "!!python/object/apply:os.system [touch x]", "&a [*a", "\xff"],
)
def test_metadata_that_is_none_is_said_and_runs_nothing(class_of: Any, metadata: str) -> None:
    files = GRADESCOPE | {"assignment_7_export/submission_metadata.yml": metadata.encode("latin-1")}
    with pytest.raises(UsageError, match=r"submission_metadata\.yml"):
        class_of(files)


def test_a_gradescope_export_without_its_metadata_is_said(class_of: Any) -> None:
    with pytest.raises(UsageError, match=r"holds submission_metadata\.yml, and there is none"):
        class_of({"submission_1/zero_init.py": ZEROS}, layout="gradescope")


def test_a_part_of_a_gradescope_export_is_named_with_the_whole(
    class_of: Any, tmp_path: Any
) -> None:
    export = tmp_path / "class" / "assignment_7_export"
    gathered = class_of(GRADESCOPE, path=export)
    assert gathered.layout == LAYOUTS["gradescope"].title
    with pytest.raises(UsageError, match="submission_101 is a part of a Gradescope export"):
        class_of({}, path=export / "submission_101")


def test_only_what_was_submitted_to_nbgrader_is_a_submission(class_of: Any) -> None:
    gathered = class_of(NBGRADER)
    assert sorted(students(gathered)) == ["ada.zero_init", "bo.zero_init"]
    [ada] = [s for s in gathered.submissions if s.id == "ada.zero_init"]
    assert ada.read()[0][1] == ZEROS.encode()


def test_an_nbgrader_tree_below_its_step_is_told_by_its_time_stamps(class_of: Any) -> None:
    inner = {k.removeprefix("submitted/"): v for k, v in NBGRADER.items() if "submitted/ada" in k}
    assert class_of(inner).layout == LAYOUTS["nbgrader"].title


@pytest.mark.parametrize("kind", ["canvas", "moodle", "nbgrader"])
def test_what_is_named_otherwise_is_kept_when_the_layout_is_given(class_of: Any, kind: str) -> None:
    gathered = class_of(KINDS[kind] | {"stray.py": ZEROS}, layout=kind)
    found = [s.id for s in gathered.submissions] + [left.path for left in gathered.left_over]
    assert any("stray" in name for name in found)


ROSTER = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lab 1 (9)
    Points Possible,,,,,10
"Lovelace, Ada",4,S1001,ada,DL101,
"Müller-O'Neil, Zoë",5,S1002,zoe,DL101,
"Absent, Amy",77,S1077,amy,DL101,
"""


@pytest.fixture
def roster(tmp_path: Any) -> Any:
    def make(text: str) -> Any:
        path = tmp_path / "roster.csv"
        path.write_text(text, "utf-8")
        return read_roster(path)

    return make


def test_a_gradebook_of_canvas_is_a_roster(class_of: Any, roster: Any) -> None:
    gathered = class_of(CANVAS, roster=roster(ROSTER))
    known = students(gathered)
    assert known["lovelaceada.zero_init"] == {
        "name": "Lovelace, Ada", "login": "ada", "user_id": "4", "sis_id": "S1001",
    }  # fmt: skip
    assert known["李bo.zero_init"] == {"user_id": "6"}
    assert [s.name for s in gathered.absent] == ["Absent, Amy"]
    assert "李bo" in [s.label for s in gathered.strangers]


def test_an_exact_identity_wins_over_a_name(class_of: Any, roster: Any) -> None:
    table = "User id,Full name,Email address\n4,Someone Else,right@x\n8,Ada Lovelace,wrong@x\n"
    gathered = class_of(CANVAS, roster=roster(table))
    assert students(gathered)["lovelaceada.zero_init"]["email"] == "right@x"


def test_a_worksheet_of_another_assignment_or_a_group_s_number_joins_nobody(
    class_of: Any, roster: Any
) -> None:
    """The number counts in one assignment alone, and groups have numbers of their own."""
    table = "Identifier,Full name,Email address\nParticipant 3,Someone Else,other@x\n"
    table += "Participant 5,Bo 李,bo@x\n"
    gathered = class_of(MOODLE, roster=roster(table))
    found = students(gathered)
    assert "email" not in found["Ada Lovelace.zero_init"]
    assert found["Bo 李.zero_init"]["email"] == "bo@x"
    assert "Ada Lovelace" in [s.label for s in gathered.strangers]


@pytest.mark.parametrize("name", ["Ada Lovelace", "Lovelace, Ada", "lovelaceada", "ADA  LOVELACE"])
def test_names_are_joined_in_any_order(class_of: Any, roster: Any, name: str) -> None:
    table = "Name,Email\nAda Lovelace,ada@x\nÁda Lovelacé-Byron,other@x\n"
    gathered = class_of({f"{name}/zero_init.py": ZEROS}, roster=roster(table))
    assert next(iter(students(gathered).values()))["email"] == "ada@x"


@pytest.mark.parametrize("folder", ["Änne Lovelace", "Lovelace, Anne", "LOVELACE Änne"])
@pytest.mark.parametrize(
    "table",
    [
        "First Name,Last Name,Email,SID\nÄnne,Lovelace,ada@x,1\nBo,Ray,bo@x,2\n",
        "First name,Last name,ID number,Email address\nÄnne,Lovelace,1,ada@x\nBo,Ray,2,bo@x\n",
        "Surname,First name,Email address\nLovelace,Änne,ada@x\nRay,Bo,bo@x\n",
        "surname;first_name;email\nLovelace;Änne;ada@x\nRay;Bo;bo@x\n",
        "Vorname;Nachname;E-Mail\nÄnne;Lovelace;ada@x\nBo;Ray;bo@x\n",
        "Name;Vorname;E-Mail-Adresse\nLovelace;Änne;ada@x\nRay;Bo;bo@x\n",
        "Nom,Prénom,Adresse de courriel\nLovelace,Änne,ada@x\nRay,Bo,bo@x\n",
        "Full name,First name,Email\nÄnne Lovelace,Änne,ada@x\nBo Ray,Bo,bo@x\n",
        "Name,First name,Last name,Email\nÄnne Lovelace,Anna,Lovelace,ada@x\nBo Ray,Bo,Ray,b@x\n",
        "Name,Last name,Email\nÄnne Lovelace,Lovelace,ada@x\nBo,Ray,b@x\n",
    ],
)
def test_a_name_may_stand_in_two_columns(
    class_of: Any, roster: Any, table: str, folder: str
) -> None:
    gathered = class_of({f"{folder}/zero_init.py": ZEROS}, roster=roster(table))
    (known,) = students(gathered).values()
    assert (known["email"], known["name"]) == ("ada@x", "Änne Lovelace")
    assert (gathered.strangers, [s.name for s in gathered.absent]) == ((), ["Bo Ray"])


def test_half_a_name_joins_nobody(class_of: Any, roster: Any) -> None:
    table = "First name,Last name,Email\nAda,Lovelace,ada@x\n,Ray,ray@x\n"
    gathered = class_of(
        {"Ada/zero_init.py": ZEROS, "Ray/zero_init.py": ZEROS}, roster=roster(table)
    )
    assert [s.label for s in gathered.strangers] == ["Ada"]
    assert students(gathered)["Ray.zero_init"]["email"] == "ray@x"


@pytest.mark.parametrize("label", ["ada", "ADA", "ada@x", "S1001"])
@pytest.mark.parametrize("tree", ["{}/zero_init.py", "submitted/{}/zero_init/zero_init.py"])
def test_a_folder_may_be_named_by_login_address_or_school_id(
    class_of: Any, roster: Any, label: str, tree: str
) -> None:
    table = "Name,Email,Login,Student ID\nAda Lovelace,ada@x,ada,S1001\nBo,bo@x,bo,S1002\n"
    gathered = class_of({tree.format(label): ZEROS}, roster=roster(table))
    assert next(iter(students(gathered).values()))["email"] == "ada@x"


def test_a_folder_named_by_a_number_is_nobody_s_user_id(class_of: Any, roster: Any) -> None:
    table = "Name,User id,Participant\nAda,4,5\nBo,5,4\n"
    gathered = class_of({"4/zero_init.py": ZEROS}, roster=roster(table))
    assert students(gathered) == {"4.zero_init": {}}


@pytest.mark.parametrize("name", ["Amy Ray", "Ray Amy"])
def test_two_rows_of_one_name_are_not_guessed_between(
    class_of: Any, roster: Any, name: str
) -> None:
    table = "Name,Email\nAmy Ray,a@x\nRay Amy,b@x\n"
    gathered = class_of({f"{name}/zero_init.py": ZEROS}, roster=roster(table))
    assert students(gathered) == {f"{name}.zero_init": {}}
    assert [s.label for s in gathered.strangers] == [name]


def test_letters_in_another_order_are_another_name(class_of: Any, roster: Any) -> None:
    table = "Name,Email\nAmy Ray,a@x\n"
    gathered = class_of({"May Ray/zero_init.py": ZEROS}, roster=roster(table))
    assert students(gathered) == {"May Ray.zero_init": {}}


@pytest.mark.parametrize("text", ["", "a;b\n1;2\n", "x"])
def test_what_is_no_roster_is_said(roster: Any, text: str) -> None:
    with pytest.raises(UsageError, match="roster"):
        roster(text)


def test_a_roster_that_is_not_there_is_said(tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_roster(tmp_path / "nothing.csv")


STRAYS = [
    "README.txt", "roster.csv", "grades.xlsx", "~$grades.xlsx", "feedback.pdf", "stray.py",
    "docs/sheet.pdf", "index.html", "Bildschirmfoto 2026-11-28.png", "成績.csv",
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stray", STRAYS)
def test_one_stray_file_changes_nothing_for_the_others(
    class_of: Any, once: Any, kind: str, stray: str
) -> None:
    known = once(kind, lambda: students(class_of(KINDS[kind])))
    stray = f"assignment_7_export/{stray}" if kind == "gradescope" else stray
    gathered = class_of(KINDS[kind] | {stray: ZEROS})
    assert gathered.layout == LAYOUTS[kind].title
    found = students(gathered)
    listed = {item.path: item.alone for item in gathered.left_over}
    if stray.endswith("stray.py"):
        assert found.pop("stray.zero_init") == {}
    else:
        assert listed[stray] is False
    assert found == known != {}


@pytest.mark.parametrize("kind", ["moodle", "canvas", "gradescope"])
def test_a_list_beside_the_one_folder_of_a_class_is_no_reason_either(
    class_of: Any, kind: str
) -> None:
    inner = {
        f"Lab 1/{name.removeprefix('assignment_7_export/')}": t for name, t in KINDS[kind].items()
    }
    gathered = class_of(inner | {"README.txt": "x"})
    assert gathered.layout == LAYOUTS[kind].title
    assert students(gathered).keys() == students(class_of({})).keys()
    # Beside what may be a student's, the folder may be another student's.
    assert class_of({"stray.py": ZEROS}).layout == LAYOUTS["plain"].title


@pytest.mark.parametrize(
    "inner",
    [
        "Bo_3_assignsubmission_file/zero_init.py",
        "bo_4_301_zero_init.py",
        "submission_metadata.yml",
        "submitted/bo/zero_init.py",
        "submitted/bo/zero_init/zero_init.py",
        "zero_init/timestamp.txt",
    ],
)
def test_what_one_student_s_folder_holds_tells_nothing_of_the_class(
    class_of: Any, inner: str
) -> None:
    names = ["ada", "cy", "zoe"]
    gathered = class_of({f"{n}/zero_init.py": ZEROS for n in names} | {f"ada/{inner}": ZEROS})
    assert gathered.layout == LAYOUTS["plain"].title
    assert {s.student.label for s in gathered.submissions} == set(names)


def test_a_student_s_metadata_is_not_gradescope_s(class_of: Any) -> None:
    gathered = class_of(
        GRADESCOPE | {"assignment_7_export/submission_101/submission_metadata.yml": "- a"}
    )
    assert len(gathered.submissions) == 4


def test_names_that_do_not_fit_are_a_reason_to_ask(class_of: Any) -> None:
    assert class_of(MOODLE).hints == ()
    assert "".join(class_of({"stray.py": ZEROS}).hints) == (
        "6 of 7 files and folders are named as in a Moodle submissions zip, "
        "others are not (stray.py): if it is none, say --layout plain"
    )


def test_a_class_that_looks_a_little_like_another_is_plain_and_says_how_to_read_it(
    class_of: Any,
) -> None:
    some = {"ada/x.py": ZEROS, "bo/x.py": ZEROS, "Cy_3_assignsubmission_file/x.py": ZEROS}
    gathered = class_of(some)
    assert gathered.layout == LAYOUTS["plain"].title
    assert "".join(gathered.hints) == (
        "1 of 3 files and folders are named as in a Moodle submissions zip: "
        "if it is one, say --layout moodle"
    )
    assert class_of({}, layout="moodle").hints == ()


SCRIPTS = ("setup.py", "grade_all.py", "plotting.py", "rename.py")


@pytest.mark.parametrize("kind", ["canvas", "moodle"])
def test_programs_beside_a_system_s_students_change_nothing(class_of: Any, kind: str) -> None:
    files = dict(list(KINDS[kind].items())[:2])
    expected = students(class_of(files))
    gathered = class_of(dict.fromkeys(SCRIPTS, "print(1)"))
    assert students(gathered) == expected
    assert gathered.layout == LAYOUTS[kind].title
    assert {item.path for item in gathered.left_over if item.student is None} == {*SCRIPTS}


@pytest.mark.parametrize("kind", ["canvas", "moodle"])
def test_a_few_of_a_system_s_beside_more_files_all_have_rows_and_the_way_is_said(
    class_of: Any, kind: str
) -> None:
    files = dict(list(KINDS[kind].items())[:2]) | {f"{who}.py": ZEROS for who in ("Cy", "Di", "Ed")}
    for layout in ("auto", kind):
        gathered = class_of(files, layout=layout)
        rows = {one.student for one in gathered.submissions} | {
            item.of for item in gathered.left_over if item.alone
        }
        assert len(rows) == 5
        known = sum(bool(s.participant or s.user_id) for s in rows if s)
        assert known == (2 if layout == kind else 0)
        assert [f"--layout {kind}" in hint for hint in gathered.hints] == [True] * (layout != kind)


def test_what_a_system_writes_beside_work_is_no_work(class_of: Any) -> None:
    gathered = class_of(MOODLE)
    assert [item.path for item in gathered.left_over] == []
    only = "Ada_3_assignsubmission_onlinetext/onlinetext.html"
    [item] = class_of({"x/y": "", only: "<p>def zeros(): ...</p>"}, layout="moodle").left_over[:1]
    assert (item.path, item.student, item.alone) == (only, "Ada", True)


def test_steps_of_nbgrader_do_not_hide_who_lies_beside_them(class_of: Any) -> None:
    gathered = class_of(NBGRADER | {"nbgrader_config.py": "c = 1", "cy/zero_init.py": ZEROS})
    assert {s.student.label for s in gathered.submissions} == {"ada", "bo", "cy"}


STAMPS = [
    "2026-02-02 15:58:23.948203 UTC",
    "2026-02-02 15:58:23.948203 America/Los_Angeles\n",
    "2026-02-02T15:58:23+00:00",
    "2026-02-02-15-58-23",
    "20260202155823948",  # Sakai's
]


@pytest.mark.parametrize("stamp", STAMPS)
def test_a_time_stamp_of_nbgrader_s_is_not_listed(class_of: Any, stamp: str) -> None:
    files = NBGRADER | {"submitted/ada/zero_init/timestamp.txt": stamp}
    assert all(left.passed_over for left in class_of(files).left_over)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("below", ["submitted/", ""])
@pytest.mark.parametrize(
    "text", ["my answer is 7", "def zeros(): return 0", "", "\0" * 99, STAMPS[0] + "\nand more"]
)
def test_a_student_s_own_file_in_the_place_of_the_stamp_is_listed(
    class_of: Any, tmp_path: Any, text: str, below: str, packed: bool
) -> None:
    files = {
        f"{below}{who}/zero_init/{name}": words
        for who in ("ada", "bo")
        for name, words in (("zero_init.py", ZEROS), ("timestamp.txt", STAMPS[0]))
    }
    files[f"{below}bo/zero_init/timestamp.txt"] = text
    path = None
    if packed:
        path = tmp_path / "class.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, words in files.items():
                archive.writestr(name, words)
    gathered = class_of({} if packed else files, path=path)
    assert gathered.layout == LAYOUTS["nbgrader"].title
    [left] = gathered.left_over
    assert left.path == f"{below}bo/zero_init/timestamp.txt"
    assert not left.passed_over
    assert len(gathered.submissions) == 2


@pytest.mark.parametrize("error", [None, OSError(5, "Input/output error"), Unreadable("a reason")])
def test_a_stamp_that_cannot_be_read_is_listed(
    class_of: Any, monkeypatch: Any, error: Exception | None
) -> None:
    real = nbgrader.holds_a_time

    def fails(file: Any) -> bool:
        if error:
            raise error
        return real(file)

    monkeypatch.setattr(nbgrader, "holds_a_time", fails)
    # In this process, where it is measured.
    monkeypatch.setattr("grader.source.apart.get_all_start_methods", lambda: ["spawn"])
    left = [one for one in class_of(NBGRADER).left_over if not one.passed_over]
    assert [one.path for one in left] == (
        ["submitted/ada/zero_init/timestamp.txt"] if error else []
    )


def test_what_is_nbgrader_s_own_is_counted_and_all_else_listed(class_of: Any) -> None:
    own = {"gradebook.db": "x", "feedback/ada/zero_init/zero_init.html": "x"}
    lost = {"submitted/lab.py": ZEROS, "submitted/list.csv": "x"}
    gathered = class_of(NBGRADER | own | lost)
    passed = {left.path for left in gathered.left_over if left.passed_over}
    assert passed == {*own} | {k for k in NBGRADER if not k.startswith("submitted")}
    # What lies beside the students' folders is no step's.
    assert "lab" in {student.label for student in gathered.handed}
    assert {left.path for left in gathered.left_over} - passed == {"submitted/list.csv"}


@pytest.mark.parametrize("name", ["HW 1_ada_attempt_2019-01-31-02-51-33.py"])
def test_code_that_is_called_like_a_receipt_is_read(class_of: Any, name: str) -> None:
    files = {name: ZEROS, "HW 1_bo_attempt_2019-01-31-02-51-33_zero_init.py": ZEROS}
    assert len(class_of(files, only="zero_init").submissions) == 2
    receipt = {name.replace(".py", ".txt"): "Name: Ada", **files}
    assert class_of(receipt, only="zero_init").left_over == ()


@pytest.mark.parametrize(
    "beside", ["class list.pdf", "Ada Lovelace.pdf", "notes of bo.docx", "photo.jpg", "s3.pdf"]
)
def test_a_document_beside_the_folder_of_the_zip_s_own_name_makes_a_class_no_student(
    class_of: Any, tmp_path: Any, beside: str
) -> None:
    """All had become one student called `lab 1`, and one of their files had counted for all."""
    work = {f"{who}/zero_init.py": ZEROS for who in ("s1", "s2")}
    found = {}
    for folder in ("lab 1", "s4"):
        path = tmp_path / folder / "lab 1 (2).zip"
        path.parent.mkdir()
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(beside, "x")
            for name, text in work.items():
                archive.writestr(f"{folder}/{name}", text)
        gathered = class_of({}, path=path)
        found[folder] = {one.student.label for one in gathered.submissions}
        assert beside in {item.path for item in gathered.left_over}
    assert found["lab 1"] == {"s1", "s2"}
    # The control: of any other name it may be one student's beside another's document.
    if beside == "s3.pdf":
        assert found["s4"] == {"s4"}
