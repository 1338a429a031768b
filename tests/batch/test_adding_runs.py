"""A run adds: who was graded before stays as they are, and each student is one, however named."""

from __future__ import annotations

import csv
import shutil
import zipfile
from functools import partial
from itertools import permutations
from pathlib import Path

import pytest

from grader.batch import Way, grade_class
from grader.enrolment import ABSENT, known_before
from grader.errors import UsageError
from grader.executors import local_executor
from grader.ingest import gather, read_roster
from grader.ingest.answers.given import Given

ROSTER = "Name,Email,Login,Student ID\nAda Lovelace,ada@x,s1,1001\nBo Li,bo@x,s2,1002\n"
MOODLE = "Ada Lovelace_101_assignsubmission_file"


@pytest.fixture
def hall(classroom, tmp_path):
    """Return the classroom with a function `run` that grades any path with the options given."""

    def run(path=None, *, roster=None, only=None, layout="auto", **options):
        table = None
        if roster is not None:
            (tmp_path / "roster.csv").write_text(roster)
            table = read_roster(tmp_path / "roster.csv")
        scratch = tmp_path / f"scratch{len(list(tmp_path.glob('scratch*')))}"
        scratch.mkdir()
        exercises = [f.exercise for f in classroom.course.folders]
        gathered = gather(
            path or classroom.folder, scratch, exercises, layout, options.get("scope"),
            [classroom.out], table, known_before(classroom.out), Given.of(classroom.course.folders),
            classroom.forkserver,
        )  # fmt: skip
        gathered = gathered.only(only) if only else gathered
        way = Way(classroom.function, partial(local_executor, 1), 1, "full", **options)
        return grade_class(gathered, classroom.course, classroom.out, way)

    classroom.run = run
    return classroom


def put(folder, **files):
    """Write files: `s1__alpha` is `s1/alpha.py`."""
    for name, words in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
    return folder


def points(room):
    return {name: (row["alpha"], row.get("beta", "")) for name, row in room.book().items()}


def texts(folder):
    return {p.name: p.read_text() for p in sorted(folder.iterdir())}


def test_one_student_regraded_leaves_the_others_as_they_are(hall):
    put(hall.folder, s1__alpha="pass", s1__beta="fail", s2__alpha="fail", s3__beta="pass")
    hall.run()
    before, book = texts(hall.out / "reports"), hall.book()
    put(hall.folder, s1__alpha="fail")
    summary = hall.run(hall.folder / "s1")
    assert (summary.total, summary.graded, summary.stored) == (2, 1, 1)
    assert (summary.kept_students, summary.kept_submissions) == (2, 0)
    after = texts(hall.out / "reports")
    assert {name for name in after if after[name] != before[name]} == {"s1.alpha.json"}
    assert points(hall) == {"s1": ("0", "0"), "s2": ("0", ""), "s3": ("", "2")}
    assert [row["max"] for row in hall.book().values()] == [row["max"] for row in book.values()]


@pytest.mark.parametrize("roster", [None, "Student,ID,Section\nAda Lovelace,11,A\nBo Li,12,A\n"])
def test_a_name_that_may_be_another_s_replaces_no_earlier_grade(hall, roster, tmp_path):
    """`adalo_11_99999` is called so in Canvas, or has a file whose name begins with numbers."""
    put(tmp_path / "first", adalo_11_99999_alpha="pass", boli_12_99998_alpha="pass")
    put(tmp_path / "second", adalo_11_99999_19_55555_alpha="fail", boli_12_99998_alpha="pass")
    assert hall.run(tmp_path / "first", roster=roster).complete
    before = [row for row in hall.book().values() if row["user_id"] == "11"]
    assert [row["alpha"] for row in before] == ["2"]
    summary = hall.run(tmp_path / "second", roster=roster)
    assert not summary.complete
    assert summary.unsure == ["adalo_11_99999_19 (of user 11 or 19)"]
    rows = hall.book().values()
    assert [row for row in rows if row["user_id"] == "11"] == before
    assert [row["alpha"] for row in rows if "(of user" in row["student"]] == ["0"]


PLACES = {
    "folder": ("{s1}/alpha.py", "{s1}"),
    "file in the folder": ("{s1}/alpha.py", "{s1}/alpha.py"),
    "flat file": ("{s1}_alpha.py", "{s1}_alpha.py"),
    "deep folder": ("{s1}/week 1/src/alpha.py", "{s1}"),
    "deep file": ("{s1}/alpha/alpha.py", "{s1}/alpha/alpha.py"),
    "the exercise's folder": ("{s1}/alpha/answer.py", "{s1}/alpha"),
    "zip in the class": ("{s1}.zip", "{s1}.zip"),
    "moodle": (MOODLE + "/alpha.py", MOODLE),
    "moodle's file": (MOODLE + "/alpha.py", MOODLE + "/alpha.py"),
    "canvas": ("lovelaceada_11_99_alpha.py", "lovelaceada_11_99_alpha.py"),
    "canvas' zip": ("lovelaceada_11_99_work.zip", "lovelaceada_11_99_work.zip"),
}


