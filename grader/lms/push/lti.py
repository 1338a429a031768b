"""LTI Advantage: line items, scores and results of AGS 2.0.

A score is sent with the time of grading, so that an old folder never overwrites a later grade: the
platform refuses it. Nothing but a graded submission is posted: `Failed` and `Pending` clear a grade
that is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx
from pydantic import Field

from grader.errors import UsageError
from grader.export.document import Entry, number
from grader.export.lti import STEP, score
from grader.lms.push.pushed import Grade, Held, points_of
from grader.lms.push.service import PushError, Service
from grader.model.exercise import Model
from grader.model.text import timestamp

_AGS: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM, LINE_ITEM_READ = _AGS + "lineitem", _AGS + "lineitem.readonly"
RESULT_READ, SCORE = _AGS + "result.readonly", _AGS + "score"
ITEM_TYPE: Final = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_TYPE: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
TAG: Final = "grader"
_STEPS: Final = 3
_LONGEST_LABEL: Final = 100
_TAKEN: Final = re.compile(r"already exists|earlier timestamp|later point in time", re.IGNORECASE)
_CHECKLIST: Final = (
    "is the student enrolled as a student, and is the line item one of this tool? "
    "A platform may say the same of every score that it refuses"
)


class LtiConfig(Model):
    """The table `[lti]` of a push file."""

    token_url: str
    """Where tokens are given: the platform's access token URL."""
    client_id: str
    """What the platform calls the tool."""
    key: Path
    """The tool's private RSA key in PEM; relative to the push file."""
    key_id: str = ""
    """The `kid` of that key in the tool's key set."""
    audience: str | tuple[str, ...] = ()
    """What the assertion is for; the token URL when it is not given."""
    line_items: str = ""
    """The `lineitems` address of the course: an exercise's item is found there, or made."""
    line_item: dict[str, str] = Field(default_factory=dict)
    """Addresses of line items by exercise, where they are given."""
    members: str = ""
    """The `context_memberships_url` of the course: the roster, which tells the user ids."""

    def scopes(self) -> tuple[list[str], list[list[str]]]:
        """Return what is asked for, and of which each time one has to be granted."""
        needed = [[RESULT_READ], [SCORE]]
        if self.line_items:
            needed.append([LINE_ITEM, LINE_ITEM_READ])
        if self.members:
            from grader.lms.push.roster import MEMBERS_READ

            needed.append([MEMBERS_READ])
        return [scope for one in needed for scope in one], needed


def below(line_item: str, segment: str) -> str:
    """Return an address below a line item: the segment goes before the query string."""
    parts = urlsplit(line_item)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{segment}"))


def find_line_item(service: Service, line_items: str, exercise: str) -> str | None:
    """Return the address of an exercise's line item; None when the course has none.

    It is the one that we made, which keeps the exercise's id as its resource id.
    """
    found: list[str] = []
    for reply in service.pages(line_items, headers={"Accept": ITEMS_TYPE}):
        items = service.json(reply, list)
        ours = [i for i in items if isinstance(i, dict) and i.get("resourceId") == exercise]
        found += [str(i["id"]) for i in ours if i.get("tag", TAG) == TAG and i.get("id")]
    if len(found) > 1:
        raise PushError(
            f"{len(found)} line items are about {exercise}: give one as line_item.{exercise}"
        )
    return found[0] if found else None


def make_line_item(
    service: Service, line_items: str, exercise: str, title: str, maximum: float
) -> str:
    """Make an exercise's line item and return its address."""
    item = {
        "label": title[:_LONGEST_LABEL].strip() or exercise,
        # Open edX refuses 25.0, and 2.5 too.
        "scoreMaximum": number(maximum),
        "resourceId": exercise,
        "tag": TAG,
    }
    headers = {"Accept": ITEM_TYPE, "Content-Type": ITEM_TYPE}
    reply = service.ask("POST", line_items, json=item, headers=headers)
    made = service.json(reply, dict)
    if not made.get("id"):
        raise PushError(f"the platform made a line item for {exercise} and does not say where")
    return str(made["id"])


