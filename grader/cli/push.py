"""`grader push`: grades to an LMS over its services, read back; a dry run unless told to send."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from grader.cli.options import KeyOption, open_key
from grader.cli.terminal import note, say

if TYPE_CHECKING:
    from grader.export import Entry
    from grader.lms.push.pushed import Grade, Record, Row, Sink
    from grader.model.exercise import Model

    M = TypeVar("M", bound=Model)
    Make = Callable[[Entry], tuple[Grade | None, str]]
    Open = Callable[[Entry], tuple[Sink, Make]]

RECORD = "pushed.json"

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder into which the class was graded.")
]
To = Annotated[Literal["lti", "canvas", "moodle"], typer.Option("--to", help="The system.")]
Config = Annotated[
    Path,
    typer.Option("--config", metavar="FILE", help="TOML: where the system is."),
]
ExerciseId = Annotated[
    str | None, typer.Option("--exercise", metavar="ID", help="Grades of one exercise only.")
]
Scale = Annotated[
    bool, typer.Option("--scale", help="Scale points to the maximum of Canvas or Moodle.")
]
Send = Annotated[bool, typer.Option("--send", help="Send; without it nothing is changed there.")]


def push(
    folder: Folder,
    to: To,
    config: Config,
    exercise: ExerciseId = None,
    scale: Scale = False,
    send: Send = False,
    key: KeyOption = None,
) -> None:
    """Send the grades that differ from what an LMS has, and read them back.

    Exit code 0 when every grade is there (or would be sent), 3 when one is refused, has become
    another, or could not be sent. Tokens come from the variables CANVAS_TOKEN and MOODLE_TOKEN.

    \b
    FILE has the table of the system:
      [canvas]
      url = "https://canvas.example.org"
      course_id = 3
      assignments = { lab_1 = 12 }
      [moodle]
      url = "https://moodle.example.org"
      assignments = { lab_1 = 7 }  # the instance, not the number in the address
      [lti]
      token_url = "https://lms.example.org/token"
      client_id = "what the platform calls the tool"
      key = "tool-key.pem"             # RSA, chmod 600; beside FILE
      key_id = "its kid in the tool's key set"
      line_items = "https://lms.example.org/course/3/lineitems"
      members = "https://lms.example.org/course/3/members"
    """  # noqa: D301
    from functools import partial

    from grader.database import sole_writer

    table = _table(config, to)
    with ExitStack() as stack:
        if send:  # two at once would both send what is not there yet
            stack.enter_context(sole_writer(folder))
        by_exercise, rows = _entries(folder, exercise, key)
        records = _records(folder / RECORD)
        save = partial(_keep, records, folder / RECORD)
        opened = _SYSTEMS[to](config, table, stack, scale, send)
        # Said even when the system goes away midway: what was sent was sent.
        stack.callback(_tell, rows, send=send)
        for name, entries in by_exercise.items():
            record = records.setdefault(f"{to} {_place(table)} {name}", {})
            rows += _push_one(opened, entries, record, save, send=send)
    raise typer.Exit(3 if any(row.became in _BAD for row in rows) else 0)


_BAD = ("accepted_but_different", "refused", "left")


def _push_one(
    opened: Open, entries: list[Entry], record: Record, save: Callable[[], None], *, send: bool
) -> list[Row]:
    from grader.lms.push.pushed import Became, Row, push

    sink, make = opened(entries[0])
    grades, rows = [], []
    for entry in entries:
        grade, why = make(entry)
        if grade is None:
            rows.append(Row(entry.feedback.submission.id, "", Became.LEFT, why))
        else:
            grades.append(grade)
    return rows + push(sink, grades, record, send=send, save=save)


def _entries(
    folder: Path, exercise: str | None, key: Path | None
) -> tuple[dict[str, list[Entry]], list[Row]]:
    """Return the class's graded submissions by exercise, and those that have no grade."""
    from grader.export import Entry
    from grader.export.document import OUR_FAULT, is_graded
    from grader.lms.push.pushed import Became, Row
    from grader.model.feedback import feedback_for_student
    from grader.store import Store

    found: dict[str, list[Entry]] = {}
    left: list[Row] = []
    with Store(folder / "store.sqlite", create=False, key=open_key(key)) as store:
        for row in store.chosen(exercise):
            if row.report is None or row.graded_at is None:
                why = row.fault or "it is pending: grade it first"
                left.append(Row(row.seat.submission, "", Became.LEFT, why))
                continue
            entry = Entry(feedback_for_student(row.report), row.graded_at)
            if is_graded(entry.feedback):
                found.setdefault(row.seat.exercise, []).append(entry)
            else:
                left.append(Row(row.seat.submission, "", Became.LEFT, OUR_FAULT))
    return found, left


def _table(path: Path, name: str) -> dict[str, Any]:
    from grader.bounded import read_text
    from grader.errors import UsageError

    text = read_text(path)
    try:
        table = tomllib.loads(text).get(name)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}") from None
    if not isinstance(table, dict):
        raise UsageError(f"{path} has no table [{name}]")
    return table


def _valid(model: type[M], path: Path, table: dict[str, Any]) -> M:
    from pydantic import ValidationError

    from grader.errors import UsageError

    try:
        return model.model_validate(table)
    except ValidationError as error:
        fault = error.errors(include_input=False)[0]
        where = ".".join(map(str, fault["loc"]))
        raise UsageError(f"{path}: {where}: {fault['msg']}") from None