def write_place(path, words):
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as zf:
            zf.writestr("alpha.py", words)
    else:
        path.write_text(words)


def others(place):
    """Name the files of two more students in the same layout."""
    if "canvas" in place:
        return ["libo_12_98_alpha.py", "rayamy_13_97_alpha.py"]
    if "moodle" in place:
        return [MOODLE.replace("Ada Lovelace_101", who) + "/alpha.py" for who in ("Bo_1", "Amy_2")]
    return ["bo/alpha.py", "amy/alpha.py"] if "flat" not in place else ["bo_alpha.py", "amy.py"]


@pytest.mark.parametrize("place", PLACES)
def test_a_student_is_found_again_wherever_path_begins(hall, place):
    whole, part = (text.format(s1="s1") for text in PLACES[place])
    for name in others(place):
        write_place(hall.folder / name, "pass")
    write_place(hall.folder / whole, "pass")
    hall.run()
    ids, book = hall.files(), hall.book()
    assert len(book) == 3
    assert hall.run(hall.folder / part).graded == 0
    write_place(hall.folder / whole, "fail")
    summary = hall.run(hall.folder / part)
    assert (summary.graded, summary.kept_students) == (1, 2)
    assert hall.files() == ids
    assert list(hall.book()) == list(book)
    assert sorted(p[0] for p in points(hall).values()) == ["0", "2", "2"]


@pytest.mark.parametrize("path", [".", "../s1", "../../class/s2/../s1", "link", "alpha.py"])
def test_a_student_is_found_again_however_path_is_written(hall, path, monkeypatch):
    put(hall.folder, s1__alpha="pass", s2__alpha="pass")
    hall.run()
    put(hall.folder, s1__alpha="fail")
    (hall.folder.parent / "link").symlink_to(hall.folder / "s1")
    monkeypatch.chdir(hall.folder.parent if path == "link" else hall.folder / "s1")
    assert hall.run(Path(path)).graded == 1
    assert points(hall) == {"s1": ("0", ""), "s2": ("2", "")}


@pytest.mark.parametrize("name", ["class.zip", "s1.zip", "hw (1).zip"])
def test_a_zip_of_the_class_or_of_one_student_is_the_same(hall, tmp_path, name):
    put(hall.folder, s1__alpha="pass", s2__alpha="pass")
    hall.run()
    with zipfile.ZipFile(tmp_path / name, "w") as zf:
        if name == "s1.zip":
            zf.writestr("src/alpha.py", "fail")
        else:
            zf.writestr("class/s1/alpha.py", "fail")
            zf.writestr("class/s2/alpha.py", "pass")
    hall.run(tmp_path / name)
    assert points(hall) == {"s1": ("0", ""), "s2": ("2", "")}


def test_the_first_run_of_one_deep_file_names_the_student_by_their_folder(hall):
    put(hall.folder, s1__alpha__alpha="pass", s2__alpha__alpha="fail")
    hall.run(hall.folder / "s1" / "alpha" / "alpha.py")
    hall.run()
    assert points(hall) == {"s1": ("2", ""), "s2": ("0", "")}


@pytest.mark.parametrize("inner", ["{}/alpha.py", "{0}_5_999_alpha.py", "submitted/{}/a/alpha.py"])
def test_a_folder_called_like_a_student_that_may_be_a_class_is_refused(hall, tmp_path, inner):
    """A student may hand in folders with others' names: these are no reason to grade the others."""
    put(tmp_path / "s1", s1__alpha="pass", s2__alpha="fail")
    hall.run(tmp_path / "s1")
    for who in ("s1", "s2"):
        path = tmp_path / "late" / "s1" / inner.format(who)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("fail" if who == "s1" else "pass")
    with pytest.raises(UsageError, match="is called like the student s1, and holds what may be"):
        hall.run(tmp_path / "late" / "s1")
    assert points(hall) == {"s1": ("2", ""), "s2": ("0", "")}


def test_work_that_is_not_handed_in_again_stays(hall):
    put(hall.folder, s1__alpha="pass", s1__beta="pass")
    hall.run()
    (hall.folder / "s1" / "beta.py").unlink()
    put(hall.folder, s1__alpha="fail")
    summary = hall.run()
    assert (summary.kept_students, summary.kept_submissions) == (0, 1)
    assert points(hall) == {"s1": ("0", "2")}
    hall.run(whole=True)
    assert points(hall) == {"s1": ("0", "")}
    assert hall.files() == ["s1.alpha.json"]


