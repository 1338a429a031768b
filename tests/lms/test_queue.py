"""Is what a queue hands out, whatever it is, in nobody's way, neither now nor at the next start?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from grader.cli.queue import xqueue
from grader.database import sole_writer
from grader.errors import CourseError, SandboxError, StoreError
from grader.grade import Slot
from grader.lms.journal import Journal
from grader.lms.pulled import PulledGrader
from grader.lms.xqueue import DEEPEST, Item, Pull, Queue, QueueError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
HIDDEN = """
from grader.testing import check
@check("a", points=1)
def test_a(submission):
    assert submission.square(2.0) == 4.0
"""
ANSWER = "def square(x): return x * x"
HONEST = json.dumps({"grader_payload": "mini", "student_response": ANSWER})


def nested(depth: int, inner: str = "1", open_: str = "[", close: str = "]") -> str:
    return open_ * depth + inner + close * depth


def body(response: str) -> str:
    return f'{{"grader_payload": "mini", "student_response": {response}}}'


REFUSED = {
    "no JSON": ("this is no JSON", "no JSON object"),
    "empty": ("", "no JSON object"),
    "half of it": (HONEST[:-9], "no JSON object"),
    "a list": (f"[{HONEST}]", "no JSON object"),
    "null": ("null", "no JSON object"),
    "a number of 6,000 digits": (body("7" * 6000), "no JSON object"),
    "600 lists": (body(nested(600)), f"nests deeper than {DEEPEST} levels"),
    "100,000 lists": (body(nested(100_000)), "no JSON object"),
    "600 objects": (body(nested(600, "1", '{"a":', "}")), "nests deeper"),
    "600 lists that are not the answer": (
        f'{{"student_response": "x", "grader_payload": {nested(600)}}}', "nests deeper"
    ),
    "one level too many": (body(nested(DEEPEST)), "nests deeper"),
    "no answer": ('{"grader_payload": "mini"}', "holds no student_response"),
    "null for an answer": (body("null"), "holds no student_response"),
}  # fmt: skip
TAKEN = {
    "an answer": HONEST,
    "parts": body(json.dumps([ANSWER, ["y = 1"]])),
    "parts as deep as may be": body(nested(DEEPEST - 1, json.dumps(ANSWER))),
    "half a character": body('"def square(x): return x * x # \\ud800"'),
}


class Server:
    """The queue's server: hands out each body once, and keeps what was put."""

    def __init__(self, bodies: list[str], names: dict[int, Any] | None = None) -> None:
        self.bodies, self.names, self.put = list(enumerate(bodies, 1)), names or {}, {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "get_submission" in request.url.path:
            if not self.bodies:
                return answer(1, "empty")
            number, text = self.bodies.pop(0)
            name = self.names.get(number, number)
            header = json.dumps({"submission_id": name, "submission_key": "k"})
            return answer(0, json.dumps({"xqueue_header": header, "xqueue_body": text}))
        if "put_result" in request.url.path:
            form = httpx.QueryParams(request.content.decode())
            self.put[json.loads(form["xqueue_header"])["submission_id"]] = json.loads(
                form["xqueue_body"]
            )["score"]
        return answer(0, "")

    def queue(self) -> Queue:
        transport = httpx.MockTransport(self)
        return Queue(httpx.Client(base_url="http://queue", transport=transport), "q", "u", "p")


def answer(code: int, content: str) -> httpx.Response:
    return httpx.Response(200, json={"return_code": code, "content": content})


@pytest.fixture(scope="module")
def slot(write_course: Any, tmp_path_factory: Any) -> Iterator[Slot]:
    with Slot(write_course(tmp_path_factory.mktemp("queue"), HIDDEN)) as slot:
        yield slot


@pytest.fixture
def pull(slot: Slot, tmp_path: Path) -> Any:
    """Return a function that empties a server's queue, and gives the items' states."""

    def run(server: Server, told: list[str]) -> dict[str, str]:
        grade = PulledGrader(slot, None, lambda report: None, told.append)
        with Journal(tmp_path / "journal") as journal:
            Pull(server.queue(), journal, grade, told.append, 0.0).run(until_empty=True)
            return journal.states()

    return run


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_submission_is_set_aside(pull: Any, name: str) -> None:
    text, why = REFUSED[name]
    server, told = Server([text, HONEST]), list[str]()
    assert pull(server, told) == {"1": "refused", "2": "sent"}
    assert server.put == {2: 1.0}
    assert told[0].startswith("1: set aside, no submission: ")
    assert why in told[0]
    # At the next start nothing is left of it, and who comes later is graded.
    server = Server([], {})
    assert pull(server, told) == {"1": "refused", "2": "sent"}
    assert server.put == {}


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_one_is_graded(pull: Any, name: str) -> None:
    """The control: odd, and an answer."""
    server = Server([TAKEN[name]])
    assert pull(server, []) == {"1": "sent"}
    assert server.put == {1: 1.0}


def test_what_was_taken_before_it_was_looked_at_is_set_aside_at_the_next_start(
    pull: Any, tmp_path: Path
) -> None:
    """As a grader left it that ended at such an item."""
    with Journal(tmp_path / "journal") as journal:
        for number, (text, _) in enumerate(REFUSED.values()):
            journal.take(Item("{}", f"old {number}", "k", text))
    server = Server([HONEST])
    states = pull(server, [])
    assert states.pop("1") == "sent"
    assert set(states.values()) == {"refused"}
    assert len(states) == len(REFUSED)


@pytest.mark.parametrize("name", ["../x", "a/b", "x" * 300, "a\nb", 'a"b'])
def test_a_number_that_names_no_file_is_set_aside(pull: Any, name: str) -> None:
    server, told = Server([HONEST, HONEST + " "], {1: name}), list[str]()
    states = pull(server, told)
    assert sorted(states.values()) == ["refused", "sent"]
    assert list(server.put) == [2]
    assert "its submission_id is no name of a file" in told[0]


def test_two_at_one_journal_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both would grade and send what the journal says is left to be done."""
    monkeypatch.setenv("XQUEUE_USERNAME", "grader")
    monkeypatch.setenv("XQUEUE_PASSWORD", "secret")
    out, address = tmp_path / "out", "http://127.0.0.1:1"
    out.mkdir()
    with sole_writer(out), pytest.raises(StoreError, match="another run is at work in"):
        xqueue(address, "dl", out, until_empty=True, course=ROOT)
    monkeypatch.setattr("grader.lms.xqueue.ATTEMPTS", 1)
    with pytest.raises(QueueError, match="cannot be reached"):  # the control: it would begin
        xqueue(address, "dl", out, until_empty=True, course=ROOT)


def test_half_a_character_anywhere_is_no_end(pull: Any) -> None:
    """It cannot be kept in a file as it is."""
    server = Server([HONEST + "\ud800", HONEST], {2: "\udc00"})
    assert pull(server, []) == {"1": "refused", "?": "refused"}


@pytest.mark.parametrize("text", ["no JSON", "[]", nested(100_000), "7" * 6000])
def test_a_server_that_speaks_otherwise_is_said(text: str) -> None:
    def other(request: httpx.Request) -> httpx.Response:
        if "login" in request.url.path:
            return answer(0, "")
        return httpx.Response(200, text=text)

    queue = Queue(
        httpx.Client(base_url="http://queue", transport=httpx.MockTransport(other)), "q", "u", "p"
    )
    with pytest.raises(QueueError, match="did not answer in JSON"):
        queue.get()


def test_whose_fault_it_is_decides(slot: Slot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payload without an exercise and a broken sandbox are ours: the queue hands it out again."""
    told: list[str] = []
    grade = PulledGrader(slot, None, lambda report: None, told.append)
    assert grade(Item("{}", "1", "k", '{"student_response": "x"}')) is None
    assert "names no exercise" in told[0]

    def broken(*_: Any) -> None:
        raise SandboxError("it went away")

    monkeypatch.setattr(slot, "grade", broken)
    assert grade(Item("{}", "1", "k", HONEST)) is None
    assert told[1] == "1: it went away"

    def unfinished(*_: Any) -> None:
        raise CourseError("no checks")

    monkeypatch.setattr(slot, "grade", unfinished)
    with pytest.raises(CourseError):
        grade(Item("{}", "1", "k", HONEST))
