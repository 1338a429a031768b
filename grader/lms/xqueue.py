"""Open edX: pull submissions from an XQueue, and put the results of grading them.

Theory of operation. What the queue gives is written to a journal before it is graded, and a result
before it is sent, so that a killed process loses nothing: the next one goes on with the journal.
The queue hands a submission out again, under another key, when it is not answered for some minutes;
the same code is then not graded twice. A result that was sent while the connection broke is sent
again; the queue keeps the first and refuses the second, and both mean that it is there. A fault of
ours is not answered at all, and the others go on, unless each of them would meet it. What is no
submission is set aside as refused, and stands in nobody's way at the next start. Nothing that the
queue gives is more than data.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from grader.errors import CourseError, GraderError, IsolationTooLow, StoreError, UsageError

if TYPE_CHECKING:
    from grader.lms.journal import Journal

LONGEST_PAUSE_SECONDS: Final = 60.0
ATTEMPTS: Final = 8
DEEPEST: Final = 32
_OF_ALL: Final = (CourseError, UsageError, StoreError, IsolationTooLow)
"""What every submission would meet: the queue stops until staff have mended it."""


class QueueError(GraderError):
    """The queue cannot be reached, refuses us, or speaks another protocol."""


class ItemRefused(Exception):
    """What the queue handed out is no submission, whatever is done with it."""


@dataclass(frozen=True)
class Item:
    """A submission that the queue handed out."""

    header: str
    """As it was received; it goes back with the result."""
    submission_id: str
    key: str
    body: str

    @property
    def parts(self) -> dict[str, Any]:
        """The body: `student_info`, `grader_payload` and `student_response`.

        Raise ItemRefused when it is not JSON, or nests deeper than anything that is meant.
        """
        found = _object(self.body, ItemRefused("its body is no JSON object"))
        level: list[dict[str, Any] | list[Any]] = [found]
        for _ in range(DEEPEST):
            level = [part for whole in level for part in _inside(whole)]
        if level:
            raise ItemRefused(f"its body nests deeper than {DEEPEST} levels")
        return found


class Queue:
    """A connection to one queue of one server."""

    def __init__(self, client: httpx.Client, name: str, username: str, password: str) -> None:
        self._client, self._name = client, name
        self._login = {"username": username, "password": password}
        self._logged_in = False

    def get(self) -> Item | None:
        """Return the next submission, None when there is none."""
        reply = self._ask("GET", "xqueue/get_submission/", params={"queue_name": self._name})
        answer = _answer(reply.text)
        if answer.get("return_code") != 0:
            return None
        content = _answer(str(answer.get("content")))
        header = str(content.get("xqueue_header"))
        known = _answer(header)
        fields = (
            header,
            known.get("submission_id"),
            known.get("submission_key"),
            content.get("xqueue_body"),
        )
        # JSON may hold halves of characters, which no file can.
        return Item(*(str(field).encode("utf-8", "replace").decode() for field in fields))

    def put(self, header: str, reply: str) -> tuple[bool, str]:
        """Send a result; return whether the queue took it, and what it said."""
        form = {"xqueue_header": header, "xqueue_body": reply}
        answer = self._ask("POST", "xqueue/put_result/", data=form)
        if answer.status_code != httpx.codes.OK:
            return False, f"{answer.status_code}: {answer.text[:200]}"
        found = _answer(answer.text)
        return found.get("return_code") == 0, str(found.get("content"))[:200]

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask, logging in first where that is needed; a session ends without being asked."""
        for _ in range(2):
            if not self._logged_in:
                self._log_in()
            reply = self._client.request(method, path, headers=self._headers(), **options)
            if not _unauthenticated(reply):
                return reply
            self._logged_in = False
        raise QueueError("the queue does not let this user in: is it in the group `xqueue`?")

    def _log_in(self) -> None:
        # It sets the cookie that every later request repeats; old servers know no such request.
        self._client.get("xqueue/login/")
        reply = self._client.post("xqueue/login/", data=self._login, headers=self._headers())
        if reply.status_code != httpx.codes.OK or _answer(reply.text).get("return_code") != 0:
            raise QueueError("the queue refuses the user name or the password")
        self._logged_in = True

    def _headers(self) -> dict[str, str]:
        token = self._client.cookies.get("csrftoken") or ""
        return {"X-CSRFToken": token, "Referer": str(self._client.base_url)}