def test_the_whole_class_takes_away_who_is_not_in_it_and_a_scope_only_from_its_exercise(hall):
    put(hall.folder, s1__alpha="pass", s2__alpha="pass", s2__beta="pass", s3__beta="pass")
    hall.run()
    shutil.rmtree(hall.folder / "s2")
    hall.run(whole=True, scope="alpha")
    assert points(hall) == {"s1": ("2", ""), "s2": ("", "2"), "s3": ("", "2")}
    summary = hall.run(whole=True)
    assert summary.kept_students == summary.kept_submissions == 0
    assert points(hall) == {"s1": ("2", ""), "s3": ("", "2")}


def test_only_some_are_graded_and_may_be_called_by_what_is_known(hall):
    put(hall.folder, s1__alpha="pass", s2__alpha="pass", s3__alpha="pass")
    assert hall.run(only=["s1", "s3"]).total == 2
    assert set(hall.book()) == {"s1", "s3"}
    assert hall.run(only=["bo@x"], roster=ROSTER).total == 1
    assert hall.book()["s2"]["email"] == "bo@x"
    with pytest.raises(UsageError, match=r"nobody in PATH is called 's11'; near: s1"):
        hall.run(only=["s1", "s11"])
    with pytest.raises(UsageError, match=r"nobody in PATH is called 'zoe'$"):
        hall.run(only=["zoe"])


@pytest.mark.parametrize("chosen", ["s1", "s2", "Bo Li", "bo@x"])
def test_who_is_in_path_and_was_not_chosen_is_not_absent(hall, chosen):
    put(hall.folder, s1__alpha="pass", s2__alpha="pass")
    roster = ROSTER + "Cy Ray,cy@x,s3,1003\n"
    summary = hall.run(only=[chosen], roster=roster)
    absent = [item.label for item in summary.unmatched if not item.path]
    assert absent == ["Cy Ray"]
    assert set(hall.book()) == {"s1" if chosen == "s1" else "s2", "Cy Ray"}
    hall.run(roster=roster)
    assert set(hall.book()) == {"s1", "s2", "Cy Ray"}
    assert hall.book()["s1"]["email"] == "ada@x"


@pytest.mark.parametrize(
    "name",
    [
        "notes.md", "mine.json", "s9.alpha.json", "s1.alpha.json.bak", "a.json.jws", ".gitkeep",
        "s1.alpha.pdf", "s2.alpha.json~", "S2.alpha.json", "old/s2.alpha.json", "s2/s2.alpha.md",
    ],
)  # fmt: skip
def test_foreign_files_stay(hall, name):
    put(hall.folder, s1__alpha="pass", s2__alpha="pass")
    mine = [hall.out / folder / name for folder in ("reports", "feedback", ".")]
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    hall.run()
    shutil.rmtree(hall.folder / "s2")
    hall.run(whole=True)
    assert {path.read_text() for path in mine} == {"mine"}
    assert [p for p in hall.out.rglob("s2.*") if p.is_file() and p not in mine] == []


def test_identities_of_a_roster_stay_and_reach_who_is_not_in_path(hall):
    put(hall.folder, s1__alpha="pass", s2__alpha="pass", s3__alpha="pass")
    hall.run()
    assert hall.run(hall.folder / "s1", roster=ROSTER).graded == 0
    book = hall.book()
    assert {name: row["email"] for name, row in book.items()} == {
        "s1": "ada@x", "s2": "bo@x", "s3": "",
    }  # fmt: skip
    assert "bo@x" in (hall.out / "reports" / "s2.alpha.json").read_text()
    assert hall.run().graded == 0
    assert hall.book() == book


@pytest.mark.parametrize("order", [("with", "without"), ("without", "with")])
@pytest.mark.parametrize("folder", ["s1", "1001", "ada@x", "Ada Lovelace", "lovelaceada"])
def test_with_and_without_a_roster_a_student_has_one_row_and_one_history(hall, order, folder):
    put(hall.folder, **{f"{folder}__alpha": "pass"})
    for step in order:
        hall.run(roster=ROSTER if step == "with" else None)
    book = hall.book()
    assert [name for name, row in book.items() if row["alpha"]] == [folder]
    assert book[folder]["sis_id"] == "1001"
    assert [name for name, row in book.items() if not row["alpha"]] == ["Bo Li"]
    assert hall.files() == [f"{folder}.alpha.json"]


def test_two_folders_of_one_student_become_one_when_the_roster_says_so(hall):
    put(hall.folder, **{"s1__alpha": "pass", "1001__beta": "fail"})
    hall.run()
    assert set(hall.book()) == {"s1", "1001"}
    hall.run(roster=ROSTER)
    (name,) = {name for name, row in hall.book().items() if row["alpha"]}
    assert points(hall)[name] == ("2", "0")
    assert set(hall.book()) == {name, "Bo Li"}
    assert hall.run().graded == 0
    assert set(hall.book()) == {name, "Bo Li"}


def rows_of(room):
    """Return all rows of the gradebook: student, login, school's id, points at alpha and beta."""
    with open(room.out / "gradebook.csv", newline="", encoding="utf-8") as stream:
        names = ("student", "login", "sis_id", "alpha", "beta")
        return [tuple(row.get(n, "") for n in names) for row in csv.DictReader(stream)]


