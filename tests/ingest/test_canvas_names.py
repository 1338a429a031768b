"""Does a name that Canvas may have made in several ways give one student the work of another?

How students and their files are called is up to them, and both may hold numbers. Canvas takes `_5_`
out of a student's name before it takes out blanks, so that `s1_5` and `s1_5 _999` stay.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from thefts import packed, rows

from grader.ingest.gathered import Known
from grader.ingest.layouts import canvas
from grader.ingest.roster import Roster
from grader.model.submission import Student

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

S1, S2, S3 = "def zeros(): return 1", "def zeros(): return 2", "def zeros(): return 3"
HONEST = {"s1_5_301_zero_init.py": S1, "s2_6_302_zero_init.py": S2}
LARGE = {
    "s1_41005_87568490_zero_init.py": S1,
    "s2_41006_87568512_zero_init.py": S2,
    "s4_10000000041007_87568513_zero_init.py": S2,
}
# The whole name of what the student with user id 9 hands in, of the names that they have.
HOSTILE = {
    "s1_5": "s1_5_9_555_zero_init.py",
    "s1_5, with a version": "s1_5_9_555_zero_init-2.py",
    "s1_5, in words": "s1_5_9_555_zero_init final.py",
    "s1_5, a notebook's name": "s1_5_9_555_lab.py",
    "s1_5, late": "s1_5_LATE_9_555_zero_init.py",
    "s1_5 _999": "s1_5_999_9_555_zero_init.py",
    "s1_5 _999, a module": "s1_5_999_9_555_utils.py",
    "s1_5 _999, late": "s1_5_999_LATE_9_555_zero_init.py",
    "s1_5 _999 _zero_init": "s1_5_999_zero_init_9_555_zero_init.py",
    "_5 _999": "_5_999_9_555_zero_init.py",
    "5 _999": "5_999_9_555_zero_init.py",
    "s1_5 _998 _999": "s1_5_998_999_9_555_zero_init.py",
    "s1_5 _text": "s1_5_text_9_555_zero_init.py",
}


@pytest.fixture
def zip_of(class_of: Any, tmp_path: Path) -> Any:
    """Return a function that gathers a class of its own."""
    numbers = count()

    def gathered(files: Mapping[str, str | bytes], **options: Any) -> Any:
        path = tmp_path / str(next(numbers)) / "lab.zip"
        path.parent.mkdir()
        path.write_bytes(packed(files))
        return class_of({}, path=path, **options)

    return gathered


def of(gathered: Any) -> dict[str, list[str]]:
    """Return what each user has, by the id; what nobody has by the label."""
    found: dict[str, list[str]] = {}
    for submission in gathered.submissions:
        student = submission.student
        texts = [data.decode() for _, data in submission.read()]
        found.setdefault(student.user_id or student.label, []).extend(texts)
    return found


@pytest.mark.parametrize("who", HOSTILE)
def test_nobody_gets_what_another_handed_in(zip_of: Any, who: str) -> None:
    before, after = zip_of(HONEST), zip_of({**HONEST, HOSTILE[who]: S3})
    assert rows(after).items() >= rows(before).items()
    got = of(after)
    assert got.pop("5") == [S1]
    assert got.pop("6") == [S2]
    # The third is user 9, or nobody but a row of its own, which is said.
    [(name, [text])] = got.items()
    assert text == S3
    assert name == "9" or [name] == [student.label for student in after.doubtful]
    assert bool(after.doubtful) == any("by its name" in hint for hint in after.hints)
    assert after.left_over == ()


@pytest.mark.parametrize("who", sorted(HOSTILE.keys() - {"s1_5, late", "s1_5 _text"}))
def test_the_first_numbers_would_give_it_to_another(
    zip_of: Any, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """The control."""
    told = canvas._told
    monkeypatch.setattr(
        canvas, "_told", lambda *given: {top: found[:1] for top, found in told(*given).items()}
    )
    monkeypatch.setattr(canvas, "_likely", lambda found, *_: found)
    gathered = zip_of({**HONEST, HOSTILE[who]: S3})
    assert "9" not in of(gathered)
    assert gathered.doubtful == ()


def test_a_name_of_which_the_numbers_tell_is_its_student_s(zip_of: Any) -> None:
    for name in ("s1_5_9_555_zero_init.py", "s1_5_LATE_9_555_zero_init.py"):
        gathered = zip_of({**HONEST, name: S3})
        assert of(gathered)["9"] == [S3]
        assert {s.student.label for s in gathered.submissions} >= {"s1", "s1_5"}


@pytest.mark.parametrize("name", ["s1_41005_41009_87568600_", "s1_41005_77777777_41009_87568600_"])
def test_so_with_numbers_as_large_as_canvas_has_them(zip_of: Any, name: str) -> None:
    got = of(zip_of({**LARGE, f"{name}zero_init.py": S3}))
    assert got["41005"] == [S1]
    assert [S3] in got.values()


@pytest.mark.parametrize("victim", ["s1_5_301_9_555_zero_init.py", "s1_5_301_77_666_zero_init.py"])
def test_who_has_such_a_name_too_has_a_row_of_their_own(zip_of: Any, victim: str) -> None:
    """Nothing tells whose each is; then neither is put into the other's row."""
    honest = {"s2_6_302_zero_init.py": S2, victim: S1}
    assert of(zip_of(honest)) == {"5": [S1], "6": [S2]}
    gathered = zip_of({**honest, "s1_5_999_9_555_zero_init.py": S3})
    got = of(gathered)
    assert got.pop("6") == [S2]
    assert sorted(got.values()) == [[S1], [S3]]
    assert sorted(got) == sorted(student.label for student in gathered.doubtful)