def _place(table: dict[str, Any]) -> str:
    return str(table.get("url") or table.get("token_url"))


def _records(path: Path) -> dict[str, Record]:
    from pydantic import TypeAdapter

    from grader.bounded import read_json
    from grader.errors import StoreError, UsageError

    if not path.exists():
        return {}
    try:
        return TypeAdapter(dict[str, dict[str, str]]).validate_python(read_json(path))
    except UsageError as error:
        fault = str(error)
    except ValueError:
        fault = f"{path} is no record of a push"
    raise StoreError(f"{fault}; without it comments are sent once more")


def _keep(records: dict[str, Record], path: Path) -> None:
    from grader.atomic import write_text

    write_text(path, json.dumps(records, indent=1) + "\n")


def _chosen(by_exercise: dict[str, int], entry: Entry, path: Path) -> int:
    from grader.errors import UsageError

    exercise = entry.feedback.exercise.id
    if exercise not in by_exercise:
        raise UsageError(f"{path} names no assignment of {exercise}: add it, or use --exercise")
    return by_exercise[exercise]


def _lti(path: Path, table: dict[str, Any], stack: ExitStack, scale: bool, send: bool) -> Open:  # noqa: ARG001
    from grader.errors import UsageError
    from grader.lms.connection import open_client
    from grader.lms.push import lti, roster
    from grader.lms.push.service import Service
    from grader.lms.push.tokens import Assertion, ServiceToken

    config = _valid(lti.LtiConfig, path, table)
    home = config.line_items or next(iter(config.line_item.values()), "")
    if not home:
        raise UsageError(f"{path} gives neither line_items nor line_item: scores have no place")
    open_client(config.token_url).close()  # refuses an address where it would be overheard
    assertion = Assertion(
        path.parent / config.key,
        config.client_id,
        config.audience or config.token_url,
        config.key_id,
    )
    token = ServiceToken(config.token_url, assertion, *config.scopes())
    client = stack.enter_context(open_client(home, auth=token))
    service = Service(client, secrets=lambda: (token.token,))
    members = roster.read_roster(service, config.members) if config.members else None

    def make(entry: Entry) -> tuple[Grade | None, str]:
        student = entry.feedback.submission.student
        user, why = student.lti_sub or student.user_id, "neither LTI sub nor user id is known"
        if members:
            user, why = members.user_of(student)
        return (lti.grade_of(entry, user) if user else None), why

    def opened(first: Entry) -> tuple[Sink, Make]:
        return lti.line_item(service, config, first, send=send), make

    return opened


def _canvas(path: Path, table: dict[str, Any], stack: ExitStack, scale: bool, send: bool) -> Open:  # noqa: ARG001
    from grader.lms.connection import open_client, secrets
    from grader.lms.push import canvas
    from grader.lms.push.service import Service

    config = _valid(canvas.CanvasConfig, path, table)
    token = secrets(("token",), "CANVAS", None)["token"]
    headers = {"Authorization": f"Bearer {token}"}
    client = stack.enter_context(open_client(config.url, headers=headers))
    service = Service(client, secrets=lambda: (token,))

    def opened(first: Entry) -> tuple[Sink, Make]:
        number = _chosen(config.assignments, first, path)
        sink = canvas.Assignment(service, config.course_id, number)
        maximum = sink.maximum()
        why = "neither a Canvas user id nor a SIS id of its student is known"
        return sink, lambda entry: (canvas.grade_of(entry, maximum, scale=scale), why)

    return opened


def _moodle(path: Path, table: dict[str, Any], stack: ExitStack, scale: bool, send: bool) -> Open:  # noqa: ARG001
    from grader.lms.connection import open_client, secrets
    from grader.lms.push import moodle
    from grader.lms.push.service import Service

    config = _valid(moodle.MoodleConfig, path, table)
    token = secrets(("token",), "MOODLE", None)["token"]
    client = stack.enter_context(open_client(config.url))
    rest = moodle.Rest(Service(client, secrets=lambda: (token,)), config.url, token)

    def opened(first: Entry) -> tuple[Sink, Make]:
        sink = moodle.Assignment(rest, _chosen(config.assignments, first, path))
        maximum = config.maximum.get(first.feedback.exercise.id) or sink.maximum()
        why = "the Moodle user id of its student is not known"
        return sink, lambda entry: (moodle.grade_of(entry, maximum, scale=scale), why)

    return opened


_SYSTEMS = {"lti": _lti, "canvas": _canvas, "moodle": _moodle}


def _tell(rows: list[Row], *, send: bool) -> None:
    """Print the table: a line for whatever is not as it was, then the counts."""
    from grader.lms.push.pushed import SENT, Became

    count = Counter(row.became for row in rows)
    for row in rows:
        if row.became is not Became.UNCHANGED:
            say(f"{row.became:22}  {row.submission}  {row.who}  {row.why}".rstrip())
    sent = ", ".join(f"{name} {count[name]}" for name in SENT)
    what = f"sent {sum(count[name] for name in SENT)}: {sent}"
    if not send:
        what = f"would send {count[Became.WOULD_SEND]}"
    say(f"{what}; unchanged {count[Became.UNCHANGED]}; left {count[Became.LEFT]}")
    if not send:
        note("nothing was sent: this was a dry run; send with --send")