def weeks(room, *names):
    """Grade each file as a class of its own."""
    for name in names:
        folder = room.folder.parent / f"week of {name.partition('/')[0]}"
        write_place(folder / name, "pass")
        room.run(folder)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["ada@x/alpha.py", "1001/beta.py"], "ada@x and 1001"),
        (["1001/alpha.py", "Ada Lovelace/beta.py"], "1001 and Ada Lovelace"),
        (["ADA@X/alpha.py", "ada@x/beta.py"], "ADA@X and ada@x"),
        (["Lovelace, Ada/alpha.py", "ada lovelace/beta.py"], "Lovelace, Ada and ada lovelace"),
        (["lovelaceada_11_99_alpha.py", "s1/beta.py"], "lovelaceada and s1"),
    ],
)
def test_a_roster_joins_rows_of_earlier_runs_whoever_is_in_path(hall, names, said):
    weeks(hall, *names)
    assert len(rows_of(hall)) == 2
    ids = hall.files()
    put(hall.folder, zoe__alpha="fail")
    summary = hall.run(roster=ROSTER)
    assert summary.changes == [f"{said} are one student by now"]
    assert [row[1:] for row in rows_of(hall) if row[2] == "1001"] == [("s1", "1001", "2", "2")]
    assert hall.files() == sorted([*ids, "zoe.alpha.json"])


def test_the_ids_of_who_is_joined_stay_where_they_hand_in_again(hall):
    weeks(hall, "ada@x/alpha.py", "1001/beta.py")
    ids = hall.files()
    assert hall.run(hall.folder.parent / "week of ada@x", roster=ROSTER).graded == 0
    assert hall.files() == ids


@pytest.mark.parametrize(
    "names", [(f"{MOODLE}__alpha", f"{MOODLE.replace('101', '102')}__alpha"), ("1001__alpha",)]
)
def test_whose_names_stood_in_one_run_are_not_joined_by_name(hall, names):
    put(hall.folder, **dict.fromkeys(names, "pass"), **{"Ada Lovelace__alpha": "fail"})
    hall.run()
    before = len(rows_of(hall))
    summary = hall.run(put(hall.folder.parent / "week 2", zoe__alpha="pass"), roster=ROSTER)
    assert summary.changes == []
    assert len([row for row in rows_of(hall) if row[3]]) == before + 1


@pytest.mark.parametrize("earlier", [None, "Name,Student ID\nAda Lovelace,1001\nAda Smith,1003\n"])
def test_a_full_name_is_hers_and_no_first_name_that_is_a_login(hall, earlier):
    put(hall.folder, **{"Ada Lovelace__alpha": "pass", "Ada__alpha": "fail"})
    hall.run()
    hall.run(roster=earlier)
    for path in (None, put(hall.folder.parent / "week 2", zoe__alpha="fail")):
        hall.run(path, roster="Name,Login\nAda Lovelace,ada\n")
        known = {row[0]: row[1] for row in rows_of(hall)}
        assert (known["Ada Lovelace"], known["Ada"]) == ("ada", "")


@pytest.mark.parametrize(("one", "other"), [("Ada", "Ada Lovelace"), ("Ada Lovelace", "1001")])
def test_a_name_alone_is_refused_where_a_better_one_stood_beside_it(hall, one, other):
    put(hall.folder, **{f"{one}__alpha": "pass", f"{other}__alpha": "fail"})
    roster = "Name,Login,Student ID\nAda Lovelace,ada,1001\n"
    for earlier in (None, roster):
        hall.run(roster=earlier)
        before = rows_of(hall)
        with pytest.raises(UsageError, match=rf"nothing was graded: {one} and {other}\. Mend"):
            hall.run(hall.folder / one, roster=roster)
        assert rows_of(hall) == before


def test_a_first_name_that_is_a_login_is_hers_when_she_stands_alone(hall):
    put(hall.folder, ada__alpha="pass")
    hall.run(roster="Name,Login\nAda Lovelace,ada\n")
    assert rows_of(hall) == [("ada", "ada", "", "2", "")]


LOGIN = "Name,Login\nAda Lovelace,ada\n"


