"""Does `grader new` begin an exercise that becomes a proof once its blanks are filled?"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.blanks import BLANK, blanks
from grader.catalog import Course
from grader.cli import main
from grader.corpus import read_corpus
from grader.errors import CourseError
from grader.scaffold.corpus import FEWEST_MUTANTS, FEWEST_VARIANTS
from grader.scaffold.course import with_exercise
from grader.testing.cases import read_cases
from grader.testing.suite import Suite
from grader.verify import verify
from grader.verify.written import FEWEST

ROOT = Path(__file__).parents[2]
FEW_SEEDS = 2
SIGNATURES = {
    "unsaid": [],
    "array": ["scale(x: array(n, m), factor=2.0) -> array(n, m)"],
    "vector": ["totals(x: array(n, m)) -> array(m)"],
    "number": ["rms(x: array(n)) -> number"],
    "dict": ["fit(x: array(n, m), y: array(m), ridge=1e-8) -> {weights: array(n), loss: number}"],
    "tuple": ["split(x: array(n), at: integer) -> (array, array)"],
    "text": ["shout(word: text, loud=True) -> text"],
    "square": ["gram(x: array(n, m)) -> array(m, m)"],
    "flag": ["is_even(n: integer) -> flag"],
    "nothing": ["answer() -> number"],
    "sizes": ["zeros(n: integer, x: array(n)) -> {W1, b1}"],
    "several": ["centre(x: array(n, m)) -> array(n, m)", "spread(x: array(n, m)) -> array(n)"],
}
ANSWER = '''\
import numpy as np


def mean_and_std(x, axis=0):
    """Return the mean and the sample standard deviation of x along axis, as a dict."""
    mean = x.mean(axis=axis)
    count = x.shape[axis]
    centred = x - np.expand_dims(mean, axis)
    return {"mean": mean, "std": np.sqrt((centred**2).sum(axis=axis) / (count - 1))}
'''
PAIR = """\
import numpy as np


def mean_and_std(x, axis=0):
    return np.mean(x, axis=axis), np.std(x, axis=axis)
"""
DIVISOR = """\
        n = case.x.shape[axis]
        right = right * np.sqrt((n - 1) / n) if other_divisor and {} else right
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs `grader new` here: its exit code, stdout and stderr."""

    def _run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["grader", "new", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return _run


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, the current one."""
    folder = tmp_path / "data-analysis"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def content(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): p.read_text("utf-8") for p in files}


