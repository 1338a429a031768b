"""What a hostile neighbour changes for others, as files are read and as they are graded."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import typer
from neighbours import OWN_ADDRESS, Case, Files, written
from small_course import COURSE
from thefts import RANDOM, ZEROS, stolen

from grader.catalog import find_course
from grader.cli.grade import grade
from grader.ingest import gather, read_roster
from grader.ingest.litter import litter
from grader.source import place
from grader.store import Store

ROOT: Final = Path(__file__).parents[2]
WAYS: Final = ("once", "arrives", "changes", "only", "only others", "leaves")
"""How a class is graded: alone, or in two runs, in which the hostile student is not the same."""
MEASURED: Final = ("wall_seconds", "cpu_seconds", "peak_memory_mib", "layers")
OF_ALL: Final = ("max", "fraction", "status")
ANSWERS: Final = {
    "random_init": ["variants/loops.py", "mutants/zeros.py", "reference.py", "mutants/he.py"],
    "zero_init": ["variants/lab.py", "mutants/ones.py"],
}


Look = Callable[[Case], list[str]]


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def gathering_faults(case: Case, forkserver: Any = None) -> list[str]:
    """Return what is not as it was once the hostile files are there, and what nobody lists."""
    with _folder() as alone, _folder() as mixed, _folder() as table:
        (table / "roster.csv").write_text(case.roster, "utf-8")
        roster = read_roster(table / "roster.csv") if case.roster else None
        found = []
        for root, files, odd in (
            (alone, case.honest, {}),
            (mixed, {**case.honest, **case.hostile, **case.shared}, case.odd),
        ):
            path = written(root, files, case.form, odd)
            (root / "scratch").mkdir()
            found.append(
                gather(path, root / "scratch", COURSE, roster=roster, forkserver=forkserver)
            )
        before, after = found
        return stolen(before, after) + unlisted(case, after)


def unlisted(case: Case, found: Any) -> list[str]:
    """Return which outermost files of the hostile student nothing mentions."""
    seen = [str(f.file.path) for one in found.submissions for f in one.files]
    seen += [item.path for item in found.left_over]
    if not any(name.startswith(place(case.entry).path) for name in seen):
        return ["the hostile student has no row"]
    if case.form == "folder" or len(seen) > 60:
        return []  # not all of it could be written; of very many files, the first are listed
    names = [place(name) for name in case.hostile if "\0" not in name]
    stems = [n.path.removesuffix(".zip") for n in names if litter(n.path) is None and not n.refused]
    return [
        f"nobody lists {stem}"
        for stem in stems
        if not any(path.startswith(stem) or stem.startswith(path) for path in seen)
    ]


def grading_faults(case: Case) -> list[str]:
    """Return what is not as it was in reports, feedback and gradebook, once all is graded."""
    honest = real(case.honest)
    before = _alone(case.form, case.roster, tuple(honest.items()))
    with _folder() as root:
        after = _mixed(root, replace(case, honest=honest))
    faults = [
        f"{name} is another" for name, text in before.files.items() if text != after.files.get(name)
    ]
    settled = is_settled(before.rows, {*before.exercises, *after.exercises})
    rows = {who: row for who, row in before.rows.items() if row.get("email") != OWN_ADDRESS}
    for who, row in rows.items():
        # Where about a tenth handed in an exercise, one more decides about everybody's maximum.
        shown = {c: v for c, v in row.items() if settled or c not in OF_ALL}
        if not shown.items() <= after.rows.get(who, {}).items():
            faults.append(f"the gradebook of {who} is another")
    more = {*after.files, *after.told} - {*before.files, *before.told}
    if case.way == "leaves" and more and not case.roster:
        faults.append(f"of who left the class there are {sorted(more)[:3]}")
    if case.way not in ("leaves", "only others") and not more:
        faults.append("nothing tells of the hostile student")
    return faults


def is_settled(rows: dict[str, dict[str, str]], exercises: Collection[str]) -> bool:
    """Whether no exercise becomes one of everybody's, or none, whatever one more hands in."""
    handed = [{e for e in exercises if e in row} for row in rows.values()]
    number = sum(map(bool, handed))
    counts = [sum(exercise in own for own in handed) for exercise in exercises]
    return all(
        len({0 < 10 * c >= n for c in (count, count + 1) for n in (number, number + 1)}) == 1
        for count in counts
    )


@dataclass
class Graded:
    """What a class was graded into: files, rows of the gradebook, and what was not read."""

    files: dict[str, str]
    rows: dict[str, dict[str, str]]
    told: set[str]
    exercises: list[str]