@pytest.mark.parametrize("beside", ["alpha", "beta"])
@pytest.mark.parametrize(
    ("earlier", "roster"),
    [
        ([("ada", LOGIN)], LOGIN),
        ([("ada", LOGIN), ("Ada Lovelace", LOGIN)], LOGIN),
        ([("ada", LOGIN), ("Ada Lovelace", LOGIN)], None),
        ([("ada", None), ("Ada Lovelace", LOGIN)], LOGIN),
    ],
)
def test_a_first_name_shares_no_row_with_the_full_name_beside_it(hall, earlier, roster, beside):
    for number, (name, table) in enumerate(earlier):
        hall.run(
            put(hall.folder.parent / f"week {number}", **{f"{name}__alpha": "pass"}), roster=table
        )
    before = rows_of(hall)
    put(hall.folder, **{"ada__alpha": "pass", f"Ada Lovelace__{beside}": "fail"})
    with pytest.raises(UsageError, match=r"nothing was graded: ada and Ada Lovelace\. Mend"):
        hall.run(roster=roster)
    assert rows_of(hall) == before
    summary = hall.run(roster=LOGIN, whole=True)
    assert summary.changes == ["ada and Ada Lovelace are two students by now"]
    alpha, beta = ("0", "") if beside == "alpha" else ("", "0")
    assert rows_of(hall) == [("Ada Lovelace", "ada", "", alpha, beta), ("ada", "", "", "2", "")]
    assert hall.book()["ada"].get("name", "") == ""


def test_two_labels_that_no_name_doubts_stay_one_without_the_roster(hall):
    put(hall.folder, **{"ada__alpha": "pass", "1001__beta": "fail"})
    table = "Name,Login,Student ID\nAda Lovelace,ada,1001\n"
    for roster in (None, table, None):
        hall.run(roster=roster)
    assert rows_of(hall) == [("1001", "ada", "1001", "2", "0")]


def test_one_student_who_hands_in_twice_is_refused_with_both_named(hall):
    weeks(hall, "1001/alpha.py")
    hall.run(put(hall.folder.parent / "week 2", **{"Ada Lovelace__beta": "pass"}), roster=ROSTER)
    put(hall.folder, **{"1001__alpha": "pass", "Ada Lovelace__alpha": "fail"})
    with pytest.raises(UsageError, match=r"^1001 and Ada Lovelace are one student, and both"):
        hall.run()


@pytest.mark.parametrize("again", [True, False])
def test_a_new_name_in_the_roster_is_said_and_counts_whoever_is_in_path(hall, again):
    weeks(hall, "1001/alpha.py")
    other = put(hall.folder, s2__alpha="pass")
    hall.run(roster=ROSTER)
    married = ROSTER.replace("Ada Lovelace", "Ada King")
    summary = hall.run(hall.folder.parent / "week of 1001" if again else other, roster=married)
    assert summary.changes == ["Ada Lovelace is called Ada King by now"]
    assert hall.book()["1001"]["name"] == "Ada King"
    assert hall.run(roster=married).changes == []
    assert hall.run(roster=married.replace("Ada King", "KING, Áda")).changes == []


def test_a_new_name_of_an_account_is_said_once(hall):
    put(hall.folder, lovelaceada_11_99_alpha="pass", libo_12_98_alpha="pass")
    hall.run()
    week = put(hall.folder.parent / "week 2", kingada_11_77_beta="fail", libo_12_76_beta="pass")
    assert hall.run(week).changes == ["lovelaceada is called kingada by now"]
    assert hall.run(week).changes == []
    assert hall.run().changes == []


def test_who_is_known_by_an_identity_of_the_roster_is_no_stranger(hall):
    put(hall.folder, **{"ada@x__alpha": "pass", "eve__alpha": "pass"})
    hall.run(roster=ROSTER)
    summary = hall.run(roster="Student ID,Name\n1001,Ada\n")
    assert summary.strangers == ["eve"]
    assert [row[0] for row in rows_of(hall)] == ["ada@x", "eve", "Bo Li"]


WRITTEN = "Name,Login\nAnna Müller,am\nJosé Díaz,jd\nSøren Åberg,sa\n"


@pytest.mark.parametrize(
    ("name", "login"),
    [
        ("Anna Mueller", "am"), ("muller anna", "am"), ("Mu\u0308ller, Anna", "am"),
        ("Jose Diaz", "jd"), ("Soeren Aaberg", "sa"), ("Aberg Soren", "sa"), ("Anna Mueler", ""),
    ],
)  # fmt: skip
def test_a_name_without_its_marks_is_the_same_name_in_a_roster(hall, name, login):
    put(hall.folder, **{f"{name}__alpha": "pass"})
    hall.run(roster=WRITTEN)
    assert [row[1] for row in rows_of(hall) if row[3]] == [login]


@pytest.mark.parametrize(
    ("name", "login", "hint"),
    [
        ("annamueller", "", "Anna Müller (login am) or Anna Mueller (login am2)"),
        ("Anna Mueller", "am2", None),
        ("Mueller, Anna", "am2", None),
        ("Anna Müller", "am", None),
        ("jose diaz", "jd2", None),
        ("josediaz", "", "José Díaz (login jd) or Jose Diaz (login jd2)"),
    ],
)
def test_a_name_that_two_rows_may_mean_joins_the_one_of_its_spelling_or_is_hinted(
    hall, name, login, hint
):
    put(hall.folder, **{f"{name}__alpha": "pass"})
    summary = hall.run(roster=WRITTEN + "Anna Mueller,am2\nJose Diaz,jd2\n")
    assert [row[1] for row in rows_of(hall) if row[3]] == [login]
    assert summary.strangers == ([f"{name}: may be {hint}"] if hint else [])