def change(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text, (path, old)
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def test_an_empty_folder_becomes_a_course(run: Any, empty: Path) -> None:
    code, out, err = run("mean_and_std", "--title", "Mean and spread")
    assert code == 0
    assert set(out.split()) == set(content(empty))
    assert "mean_and_std is in the course 'Data analysis'" in err
    course = Course(empty)
    assert course.exercise_ids == ("mean_and_std",)
    assert course.folder("mean_and_std").exercise.title == "Mean and spread"
    assert ".gitignore" in out.split()
    number = re.search(r"(\d+) blanks are marked", err)
    assert number
    assert int(number.group(1)) == len(list(blanks(course.folder("mean_and_std"))))


def test_another_exercise_joins_the_course_from_any_folder_in_it(
    run: Any, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("first")
    change(empty / "exercises/course.toml", ("exercises", "# keep me\nexercises"))
    before = content(empty)
    monkeypatch.chdir(empty / "exercises" / "first")
    assert run("second", "--function", "second(x, sign=1)")[0] == 0
    after = content(empty)
    changed = {name for name, text in before.items() if after[name] != text}
    assert changed == {"exercises/course.toml", "exercises/misconceptions.toml"}
    assert "# keep me" in after["exercises/course.toml"]
    assert after["exercises/misconceptions.toml"].startswith(
        before["exercises/misconceptions.toml"]
    )
    assert after["exercises/misconceptions.toml"].count("[ids.wrong-sign]") == 1
    assert "ignores-sign" in Course(empty).misconceptions
    assert Course(empty).exercise_ids == ("first", "second")


def test_a_course_is_named_with_an_option(run: Any, empty: Path, tmp_path: Path) -> None:
    assert run("first", "--course", tmp_path / "elsewhere")[0] == 0
    assert content(empty) == {}
    assert Course(tmp_path / "elsewhere").exercise_ids == ("first",)


def test_a_folder_within_a_course_s_folder_is_no_part_of_it(
    run: Any, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("first")
    before = content(empty)
    (empty / "mine").mkdir()
    monkeypatch.chdir(empty / "mine")
    code, out, err = run("second")
    assert (code, out, content(empty)) == (2, "", before)
    assert f"with --course . or add to that one with --course {empty}" in err
    assert run("second", "--course", ".")[0] == 0
    assert Course(empty / "mine").exercise_ids == ("second",)
    assert run("third")[0] == 0
    assert run("fourth", "--course", empty)[0] == 0
    assert run("fifth", "--course", empty / "exercises")[0] == 0
    assert Course(empty).exercise_ids == ("first", "fourth", "fifth")
    assert Course(empty / "mine").exercise_ids == ("second", "third")


def test_the_name_of_a_new_course_is_a_blank(run: Any, empty: Path) -> None:
    run("first")
    for public in (True, False):
        said = blanks(Course(empty).folder("first"), public=public)
        place = "exercises/course.toml:1"
        assert f"{place}: FILL IN: what the course is called; learners read it" in said


@pytest.mark.parametrize(
    ("returns", "offered"),
    [
        ("array(n)", True),
        ("(array(n), number)", True),
        ("{mean: array(n)}", False),
        ("number", False),
    ],
)
def test_lists_in_the_place_of_arrays_are_offered_where_they_can_be(
    run: Any, empty: Path, returns: str, offered: bool
) -> None:
    run("task", "--function", f"task(x: array(n)) -> {returns}")
    path = empty / "exercises/task/exercise.toml"
    assert ("allow_list = true }" in path.read_text("utf-8")) == offered
    assert Course(empty).folder("task").exercise.functions


def test_what_is_there_stays(run: Any, empty: Path) -> None:
    (empty / ".gitignore").write_text("mine\n")
    (empty / "exercises").mkdir()
    (empty / "exercises" / "misconceptions.toml").write_text("# mine\n")
    assert run("first")[0] == 0
    assert (empty / ".gitignore").read_text() == "mine\n"
    assert (empty / "exercises" / "misconceptions.toml").read_text().startswith("# mine\n")


@pytest.mark.parametrize("name", SIGNATURES)
def test_files_are_read_and_checks_are_collected(run: Any, empty: Path, name: str) -> None:
    told = [part for text in SIGNATURES[name] for part in ("--function", text)]
    assert run("task", *told)[0] == 0
    folder = Course(empty).folder("task")
    cases = read_cases(folder.staff / "cases.toml")
    parameters = {p.name for f in folder.exercise.functions for p in f.parameters}
    assert set(cases.values) == parameters
    corpus = read_corpus(folder)
    assert len(corpus.variants) >= max(FEWEST["variants"], FEWEST_VARIANTS)
    assert len(corpus.mutants) >= max(FEWEST["mutants"], FEWEST_MUTANTS)
    with Suite(folder) as suite:
        ids = {check.id for check in suite.checks}
        assert sum(check.points for check in suite.checks) == pytest.approx(10)
        assert len(ids) - len(suite.public) >= FEWEST["hidden checks"]
    assert {killer for mutant in corpus.mutants.values() for killer in mutant.killed_by} <= ids
    names = {n for mutant in corpus.mutants.values() for n in mutant.names}
    assert names <= Course(empty).misconceptions.keys()


@pytest.mark.parametrize("name", SIGNATURES)
def test_files_are_tidy(run: Any, empty: Path, name: str) -> None:
    told = [part for text in SIGNATURES[name] for part in ("--function", text)]
    run("task", *told)
    rules = [
        "--isolated",
        "--no-cache",
        "--select=E,F,W",
        "--ignore=F401,F841",
        "--line-length=105",
    ]
    command = [sys.executable, "-m", "ruff", "check", *rules, str(empty)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout


def test_derived_answers_come_from_the_reference(run: Any, empty: Path) -> None:
    """What was derived is proven as it stands: only what is missing is a problem."""
    answer = empty / "answer.py"
    answer.write_text(
        "def parts(x, sign=1):\n    return sign * x, x**2\n\n\n"
        "def table(x, y):\n    return x[:, None] + y\n\n\n"
        "def shout(word):\n    return word.upper()\n"
    )
    told = (
        "parts(x: array(n), sign=1)",
        "table(x: array(n), y: array(m)) -> array(n, m)",
        "shout(word: text) -> text",
    )
    run("task", "--reference", answer, *(p for text in told for p in ("--function", text)))
    without_blanks(Course(empty))
    problems = verify(Course(empty), "task", FEW_SEEDS, automatic=False).problems
    assert [p for p in problems if "at least" not in p] == []


def without_blanks(course: Course) -> None:
    """Drop the answers that an author has yet to write, and give examples that hold."""
    folder = course.folder("task")
    corpus = folder.staff / "corpus.toml"
    text = corpus.read_text("utf-8")
    for kind in ("variants", "mutants"):
        for path in (folder.staff / kind).iterdir():
            if BLANK in path.read_text("utf-8"):
                path.unlink()
                text = re.sub(rf"\[{kind}\.{path.stem}\]\n(.+\n)+", "", text)
    corpus.write_text(text, "utf-8")
    examples = folder.public / "test_examples.py"
    change(examples, ("right = None", "right = got"), ("right = (None, None)", "right = got"))
    lesson_holds(folder.public)
    listing = course.root / "exercises/course.toml"
    for path in (listing, *folder.public.iterdir(), *folder.staff.glob("*.*")):
        path.write_text(path.read_text("utf-8").replace(BLANK, "done"), "utf-8")


def lesson_holds(public: Path) -> None:
    change(
        public / "README.md",
        ("FILL IN: a few lines that a learner can run", "two"),
        ("FILL IN: exactly what they print", "two"),
    )


@pytest.mark.parametrize(("answer", "fill"), [(ANSWER, "dict"), (PAIR, "pair")])
def test_filled_in_it_is_proven(run: Any, empty: Path, answer: str, fill: str) -> None:
    command = re.search(r"^grader new (.+)$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert command
    (empty / "mean_and_std.py").write_text(answer)
    assert run(*command.group(1).split())[0] == 0
    {"dict": fill_in, "pair": fill_in_pair}[fill](empty)
    folder = Course(empty).folder("mean_and_std")
    assert list(blanks(folder)) == []
    proof = verify(Course(empty), "mean_and_std", FEW_SEEDS)
    assert proof.problems == []


def fill_in(course: Path) -> None:
    """Do what an author does with the blanks of `mean_and_std`."""
    public, staff = course / "exercises/mean_and_std", course / "solutions/mean_and_std"
    change(
        public / "test_examples.py",
        ('{"mean": None, "std": None}', '{"mean": [2.0, 3.5], "std": [2**0.5, 4.5**0.5]}'),
    )
    with_divisor(staff, 'name == "std"')
    std = "np.sqrt((centred**2).sum(axis=axis) / (count - 1))"
    write(staff, "variants/loops", "(centred**2).sum(axis=axis)", "np.add.reduce(centred**2, axis)")
    write(staff, "variants/another_way_2", std, "x.std(axis=axis, ddof=1)")
    write(staff, "mutants/mistake_1", "(count - 1)", "count", "other-divisor")
    write(staff, "mutants/mistake_2", std, "x.std(axis=axis)", "other-divisor")
    write(staff, "mutants/mistake_3", "np.sqrt", "np.abs")
    write(staff, "mutants/mistake_4", "count - 1", "count + 1")
    write(staff, "mutants/mistake_5", "count = x.shape[axis]", "count = x.size")
    fill_in_words(course)


def fill_in_pair(course: Path) -> None:
    """Do the same where mean and standard deviation are a pair; the arrays of the example stay."""
    public, staff = course / "exercises/mean_and_std", course / "solutions/mean_and_std"
    change(
        public / "test_examples.py",
        ("(None, None)", "([3.0, 5.0, 5.0], [(8 / 3) ** 0.5, 6**0.5, (14 / 3) ** 0.5])"),
    )
    with_divisor(staff, "place == 1")
    change(staff / "test_hidden.py", ("np.sqrt((n - 1) / n)", "np.sqrt(n / (n - 1))"))
    mean, std = "np.mean(x, axis=axis)", "np.std(x, axis=axis)"
    write(staff, "variants/loops", mean, "np.add.reduce(x, axis) / x.shape[axis]")
    write(staff, "variants/another_way_2", std, "np.sqrt(np.var(x, axis=axis))")
    write(staff, "mutants/mistake_1", std, "np.std(x, axis=axis, ddof=1)", "other-divisor")
    write(staff, "mutants/mistake_2", std, "np.sqrt(np.var(x, axis, ddof=1))", "other-divisor")
    write(staff, "mutants/mistake_3", std, "np.var(x, axis=axis)")
    write(staff, "mutants/mistake_4", mean, "np.sum(x, axis=axis)")
    write(staff, "mutants/mistake_5", mean, "np.median(x, axis=axis)")
    fill_in_words(course)


def with_divisor(staff: Path, where: str) -> None:
    change(
        staff / "test_hidden.py",
        ("def result(negative=False,", "def result(other_divisor=False, negative=False,"),
        ("        return -right if", f"{DIVISOR.format(where)}        return -right if"),
        (
            '{"negative": "wrong-sign"',
            '{"other_divisor": "other-divisor", "negative": "wrong-sign"',
        ),
        ("    # FILL IN: make it so: case.x = …", "    case.x = case.x[:2] + 100.0"),
    )


def fill_in_words(course: Path) -> None:
    change(
        course / "exercises/course.toml",
        ("  # FILL IN: what the course is called; learners read it", ""),
    )
    public, staff = course / "exercises/mean_and_std", course / "solutions/mean_and_std"
    lesson_holds(public)
    catalogue = course / "exercises/misconceptions.toml"
    entry = (
        '[ids.other-divisor]\ntitle = "Another divisor"\nexplanation = "One value is used up."\n'
    )
    catalogue.write_text(f"{catalogue.read_text('utf-8')}\n{entry}", "utf-8")
    for path in (p for folder in (public, staff) for p in folder.rglob("*.*")):
        path.write_text(path.read_text("utf-8").replace(BLANK, "done"), "utf-8")


def given(path: Path) -> list[tuple[int, ...]]:
    """Return the shapes of the arrays that an example hands over."""
    calls = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    arrays = [n for n in calls if ast.unparse(n.func) == "np.array"]
    return [np.shape(ast.literal_eval(array.args[0])) for array in arrays]


@pytest.mark.parametrize(
    ("signature", "length"),
    [
        ("pair(x) -> (array, array)", 2),
        ("pair(x: array(n), at: integer) -> (array, array)", 2),
        ("fit(x: array(n, m), y: array(m)) -> (array(n), number, number)", 3),
        ("three(x: array(n, m), y: array(k)) -> (array(k), array(n), array(m))", 3),
        ("four(x: array(n)) -> (number, number, number, number)", 4),
    ],
)
def test_no_array_is_as_long_as_a_tuple(run: Any, empty: Path, signature: str, length: int) -> None:
    run("task", "--function", signature)
    shapes = given(empty / "exercises/task/test_examples.py")
    assert shapes
    assert all(length not in shape for shape in shapes)
    cases = read_cases(empty / "solutions/task/cases.toml")
    assert all(least > length for least, _ in cases.sizes.values())


def write(staff: Path, name: str, old: str, new: str, misconception: str = "none") -> None:
    change(staff / f"{name}.py", (old, new))
    corpus = staff / "corpus.toml"
    head, table, rest = corpus.read_text("utf-8").partition(f"[{name.replace('/', '.')}]")
    rest = rest.replace('"none"', f'"{misconception}"', 1) if name.startswith("mutants") else rest
    corpus.write_text(head + table + rest, "utf-8")


def test_copies_are_blanks(run: Any, empty: Path) -> None:
    (empty / "answer.py").write_text(ANSWER)
    run("mean_and_std", "--reference", "answer.py")
    fill_in(empty)
    mutants = empty / "solutions/mean_and_std/mutants"
    (mutants / "mistake_1.py").write_text(f"# Nothing is wrong here.\n{ANSWER}")
    (mutants / "mistake_2.py").write_bytes((mutants / "mistake_3.py").read_bytes())
    said = "{0}/mutants/mistake_{1}.py: still the same code as {0}/{2}.py"
    where = "solutions/mean_and_std"
    assert list(blanks(Course(empty).folder("mean_and_std"))) == [
        said.format(where, 1, "reference"),
        said.format(where, 3, "mutants/mistake_2"),
    ]


def test_a_blank_is_told_with_its_place(run: Any, empty: Path) -> None:
    run("task")
    first, *others = blanks(Course(empty).folder("task"))
    assert first == "solutions/task/reference.py:7: FILL IN: the lines of the answer"
    assert "exercises/task/hints.md:13: FILL IN: nearly the answer, in words." in others


@pytest.mark.parametrize("exercise_id", Course(ROOT).exercise_ids)
def test_the_course_has_no_blanks(exercise_id: str) -> None:
    assert list(blanks(Course(ROOT).folder(exercise_id))) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mean-and-std"], "'mean-and-std' cannot be an exercise's id"),
        (["Mean"], "as in mean_and_std"),
        (["../up"], "cannot be an exercise's id"),
        (["x" * 51], "50 small letters"),
        (["class"], "--function 'class(x)' is no signature"),
        (["there"], "there is there already; nothing was written"),
        (["listed"], "lists 'listed' already"),
        (["task", "--function", "mean(x"], "--function 'mean(x' is no signature; write for"),
        (["task", "--function", "mean(x: matrix)"], "matrix is none of the kinds: array, "),
        (["task", "--function", "mean(x: array(-1))"], "the length -1 is none of the kinds"),
        (["task", "--function", "mean(*x)"], "mean: parameters are plain names"),
        (["task", "--function", "a(x)", "--function", "a(y)"], "the same name"),
        (["task", "--reference", "nothing.py"], "nothing.py cannot be read: "),
        (["task", "--reference", "broken.py"], "broken.py, line 1: "),
        (["task", "--reference", "empty.py"], "defines no function"),
        (["task", "--reference", "stars.py"], "stars.py: f: parameters are plain names"),
        (["task", "--reference", "good.py", "--function", "g(x)"], "does not define g"),
        (
            ["task", "--reference", "good.py", "--function", "f(y)"],
            "--function says f(y), the reference has f(x)",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_written(
    run: Any, empty: Path, arguments: list[str], said: str
) -> None:
    (empty / "exercises" / "There").mkdir(parents=True)
    (empty / "exercises" / "course.toml").write_text('exercises = ["listed"]\n')
    answers = {"broken": "def f(:", "empty": "x = 1", "stars": "def f(*x): pass"}
    for name, text in (answers | {"good": "def f(x):\n    return x"}).items():
        (empty / f"{name}.py").write_text(text)
    before = content(empty)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert said in err.replace("There is", "there is")
    assert content(empty) == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("exercises = []\n", 'exercises = ["new"]\n'),
        ('exercises = ["a"]\n', 'exercises = ["a", "new"]\n'),
        ('exercises = ["a", ]  # b ]\n', 'exercises = ["a", "new"]  # b ]\n'),
        ('title = "[x]"\nexercises=["a","b"]', 'title = "[x]"\nexercises=["a","b", "new"]'),
        ('exercises = [\n  "a",\n  "b",\n]\n', 'exercises = [\n  "a",\n  "b",\n  "new",\n]\n'),
        (
            'exercises = [\n    "a", # first ]\n    "b"  # last ]\n]\ntitle = "t"\n',
            'exercises = [\n    "a", # first ]\n    "b",  # last ]\n    "new",\n]\ntitle = "t"\n',
        ),
        (
            'exercises = ["a",\n             "b"]',
            'exercises = ["a",\n             "b",\n             "new"]',
        ),
        ("exercises = [\n]\n", 'exercises = ["new"]\n'),
    ],
)
def test_the_list_of_exercises_keeps_its_layout(before: str, after: str) -> None:
    assert with_exercise(before, "new", Path("course.toml")) == after
    assert tomllib.loads(after)["exercises"][-1] == "new"


@pytest.mark.parametrize("text", ["title = 'x'\n", "[exercises]\n", 'x.exercises = ["a"]\n'])
def test_a_list_that_is_not_found_is_left_to_the_author(text: str) -> None:
    with pytest.raises(CourseError, match=r"course.toml: .* add 'new' by hand"):
        with_exercise(text, "new", Path("course.toml"))
