"""Write examples of every output: a class of three, graded for real, always at one moment.

    python docs/outputs/make.py

What differs from machine to machine (times, sandbox layers, versions) is set to fixed values. A
test makes them anew and compares.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import grader
from grader.catalog import Course
from grader.export import TARGETS, Document, Entry, Options
from grader.grade import Answer, Slot
from grader.model.feedback import feedback_for_student
from grader.model.report import Execution, ExerciseInfo, GraderInfo, ScoreReport
from grader.model.submission import Student, SubmissionInfo, submission_digest
from grader.outputs import Outputs
from grader.store import Row, Seat

HERE = Path(__file__).parent
EXAMPLES = HERE / "examples"
EXERCISE = "zero_init"
MOMENT = datetime(2026, 11, 22, 12, 0, 0, 960_000, tzinfo=UTC)

RIGHT = """\
import numpy as np


def initialize_parameters_zeros(layers_dims):
    parameters = {}
    for l in range(1, len(layers_dims)):
        parameters[f"W{l}"] = np.zeros((layers_dims[l], layers_dims[l - 1]))
        parameters[f"b{l}"] = np.zeros((layers_dims[l], 1))
    return parameters
"""
FLAT_BIASES = RIGHT.replace("(layers_dims[l], 1)", "layers_dims[l]")

# What their LMSs know of them; every identity is of its own kind, and none stands for another.
STUDENTS = {
    "Ada Lovelace": (RIGHT, {"user_id": "4", "sis_id": "S1001", "participant": "3"}),
    "Bo 李": (FLAT_BIASES, {"user_id": "5", "sis_id": "S1002", "participant": "1"}),
    "Cy Young": (None, {"user_id": "6", "sis_id": "S1003", "participant": "2"}),
}
WORKSHEET = """\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum grade,\
Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments
Participant 1,Bo 李,bo@example.org,Submitted for grading,,10.00,Yes,"Sunday, 22 November 2026",-,
Participant 2,Cy Young,cy@example.org,Submitted for grading,,10.00,Yes,"Sunday, 22 November 2026",-,
Participant 3,Ada Lovelace,ada@example.org,Submitted for grading,,10.00,Yes,\
"Sunday, 22 November 2026",-,
"""
GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Lab 1 (11),Zero initialisation (12)
    Points Possible,,,,,5,10
"Lovelace, Ada",4,S1001,ada,DL101,5,
"李, Bo",5,S1002,bo,DL101,4,
"Young, Cy",6,S1003,cy,DL101,3,
"""
INTO = {"moodle-worksheet": WORKSHEET, "moodle-feedback": WORKSHEET, "canvas-csv": GRADEBOOK}


def examples() -> Iterator[tuple[str, bytes]]:
    """Yield the path and the bytes of every example."""
    reports = list(_reports())
    yield from _of_grade(reports)
    entries = [Entry(feedback_for_student(report), MOMENT) for report in reports]
    for name, target in TARGETS.items():
        for item in target.export(entries, Options(into=INTO.get(name, ""))):
            if isinstance(item, Document):
                yield from _readable(f"{name}/{item.path}", item.data)


def _reports() -> Iterator[ScoreReport]:
    root = HERE.parents[1]
    with Slot(Course(root)) as slot:
        for name, (source, known) in STUDENTS.items():
            login = name.partition(" ")[0].lower()
            files = [(f"{EXERCISE}.py", (source or RIGHT).encode())]
            info = SubmissionInfo(
                id=f"{name}.{EXERCISE}",
                student=Student(
                    label=name,
                    name=name,
                    email=f"{login}@example.org",
                    login=login,
                    lti_sub=known["user_id"],
                    **known,
                ),
                digest=submission_digest(files),
                files=tuple(name for name, _ in files),
            )
            if source is None:
                yield _fault_of_ours(info, slot)
            else:
                report = slot.grade(EXERCISE, Answer(info, files))
                yield report.model_copy(update=_fixed(slot))


def _fault_of_ours(info: SubmissionInfo, slot: Slot) -> ScoreReport:
    folder = slot.course.folder(EXERCISE)
    exercise = ExerciseInfo(id=folder.id, title=folder.exercise.title, digest=folder.digest)
    fault = "the job's process died: it was killed for its memory"
    return ScoreReport.of(info, exercise, [], diagnostic=fault, **_fixed(slot))


def _fixed(slot: Slot) -> dict[str, object]:
    """Return what depends on the machine, as it might be on some machine."""
    return {
        "execution": Execution(
            layers=("rlimits", "seccomp", "landlock"),
            limits=slot.course.folder(EXERCISE).exercise.limits,
            wall_seconds=0.018,
            cpu_seconds=0.016,
            peak_memory_mib=64.0,
        ),
        "grader": GraderInfo(version=grader.__version__, python="3.11.2", numpy="2.4.0"),
    }


def _of_grade(reports: list[ScoreReport]) -> Iterator[tuple[str, bytes]]:
    """Yield what `grader grade` writes."""
    with tempfile.TemporaryDirectory() as scratch:
        outputs = Outputs(Path(scratch))
        rows = []
        for report in reports:
            outputs.write(report)
            info = report.submission
            rows.append(Row(Seat(info.id, EXERCISE, "", info.student), report, MOMENT, 1))
        outputs.write_gradebook(rows, [EXERCISE], {}, ())
        for path in sorted(Path(scratch).rglob("*.*")):
            yield f"grade/{path.relative_to(scratch).as_posix()}", path.read_bytes()


def _readable(path: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a document as a person reads it: a zip unpacked, base64 decoded."""
    if path.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield f"{path.removesuffix('.zip')}/{name}", archive.read(name)
        return
    yield path, data
    if path.startswith("github-classroom/"):
        decoded = json.loads(base64.b64decode(data))
        text = json.dumps(decoded, ensure_ascii=False, indent=1) + "\n"
        yield path.replace(".txt", ".decoded.json"), text.encode()


def main() -> None:
    """Write all of them in place of those that are there."""
    made = dict(examples())
    for path in EXAMPLES.rglob("*"):
        if path.is_file() and path.relative_to(EXAMPLES).as_posix() not in made:
            path.unlink()
    for name, data in made.items():
        path = EXAMPLES / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    sys.stdout.write(f"{len(made)} examples in {EXAMPLES}\n")


if __name__ == "__main__":
    main()