def test_a_refusal_tells_two_of_one_label_apart(hall):
    put(hall.folder, lovelaceada_11_99_alpha="pass", lovelaceada_12_98_alpha="fail")
    hall.run()
    week, table = hall.folder.parent / "week 2", "Name,Canvas ID\nAda Lovelace,{}\n"
    put(week, **{"Ada Lovelace__beta": "pass"})
    hall.run(week, roster=table.format(11))
    with pytest.raises(UsageError, match=r"lovelaceada \(user_id 12\)"):
        hall.run(week, roster=table.format(12))


def test_who_was_taken_for_one_by_mistake_is_parted_by_the_whole_class(hall):
    put(hall.folder, **{"ada@x__alpha": "pass", "1001__beta": "fail"})
    hall.run(roster=ROSTER)
    mended = "Name,Email,Student ID\nAda Lovelace,ada@x,1009\nEve Ray,eve@x,1001\n"
    with pytest.raises(UsageError, match="may be one student or two"):
        hall.run(roster=mended)
    summary = hall.run(roster=mended, whole=True)
    assert summary.changes == ["1001 and ada@x are two students by now"]
    parted = [("1001", "", "1001", "", "0"), ("ada@x", "s1", "1009", "2", "")]
    assert [(r[0], "", *r[2:]) for r in rows_of(hall)] == [(r[0], "", *r[2:]) for r in parted]
    for name in ("1001", "ada@x"):
        hall.run(hall.folder / name)
    assert len(rows_of(hall)) == 2


def test_who_is_parted_from_another_has_ids_of_their_own(hall):
    weeks(hall, "ada@x/alpha.py", "1001/beta.py")
    hall.run(put(hall.folder.parent / "other", zoe__alpha="pass"), roster=ROSTER)
    for name in ("ada@x", "1001"):
        put(hall.folder, **{f"{name}__alpha": "pass", f"{name}__beta": "fail"})
    mended = "Name,Email,Student ID\nAda Lovelace,ada@x,1009\nEve Ray,eve@x,1001\n"
    hall.run(roster=mended, whole=True)
    assert [(row[0], row[3], row[4]) for row in rows_of(hall)] == [
        ("1001", "2", "0"),
        ("ada@x", "2", "0"),
    ]
    assert hall.files() == [
        f"{name}.{exercise}.json" for name in ("1001", "ada@x") for exercise in ("alpha", "beta")
    ]


def test_an_address_that_changed_is_refused_but_for_the_whole_class(hall):
    weeks(hall, "s1/alpha.py")
    hall.run(put(hall.folder, s2__alpha="pass"), roster=ROSTER)
    with pytest.raises(UsageError, match=r"email ada@y\) and s1 \(email ada@x"):
        hall.run(roster=ROSTER.replace("ada@x", "ada@y"))
    hall.run(roster=ROSTER.replace("ada@x", "ada@y"), whole=True)
    assert {row["email"] for row in hall.book().values()} == {"ada@y", "bo@x"}


def test_who_is_absent_is_told_by_all_runs(hall):
    put(hall.folder, s1__alpha="pass")
    put(hall.folder, s2__alpha="pass")
    hall.run(hall.folder / "s1")
    summary = hall.run(hall.folder / "s2", roster=ROSTER + "Amy Ray,amy@x,s7,1007\n")
    assert [item.label for item in summary.unmatched] == ["Amy Ray"]
    assert hall.book()["Amy Ray"]["status"] == "in the roster, nothing handed in"
    put(hall.folder, s7__alpha="fail")
    hall.run(hall.folder / "s7")
    assert set(hall.book()) == {"s1", "s2", "s7"}
    assert hall.book()["s7"]["email"] == "amy@x"
    assert "s7.alpha.json" in hall.files()


def test_who_was_unmatched_is_a_row_until_graded(hall):
    put(hall.folder, s1__alpha="pass")
    (hall.folder / "s2").mkdir()
    (hall.folder / "s2" / "essay.pdf").write_bytes(b"%PDF")
    hall.run()
    hall.run(hall.folder / "s1")
    assert hall.book()["s2"]["status"] == "unmatched"
    hall.run(hall.folder / "s1", roster=ROSTER)
    assert hall.book()["s2"]["status"] == "unmatched"
    put(hall.folder, s2__alpha="fail")
    hall.run(hall.folder / "s2")
    assert points(hall) == {"s1": ("2", ""), "s2": ("0", "")}


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (ROSTER, ROSTER.replace("1001", "7777"), r"s1 \(sis_id 7777\) and s1 \(sis_id 1001\)"),
        (ROSTER, ROSTER.replace("ada@x", "ada@y"), r"email ada@y\) and s1 \(email ada@x"),
        (ROSTER, ROSTER.replace(",s1,", ",s2,").replace("Bo Li,bo@x,s2", "Bo Li,bo@x,s1"), "s1"),
    ],
)
def test_a_roster_that_contradicts_an_earlier_one_is_refused_and_changes_nothing(
    hall, first, second, said
):
    put(hall.folder, s1__alpha="pass", s2__alpha="fail")
    hall.run(roster=first)
    before = hall.book(), texts(hall.out / "reports")
    with pytest.raises(UsageError, match=said):
        hall.run(roster=second)
    assert (hall.book(), texts(hall.out / "reports")) == before
    hall.run(roster=second, whole=True)
    assert set(hall.book()) == {"s1", "s2"}


