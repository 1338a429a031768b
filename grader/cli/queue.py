"""`grader xqueue`: grade what an Open edX queue hands out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from grader.cli.options import CourseOption, open_course
from grader.cli.terminal import note

Url = Annotated[str, typer.Option("--url", help="The server, e.g. https://lms.example.org")]
QueueName = Annotated[str, typer.Option("--queue", metavar="NAME", help="The queue's name.")]
Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where journal and reports are kept.")
]
ExerciseId = Annotated[
    str | None,
    typer.Option("--exercise", metavar="ID", help="Else told by the problem's payload."),
]
Credentials = Annotated[
    Path | None,
    typer.Option(
        "--credentials",
        metavar="FILE",
        help="JSON with username and password; else XQUEUE_USERNAME and XQUEUE_PASSWORD.",
    ),
]
Score = Annotated[
    Literal["ratio", "points"], typer.Option("--score", help="Old servers take points.")
]
UntilEmpty = Annotated[
    bool, typer.Option("--until-empty", help="End when the queue is empty; else go on.")
]


def xqueue(
    url: Url,
    queue: QueueName,
    out: Out,
    exercise: ExerciseId = None,
    credentials: Credentials = None,
    score: Score = "ratio",
    until_empty: UntilEmpty = False,
    course: CourseOption = None,
) -> None:
    """Pull submissions from an Open edX queue, grade them, and put the results."""
    from grader.atomic import make_folder, write_text
    from grader.database import sole_writer
    from grader.grade import Slot
    from grader.lms.connection import open_client, secrets
    from grader.lms.journal import Journal
    from grader.lms.pulled import PulledGrader
    from grader.lms.xqueue import Pull, Queue
    from grader.model.report import ScoreReport, report_json

    opened = open_course(course, staff=True)
    if exercise is not None:
        opened.folder(exercise)
    login = secrets(("username", "password"), "XQUEUE", credentials)
    reports = make_folder(out / "reports")

    def keep(report: ScoreReport) -> None:
        write_text(reports / f"{report.submission.id}.json", report_json(report))

    with (
        sole_writer(out),
        Journal(out / "journal.sqlite") as journal,
        open_client(url) as client,
        Slot(opened) as slot,
    ):
        source = Queue(client, queue, login["username"], login["password"])
        grade = PulledGrader(slot, exercise, keep, note, points=score == "points")
        Pull(source, journal, grade, note).run(until_empty=until_empty)