def _unauthenticated(reply: httpx.Response) -> bool:
    """Tell a session that has ended from a key that is not the last: the latter has a code."""
    if reply.status_code in (httpx.codes.FOUND, httpx.codes.UNAUTHORIZED):
        return True
    return reply.status_code == httpx.codes.FORBIDDEN and "return_code" not in reply.text


def _answer(text: str) -> dict[str, Any]:
    return _object(text, QueueError(f"the queue did not answer in JSON: {text[:80]!r}"))


def _object(text: str, otherwise: Exception) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise otherwise from None
    if not isinstance(found, dict):
        raise otherwise
    return found


def _inside(whole: dict[str, Any] | list[Any]) -> list[dict[str, Any] | list[Any]]:
    parts = whole.values() if isinstance(whole, dict) else whole
    return [part for part in parts if isinstance(part, dict | list)]


Grade = Callable[[Item], str | None]
"""Returns the reply to an item as JSON, None when it could not be graded; raises ItemRefused."""


class Pull:
    """Take, grade, put, until the queue is empty or for ever."""

    def __init__(
        self,
        queue: Queue,
        journal: Journal,
        grade: Grade,
        tell: Callable[[str], None],
        pause_seconds: float = 1.0,
    ) -> None:
        self._queue, self._journal, self._grade, self._tell = queue, journal, grade, tell
        self._pause = pause_seconds

    def run(self, *, until_empty: bool) -> None:
        """Go on with what the journal holds, then with what the queue gives."""
        for item in self._journal.unanswered():
            self._handle(item)
        while True:
            item = self._patiently(self._queue.get)
            if item is not None:
                self._journal.take(item)
                self._handle(item)
            elif until_empty:
                return
            else:
                time.sleep(self._pause)

    def _handle(self, item: Item) -> None:
        try:
            reply = self._journal.reply_to(item) or self._graded(item)
        except ItemRefused as error:
            self._journal.refused(item, str(error))
            self._tell(f"{item.submission_id}: set aside, no submission: {error}")
            return
        if reply is None:
            self._tell(f"{item.submission_id}: not graded by a fault of ours; it will come again")
            self._journal.leave(item)
            return
        self._journal.answer(item, reply)
        took, said = self._patiently(lambda: self._put(item, reply))
        if took:
            self._journal.sent(item)
        else:
            self._journal.refused(item, said)
        self._tell(f"{item.submission_id}: {'sent' if took else f'refused ({said})'}")

    def _graded(self, item: Item) -> str | None:
        """Return the reply to an item, None when it could not be graded, and say why."""
        try:
            return self._grade(item)
        except (ItemRefused, *_OF_ALL):
            raise
        except Exception as error:  # also one that nobody thought of stands in nobody's way
            self._tell(f"{item.submission_id}: {type(error).__name__}: {error}")
            return None

    def _put(self, item: Item, reply: str) -> tuple[bool, str]:
        again = self._journal.sending(item)
        took, said = self._queue.put(item.header, reply)
        # The server answers a second copy of a result with 500, and keeps the first.
        return took or (again and said.startswith("500")), said

    def _patiently(self, action: Callable[[], Any]) -> Any:
        """Repeat what a broken connection interrupted, with longer and longer pauses."""
        for attempt in range(ATTEMPTS):
            try:
                return action()
            except httpx.TransportError as error:
                if attempt == ATTEMPTS - 1:
                    raise QueueError(f"the queue cannot be reached: {error}") from None
                time.sleep(min(LONGEST_PAUSE_SECONDS, self._pause * 2**attempt))
        raise AssertionError("unreachable")