def test_what_two_folders_have_in_common_by_name_alone_joins_neither(hall):
    put(hall.folder, **{"Ada Lovelace__alpha": "pass", "lovelaceada__alpha": "fail"})
    hall.run(roster=ROSTER)
    with open(hall.out / "gradebook.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["alpha"], row["email"]) for row in rows if row["alpha"]] == [("2", ""), ("0", "")]
    # Who it is in the roster cannot be told, so that row stands by itself.
    assert [row["status"] for row in rows if row["email"].startswith("ada@")] == [ABSENT]


def test_labels_of_folders_are_never_taken_for_one_another_by_their_letters_alone(hall):
    put(hall.folder, **{"Li Anna__alpha": "pass"})
    hall.run()
    put(hall.folder, **{"Anna Li__alpha": "fail", "LI ANNA__alpha": "fail"})
    shutil.rmtree(hall.folder / "Li Anna")
    hall.run()
    assert len(hall.book()) == 3


def test_two_of_one_name_are_told_apart_in_later_runs(hall):
    twin = MOODLE.replace("101", "102")
    put(hall.folder, **{f"{MOODLE}__alpha": "pass", f"{twin}__alpha": "fail"})
    hall.run()
    ids = hall.files()
    assert ids == ["Ada Lovelace 101.alpha.json", "Ada Lovelace 102.alpha.json"]
    hall.run(hall.folder / twin)
    assert hall.files() == ids
    week = hall.folder.parent / "week 2"
    put(week, **{f"{MOODLE.replace('101', '201')}__beta": "pass"})
    summary = hall.run(week)
    assert summary.unsure == ["Ada Lovelace"]
    assert len(hall.files()) == 3


def test_a_student_of_another_assignment_is_the_same_with_the_number_of_each(hall):
    put(hall.folder, **{f"{MOODLE}__alpha": "pass"})
    hall.run()
    week = hall.folder.parent / "week 2"
    put(week, **{f"{MOODLE.replace('101', '201')}__beta": "fail"})
    hall.run(week)
    assert points(hall) == {"Ada Lovelace": ("2", "0")}
    assert '"participant": "201"' in (hall.out / "reports/Ada Lovelace.beta.json").read_text()
    assert '"participant": "101"' in (hall.out / "reports/Ada Lovelace.alpha.json").read_text()


def test_an_account_is_found_again_under_another_name(hall):
    put(hall.folder, lovelaceada_11_99_alpha="pass", libo_12_98_alpha="pass")
    hall.run()
    week = hall.folder.parent / "week 2"
    put(week, kingada_11_77_beta="fail", libo_12_76_beta="pass", raybo_13_75_beta="pass")
    hall.run(week)
    assert points(hall) == {"lovelaceada": ("2", "0"), "libo": ("2", "2"), "raybo": ("", "2")}


def test_a_second_account_of_one_name_is_another_student(hall):
    put(hall.folder, lovelaceada_11_99_alpha="pass", libo_12_98_alpha="pass")
    hall.run()
    week = hall.folder.parent / "week 2"
    put(week, lovelaceada_14_77_alpha="fail", libo_12_76_beta="pass")
    hall.run(week)
    assert hall.files() == [
        "libo.alpha.json",
        "libo.beta.json",
        "lovelaceada 14.alpha.json",
        "lovelaceada.alpha.json",
    ]


SYSTEMS = {
    "plain": ("Ada Lovelace/{}.py", "Bo Li/{}.py"),
    "Moodle": (f"{MOODLE}/{{}}.py", "Bo Li_102_assignsubmission_file/{}.py"),
    "Canvas": ("lovelaceada_11_301_{}.py", "libo_12_302_{}.py"),
}


@pytest.mark.parametrize("roster", [None, ROSTER])
@pytest.mark.parametrize("order", list(permutations(SYSTEMS)))
def test_a_student_is_one_in_whatever_systems_and_order(hall, order, roster):
    for number, system in enumerate(order):
        folder = hall.folder.parent / system
        for name, words in zip(SYSTEMS[system], ("pass", "fail"), strict=True):
            write_place(folder / name.format(("alpha", "beta", "alpha")[number]), words)
        hall.run(folder, roster=roster)
    assert sorted(points(hall).values()) == [("0", "0"), ("2", "2")]
    assert len(hall.files()) == 4


ROWS = {
    "the same row": ("Ada,ada@x,s1,1001\n", None),
    "less is known": ("Ada,,,1001\n", None),
    "more is known": ("Ada Lovelace,ada@x,s1,1001\n", None),
    "another writing": ("Lovelace Ada, ADA@X ,S1,1001\n", None),
    "an address alone": ("Ada L.,ada@x,,\n", None),
    "three times": ("Ada,ada@x,,\nAda,,s1,\n", None),
    "another login": ("Ada,ada@x,s7,1001\n", "login"),
    "zeros in front": ("Ada,ada@x,s1,01001\n", "sis_id"),
    "another address": ("Ada,ada@y,s1,1001\n", "email"),
    "another school's id": ("Ada,ada@x,,1009\n", "sis_id"),
}


@pytest.mark.parametrize("row", ROWS)
def test_a_student_who_stands_twice_in_a_roster_is_one_or_refused(hall, row):
    again, differs = ROWS[row]
    put(hall.folder, s1__alpha="pass")
    text = "Name,Email,Login,Student ID\nAda,ada@x,s1,1001\nBo,bo@x,s2,1002\n" + again
    if differs:
        with pytest.raises(UsageError, match=rf"contradicts itself: Ada \({differs}"):
            hall.run(roster=text)
        return
    summary = hall.run(roster=text)
    assert [item.label for item in summary.unmatched] == ["Bo"]
    assert set(hall.book()) == {"s1", "Bo"}
    assert hall.book()["s1"]["email"].casefold() == "ada@x"


def test_what_could_not_be_read_takes_no_grade_away(hall, tmp_path):
    put(hall.folder, s1__alpha="pass", s1__beta="pass", s2__alpha="fail", s3__alpha="pass")
    hall.run()
    book, path = hall.book(), tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as zf:
        for file in sorted(hall.folder.rglob("*.py")):
            zf.write(file, f"class/{file.relative_to(hall.folder).as_posix()}")
    data = bytearray(path.read_bytes())
    for name in (b"class/s1/alpha.py", b"class/s2/alpha.py"):
        start = data.index(name) + len(name)
        data[start : start + 3] = b"\xff\xff\xff"
    path.write_bytes(data)
    for whole in (False, True):
        summary = hall.run(path, whole=whole)
        listed = sorted(item.path.removeprefix("class/") for item in summary.unmatched)
        assert listed == ["s1/alpha.py", "s2/alpha.py"]
        assert hall.book() == book


@pytest.mark.parametrize(
    "again", [{}, {"s2__beta": "pass"}, {"s3__alpha": "fail", "s2__beta": "pass"}]
)
def test_what_was_given_out_takes_no_earlier_grade_away(hall, again):
    put(hall.folder, s1__alpha="pass", s2__alpha="fail")
    hall.run()
    before = points(hall)
    starter = hall.course.folder("alpha").starter_source
    week = put(hall.folder.parent / "week 2", s1__alpha=starter, **again)
    summary = hall.run(week)
    now = points(hall)
    assert [now[name][0] for name in before] == [row[0] for row in before.values()]
    reasons = [item.reason for item in summary.passed_over]
    assert reasons == ["it is as the course gave it out, and what was handed in before counts"]


def test_what_was_given_out_counts_where_there_was_nothing_before(hall):
    starter = hall.course.folder("alpha").starter_source
    put(hall.folder, s1__alpha=starter, s2__alpha="pass")
    assert hall.run().passed_over == []
    assert set(points(hall)) == {"s1", "s2"}


@pytest.mark.parametrize(
    ("columns", "before", "by_now"),
    [
        ("Name,Email,Login", "Ada Lovelace,ada@x,", "Ada Lovelace,ada@x,s1"),
        ("Name,Email,Student ID", "Ada Lovelace,ada@x,", "Ada Lovelace,ada@x,s1"),
        ("Name,Student ID,Login", "Ada Lovelace,1001,", "Ada Lovelace,1001,s1"),
    ],
)
def test_who_was_only_in_the_roster_turns_out_to_be_one_who_handed_in(
    hall, columns, before, by_now
):
    put(hall.folder, s1__alpha="pass", s2__alpha="fail")
    first = hall.run(roster=f"{columns}\n{before}\n")
    assert [(one.label, one.reason) for one in first.unmatched] == [("Ada Lovelace", ABSENT)]
    then = hall.run(roster=f"{columns}\n{by_now}\n")
    assert points(hall) == {"s1": ("2", ""), "s2": ("0", "")}
    assert hall.book()["s1"]["name"] == "Ada Lovelace"
    # Nobody's grade has moved, so there is nothing to look at.
    assert (then.graded, then.unmatched, then.changes) == (0, [], [])