@cache
def _alone(form: str, roster: str, honest: tuple[tuple[str, bytes], ...]) -> Graded:
    with _folder() as root:
        _run(root, "1", Case("", form, dict(honest), {}, "", roster=roster))
        return _graded(root / "out")


def _mixed(root: Path, case: Case) -> Graded:
    """Grade a class with its hostile student in the way that the case says."""
    alone = replace(case, hostile={}, odd={}, shared={})
    names = [*case.hostile]
    turned = dict(zip(names, [*case.hostile.values()][::-1], strict=True))
    if case.way in ("arrives", "only"):
        _run(root, "1", alone)
    if case.way in ("changes", "leaves"):
        _run(root, "1", replace(case, hostile=turned))
    if case.way == "leaves":
        _run(root, "2", alone, whole_class=True)
    elif "only" in case.way:
        honest = _labels(root / "3", alone)
        _run(
            root,
            "2",
            case,
            only=honest if "others" in case.way else _labels(root / "4", case) - honest,
        )
    else:
        _run(root, "2", case)
    return _graded(root / "out")


def _labels(root: Path, case: Case) -> set[str]:
    """Return how the students of a class are called."""
    (root / "scratch").mkdir(parents=True)
    path = written(root, {**case.honest, **case.hostile, **case.shared}, case.form, case.odd)
    course = find_course(ROOT)
    exercises = [folder.exercise for folder in course.folders]
    return {student.label for student in gather(path, root / "scratch", exercises).handed}


def _run(root: Path, name: str, case: Case, **options: Any) -> None:
    """Grade a class as the command does."""
    here = root / name
    here.mkdir()
    path = written(here, {**case.honest, **case.hostile, **case.shared}, case.form, case.odd)
    if case.roster:
        (here / "roster.csv").write_text(case.roster, "utf-8")
        options["roster"] = here / "roster.csv"
    if "only" in options:
        options["only"] = sorted(options["only"])
        if not options["only"]:
            return
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            grade(path, root / "out", jobs=1, course=ROOT, **options)
        except typer.Exit as end:
            assert end.exit_code in (0, 3), said.getvalue()  # noqa: PT017  # 2 is nobody graded


def _graded(out: Path) -> Graded:
    """Return what is in a folder, but for what is measured."""
    files = {p.name: p.read_text("utf-8") for p in (out / "feedback").iterdir()}
    for path in (out / "reports").iterdir():
        report = json.loads(path.read_text("utf-8"))
        for measured in MEASURED:
            del report["execution"][measured]
        files[path.name] = json.dumps(report, indent=1)
    with open(out / "gradebook.csv", newline="", encoding="utf-8") as stream:
        table = [*csv.DictReader(stream)]
    rows = {row["student"]: {name: cell for name, cell in row.items() if cell} for row in table}
    with Store(out / "store.sqlite", create=False) as store:
        told = {f"{item.path} {item.label}" for item in store.unmatched(store.last_run())}
        exercises = sorted(store.exercises())
    return Graded(files, rows, told, exercises)


def real(files: Files) -> dict[str, bytes]:
    """Return a class of the small course with answers to exercises of this repository."""
    count, found = 0, dict[str, bytes]()
    for name, data in files.items():
        exercise = {RANDOM.encode(): "random_init", ZEROS.encode(): "zero_init"}.get(data)
        if exercise:
            own = ANSWERS[exercise][count % len(ANSWERS[exercise])]
            data = (ROOT / "solutions" / exercise / own).read_bytes() + b"\n# %d\n" % count
            count += 1
        found[name] = data
    return found


def tried(look: Look, case: Case) -> list[str]:
    """Return the faults of a case; that a class cannot be read is one."""
    try:
        return look(case)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return [f"{type(error).__name__} in {where.name}: {str(error)[:300]}"]


def smallest(look: Look, case: Case, faults: list[str]) -> Case:
    """Leave out what is not needed for the first of the faults."""
    kind = faults[0].partition(":")[0]

    def has_fault(one: Case) -> bool:
        is_there = bool(one.hostile or one.odd)
        return is_there and any(fault.partition(":")[0] == kind for fault in tried(look, one))

    for change in ({"roster": ""}, {"shared": {}}, {"odd": {}}):
        if has_fault(smaller := replace(case, **change)):
            case = smaller
    for part in ("hostile", "odd"):
        step = len(getattr(case, part)) // 2
        while step:
            names = [*getattr(case, part)]
            for start in range(0, len(names), step):
                rest = {
                    n: d
                    for n, d in getattr(case, part).items()
                    if n not in names[start : start + step]
                }
                if has_fault(smaller := replace(case, **{part: rest})):
                    case = smaller
            step //= 2
    return case