@pytest.mark.parametrize(
    "name",
    [
        "1_zero_init.py", "lab_1_2_zero_init.py", "20241128_zero_init.py", "301_zero_init.py",
        "2024_11_28_zero_init.py", "zero_init_20241128_1530_x.py", "1_2_3_4_zero_init.py",
        "s1_5_301_zero_init.py",
    ],
)  # fmt: skip
def test_numbers_in_a_file_s_name_are_its_student_s(zip_of: Any, name: str) -> None:
    for attachment, classmates in ((303, HONEST), (87568491, LARGE)):
        gathered = zip_of({**classmates, f"s3_77_{attachment}_{name}": S3})
        assert of(gathered)["77"] == [S3]
        assert gathered.doubtful == ()


def a_lab(students: int) -> dict[str, str]:
    """Return two files of each, whose names have numbers as large as Canvas's own."""
    return {
        f"s{n}_4100{n}_8756{n}49{i}_2024112{i}_{task}.py": text
        for n in range(students)
        for i, (task, text) in enumerate((("zero_init", S1), ("random_init", "b = 2")))
    }


@pytest.mark.parametrize("students", [1, 2, 3])
def test_so_where_all_files_have_them_and_a_roster_tells(zip_of: Any, students: int) -> None:
    table = [Student(label=f"s{n}", user_id=f"4100{n}") for n in range(students)]
    gathered = zip_of(a_lab(students), roster=Roster(table))
    assert of(gathered) == {f"4100{n}": [S1, "b = 2"] for n in range(students)}
    assert gathered.doubtful == ()
    # Without it there is a row for each file, and the instructor is told what to do.
    alone = zip_of(a_lab(students))
    assert sorted(of(alone).values()) == sorted([[S1], ["b = 2"]] * students)
    assert len(alone.doubtful) == 2 * students
    assert any("or name --roster" in hint for hint in alone.hints)


@pytest.mark.parametrize("who", HOSTILE)
@pytest.mark.parametrize("others", [(), ("9",)], ids=["not in it", "in it"])
def test_nor_does_a_roster_make_it_another_s(zip_of: Any, who: str, others: tuple[str]) -> None:
    table = Roster([Student(label=n, user_id=n) for n in ("5", "6", *others)])
    got = of(zip_of({**HONEST, HOSTILE[who]: S3}, roster=table))
    assert (got.pop("5"), got.pop("6")) == ([S1], [S2])
    assert [*got.values()] == [[S3]]


@pytest.mark.parametrize("user", ["77", "555", "999"])
def test_nor_does_the_number_of_one_who_is_not_in_it(zip_of: Any, user: str) -> None:
    """Theirs may be as large as an attachment's."""
    table = Roster([Student(label=n, user_id=n) for n in "56"])
    for file in ("s1_5_301_zero_init.py", "5_999_zero_init.py"):
        got = of(zip_of({**HONEST, f"s3_{user}_444_{file}": S3}, roster=table))
        assert got == {"5": [S1], "6": [S2], user: [S3]}


def test_what_is_typed_is_its_student_s_too(zip_of: Any) -> None:
    gathered = zip_of({**HONEST, "s1_5_9_text.html": "typed", "s1_5_999_9_link.html": "linked"})
    assert {left.student for left in gathered.left_over}.isdisjoint({"s1", "s2"})
    assert len(gathered.left_over) == 2


@pytest.mark.parametrize("called", ["s1", "5"])
@pytest.mark.parametrize("name", ["s1_5_999_9_555_zero_init.py", "s1_5_999_x_9_555_lab.py"])
def test_nor_is_work_of_an_earlier_run_replaced(zip_of: Any, name: str, called: str) -> None:
    """Whether its student is known by the name that Canvas gives, or by the number alone."""
    files = {called: {"zero_init.py"}}
    known = Known(
        frozenset({"s2", called} - {"5"}),
        user_ids=frozenset({"6", called} - {"s1"}),
        files=lambda name: files.get(name, ()),
    )
    classmates = {"s2_6_302_zero_init.py": S2}
    got = of(zip_of({**classmates, name: S3}, known=known))
    assert "5" not in got
    assert [S3] in got.values()
    # Of nobody who was there before, it is the first one's; so it is when it was graded before.
    assert of(zip_of({**classmates, name: S3}))["5"] == [S3]
    files[called] = {name.split("_", 3)[3]}
    assert of(zip_of({**classmates, name: S3}, known=known))["5"] == [S3]


def test_archives_of_both_have_budgets_of_their_own(zip_of: Any, tmp_path: Path) -> None:
    """What one packed to cost much is not read in the other's time."""
    zeros = packed({"zero_init.py": bytes(22_020_096)})
    honest = {"s1_5_301_zero_init.zip": packed({"zero_init.py": S1}), "s2_6_302_zero_init.py": S2}
    numbers = count(555)
    hostile: Mapping[str, bytes] = {f"s1_5_999_9_{next(numbers)}_a.zip": zeros for _ in range(60)}
    after = zip_of({**honest, **hostile})
    assert of(after)["5"] == [S1]
    assert of(after)["6"] == [S2]
