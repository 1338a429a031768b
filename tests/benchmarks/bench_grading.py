"""How fast is grading, and where does the time go? Prints figures; asserts none.

Run it on a quiet machine: `python tests/benchmarks/bench_grading.py [--students 400]`. Times of one
run are compared with each other (as ratios), never with those of another machine or day.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader import outcomes
from grader.catalog import Course, ExerciseFolder
from grader.grade import Answer, Slot
from grader.model.report import report_json
from grader.sandbox.definitions import Definitions
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.session import Session
from grader.testing.material import material, of_source, read_files
from grader.testing.proxy import Submission
from grader.testing.runner import Run
from grader.testing.suite import Suite
from grader.wire.messages import Argument, Returned

ROOT = Path(__file__).parents[2]
EXERCISE = "random_init"
COMMAND = (sys.executable, "-m", "grader.cli")
ROUNDS = 5


class InProcess:
    """A session without any boundary: the floor that the sandbox is compared with."""

    def __init__(self, folder: ExerciseFolder, source: str, names: Sequence[str]) -> None:
        self.material = of_source(folder, "reference.py", source)
        self._names: dict[str, Any] = {"__name__": "submission"}
        exec(compile(source, "reference.py", "exec"), self._names)
        found = {n: {"label": "reference.py", "line": 1, "stub": False} for n in names}
        self.definitions = Definitions.model_validate({"functions": found})

    def call(self, names: Sequence[str], arguments: Sequence[Argument], seed: int) -> Returned:
        given = [a.value for a in arguments if a.given and not a.optional]
        return Returned(self._names[names[0]](*given))


class Stages:
    """Seconds spent in each named stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - started


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=400)
    parser.add_argument("--repeats", type=int, default=200, help="of one submission, in one slot")
    arguments = parser.parse_args()
    folder = Course(ROOT).folder(EXERCISE)
    by_stage(folder, arguments.repeats)
    against_the_floor(folder, max(1, arguments.repeats // 2))
    memory(folder, arguments.students)
    class_run(folder, arguments.students)
    one_check(folder)


def by_stage(folder: ExerciseFolder, count: int) -> None:
    """Print milliseconds per submission, stage by stage, in one slot."""
    files = [("reference.py", folder.reference.read_bytes())]
    stages = Stages()
    with Forkserver() as forkserver, Suite(folder) as suite:
        print(f"{EXERCISE}, {len(suite.checks)} checks; layers: {' '.join(forkserver.layers)}\n")
        for seed in range(-10, count):
            if seed == 0:
                stages.seconds.clear()
            _one(folder, files, forkserver, suite, stages, seed)
    total = sum(stages.seconds.values())
    for name, seconds in stages.seconds.items():
        print(f"  {name:<34}{1e3 * seconds / count:8.2f} ms   {seconds / total:4.0%}")
    print(f"  {'one submission, one slot':<34}{1e3 * total / count:8.2f} ms\n")


def _one(
    folder: ExerciseFolder,
    files: list[tuple[str, bytes]],
    forkserver: Forkserver,
    suite: Suite,
    stage: Stages,
    seed: int,
) -> None:
    with stage("read the file"):
        cells = material(folder, read_files(files))
    session = Session(forkserver, cells, folder.exercise.limits)
    with stage("fork, lock down, define"):
        definitions = session.definitions
    run = Run(Submission(session, folder.exercise, seed))
    with stage("checks (pytest, wire, student code)"):
        suite.run(run)
    with stage("end the worker"):
        session.close()
    with stage("results"):
        outcomes.reading_notes(definitions, folder.exercise)
        [outcomes.result(outcomes.ended(run, c), public=False) for c in suite.checks]


def against_the_floor(folder: ExerciseFolder, count: int) -> None:
    """Print the sandboxed run as a multiple of the same checks on functions in this process."""
    source = folder.reference.read_text("utf-8")
    names = [f.name for f in folder.exercise.functions]
    files = [("reference.py", source.encode())]
    ratios = []
    with Forkserver() as forkserver, Suite(folder) as suite:

        def floor(seed: int) -> None:
            session: Any = InProcess(folder, source, names)
            suite.run(Run(Submission(session, folder.exercise, seed)))

        def sandboxed(seed: int) -> None:
            _one(folder, files, forkserver, suite, Stages(), seed)

        for _ in range(ROUNDS):
            base = _time(floor, count)
            ratios.append(_time(sandboxed, count) / base)
    print(f"  in this process, no boundary      {1e3 * base / count:8.2f} ms")
    print(f"  all layers, as a multiple of that {statistics.median(ratios):8.2f}\n")


def memory(folder: ExerciseFolder, count: int) -> None:
    """Print the peak memory of a slot's process after few and after many submissions."""
    data = folder.reference.read_bytes()
    answer = Answer.of_file(folder.id, "bench", "reference.py", data)
    with Slot(folder.course) as slot:
        for target in (min(20, count), count):
            for _ in range(target):
                report_json(slot.grade(folder.id, answer))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"  peak memory of a slot after {target:>6}: {peak:6.0f} MiB")
    print()


def class_run(folder: ExerciseFolder, students: int) -> None:
    """Print submissions per second of the whole command, start and files included."""
    answers = sorted((folder.staff / "variants").glob("*.py"))
    with tempfile.TemporaryDirectory() as root:
        for number in range(students):
            student = Path(root, "class", f"student_{number:05}")
            student.mkdir(parents=True)
            target = student / f"{EXERCISE}.py"
            shutil.copy(answers[number % len(answers)], target)
            # Otherwise the store would know many of them.
            target.write_text(target.read_text("utf-8") + f"\n# {number}\n", "utf-8")
        for jobs in (1, 2):
            out = str(Path(root, f"out-{jobs}"))
            command = [*COMMAND, "grade", f"{root}/class", "--out", out, "--jobs", str(jobs)]
            seconds = _run(command)
            print(f"  grader grade --jobs {jobs}: {students / seconds:7.1f} submissions/s "
                  f"({students} in {seconds:.1f} s)")  # fmt: skip
    print()


def one_check(folder: ExerciseFolder) -> None:
    """Print the wall time of `grader check` on one file, beside what Python and numpy take."""
    answer = next((folder.staff / "variants").glob("*.py"))
    course = ["--course", str(folder.course.root)]
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import numpy'": [sys.executable, "-c", "import numpy"],
        "grader check FILE": [*COMMAND, "check", str(answer), "--exercise", EXERCISE, *course],
    }
    for name, command in commands.items():
        seconds = statistics.median(_run(command) for _ in range(ROUNDS))
        print(f"  {name:<26}{seconds:6.2f} s")


def _time(action: Callable[[int], None], count: int) -> float:
    started = time.perf_counter()
    for seed in range(count):
        action(seed)
    return time.perf_counter() - started


def _run(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