class NoLineItem:
    """Where a dry run stands for a line item that is not there yet."""

    def read(self) -> Mapping[str, Held]:
        """Return that nobody has a grade."""
        return {}

    def write(self, grades: Sequence[Grade], held: Mapping[str, Held]) -> Mapping[str, str]:  # noqa: ARG002
        """Send nothing."""
        raise AssertionError("a dry run sends nothing")


class LineItem:
    """One line item of a platform."""

    def __init__(
        self,
        service: Service,
        address: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._service, self._address, self._now = service, service.at_home(address), now

    def read(self) -> Mapping[str, Held]:
        """Return the results, by user id; one without a score is a student without a grade."""
        found: dict[str, Held] = {}
        address = below(self._address, "results")
        for reply in self._service.pages(address, headers={"Accept": RESULTS_TYPE}):
            for result in self._service.json(reply, list):
                if isinstance(result, dict) and result.get("userId") is not None:
                    found[str(result["userId"])] = _held(result)
        return found

    def write(self, grades: Sequence[Grade], held: Mapping[str, Held]) -> Mapping[str, str]:
        """Post scores; return why those were refused that were."""
        refused = {}
        for grade in grades:
            why = self._post(grade, held.get(grade.who))
            if why is not None:
                refused[grade.who] = why
        return refused

    def _post(self, grade: Grade, held: Held | None) -> str | None:
        """Post a score; where its second is taken already, wait for the next one."""
        # A time to come would shut out every score until then.
        moment = min(grade.graded_at, self._now())
        for _ in range(_STEPS):
            body = {**grade.document, "timestamp": timestamp(moment)}
            reply, again = self._send(body)
            if reply.is_success:
                return None
            if not _is_conflict(reply):
                return f"{self._service.said(reply)} ({_CHECKLIST})"
            if again:
                return None  # the attempt whose answer was lost; what is there will tell
            if held and held.moment and held.moment >= moment + _STEPS * STEP:
                break
            moment += STEP
            self._service.sleep(max(0.0, (moment - self._now()).total_seconds()))
        later = f" of {timestamp(held.moment)}" if held and held.moment else ""
        return f"the platform has a later score{later}: {self._service.said(reply)}"

    def _send(self, body: dict[str, Any]) -> tuple[httpx.Response, bool]:
        address = below(self._address, "scores")
        headers = {"Content-Type": SCORE_TYPE}
        return self._service.ask_again("POST", address, json=body, headers=headers)


def _is_conflict(reply: httpx.Response) -> bool:
    """Tell a score that came too early for the one on record: 409, or 400 with words."""
    taken = reply.status_code == httpx.codes.BAD_REQUEST and _TAKEN.search(reply.text)
    return reply.status_code == httpx.codes.CONFLICT or bool(taken)


def _held(result: dict[str, Any]) -> Held:
    points, maximum = result.get("resultScore"), result.get("resultMaximum")
    comment = result.get("comment")
    return Held(
        float(points) if isinstance(points, int | float) else None,
        # The standard's own words: without it, the maximum is 1.
        float(maximum) if isinstance(maximum, int | float) and maximum > 0 else 1.0,
        (comment,) if isinstance(comment, str) else None,
        _moment(result.get("timestamp")),
    )


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def grade_of(entry: Entry, user: str) -> Grade:
    """Return an entry's score, whose time is said when it is sent."""
    points, maximum = points_of(entry)
    document = score(entry, user, entry.graded_at)
    submission = entry.feedback.submission.id
    comment = str(document["comment"])
    return Grade(submission, user, points, maximum, comment, entry.graded_at, document)


def line_item(
    service: Service, config: LtiConfig, entry: Entry, *, send: bool
) -> LineItem | NoLineItem:
    """Return the line item of an entry's exercise; with `send`, make one that is not there."""
    exercise = entry.feedback.exercise
    address = config.line_item.get(exercise.id)
    if address is None and not config.line_items:
        raise UsageError(f"line_item names no address for {exercise.id}: add it, or use --exercise")
    if address is None:
        address = find_line_item(service, config.line_items, exercise.id)
    if address is None and not send:
        return NoLineItem()
    if address is None:
        maximum = points_of(entry)[1]
        address = make_line_item(service, config.line_items, exercise.id, exercise.title, maximum)
    return LineItem(service, address)
