"""Is a submission graded once, whatever breaks? Against the XQueue server of Open edX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from classes import grade, graded_rows, sample

from grader.catalog import Course
from grader.cli.queue import xqueue
from grader.errors import UsageError
from grader.lms.connection import open_client, secrets
from grader.lms.journal import Journal
from grader.lms.pulled import code_of, exercise_of
from grader.lms.xqueue import Item, Pull, Queue, QueueError

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "solutions" / "zero_init" / "reference.py").read_text("utf-8")
STARTER = (ROOT / "exercises" / "zero_init" / "starter.py").read_text("utf-8")
HALF = json.dumps({"correct": False, "score": 0.5, "msg": "<div>half</div>"})


def one(student: str, answer: Any = "x = 1", points: int = 20) -> dict[str, Any]:
    grader = "course/zero_init/grade.py"
    return {"student": student, "answer": answer, "grader": grader, "points_possible": points}


@pytest.fixture
def server(serve: Any, tmp_path: Path) -> Any:
    """Return a function that starts a queue of submissions and gives its address."""

    def start(*submissions: dict[str, Any]) -> str:
        (tmp_path / "submissions.json").write_text(json.dumps(submissions))
        return str(serve("xqueue_server.py", tmp_path, "/state/"))

    return start


def state(address: str) -> dict[str, Any]:
    return dict(httpx.get(address + "/state/").json())


def queue(address: str, user: str = "grader", password: str = "secret", **options: Any) -> Queue:
    return Queue(open_client(address, **options), "dl", user, password)


def pull(source: Queue, journal: Journal, grade: Any, told: list[str] | None = None) -> None:
    tell = (told if told is not None else []).append
    Pull(source, journal, grade, tell, pause_seconds=0.01).run(until_empty=True)


def test_the_command_grades_what_the_queue_holds_and_the_figures_come_back(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    address = server(
        one("ada", REFERENCE), one("bob", STARTER), one("zoë", ["import numpy as np", ""])
    )
    monkeypatch.setenv("XQUEUE_USERNAME", "grader")
    monkeypatch.setenv("XQUEUE_PASSWORD", "secret")
    out = tmp_path / "out"
    xqueue(address, "dl", out, until_empty=True, course=ROOT)
    found = state(address)
    assert {name: one["scores"] for name, one in found.items()} == {
        "ada": [[20, 20]],
        "bob": [[0, 20]],
        "zoë": [[0, 20]],
    }
    assert {one["status"] for one in found.values()} == {"retired"}
    assert len(list((out / "reports").iterdir())) == 3
    assert "secret" not in capsys.readouterr().err


def test_the_sample_class_comes_back_with_the_figures_it_has_elsewhere(
    server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One exercise of a quarter of the sample class, through the queue and from its folder."""
    folder, files = sample(tmp_path)
    answers = [file for file in files if file.exercise == "zero_init"]
    whole = 10_000  # the server rounds to whole points
    address = server(*(one(file.person.name, file.data.decode(), points=whole) for file in answers))
    monkeypatch.setenv("XQUEUE_USERNAME", "grader")
    monkeypatch.setenv("XQUEUE_PASSWORD", "secret")
    xqueue(address, "dl", tmp_path / "out", until_empty=True, course=ROOT)
    grade(folder, tmp_path / "plain", "--exercise", "zero_init")
    reports = [row.report for row in graded_rows(tmp_path / "plain") if row.report]
    fractions = {r.submission.student.label: r.fraction for r in reports if r.fraction is not None}
    scores = {name: found["scores"] for name, found in state(address).items()}
    assert scores == {name: [[round(f * whole), whole]] for name, f in fractions.items()}
    assert len(scores) == len(answers) > 7


def test_a_result_whose_answer_was_lost_is_not_sent_twice(server: Any, tmp_path: Path) -> None:
    address = server(one("ada"))

    class Losing(httpx.HTTPTransport):
        lost = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            if "put_result" in str(request.url) and self.lost < 2:
                self.lost += 1
                response.close()
                raise httpx.ReadError("the connection broke after the server had answered")
            return response

    told: list[str] = []
    transport = Losing()
    with Journal(tmp_path / "journal") as journal:
        pull(queue(address, transport=transport), journal, lambda item: HALF, told)
        assert list(journal.states().values()) == ["sent"]
    assert transport.lost == 2
    assert told == ["1: sent"]
    assert state(address)["ada"]["scores"] == [[10, 20]]


@pytest.mark.parametrize("when", ["taken", "answered", "sending", "put"])
def test_a_killed_process_loses_nothing(server: Any, tmp_path: Path, when: str) -> None:
    address = server(one("ada"), one("bob"))
    source = queue(address)
    with Journal(tmp_path / "journal") as journal:
        item = source.get()
        assert item is not None
        journal.take(item)
        if when != "taken":
            journal.answer(item, HALF)
        if when in ("sending", "put"):
            journal.sending(item)
        if when == "put":
            assert source.put(item.header, HALF)[0]
    # The process is gone; another one opens the journal.
    graded: list[str] = []

    def grade(item: Item) -> str:
        graded.append(item.submission_id)
        return HALF

    with Journal(tmp_path / "journal") as journal:
        pull(queue(address), journal, grade)
        assert set(journal.states().values()) == {"sent"}
    assert graded == (["1", "2"] if when == "taken" else ["2"])
    assert {one["status"] for one in state(address).values()} == {"retired"}
    assert [one["scores"] for one in state(address).values()] == [[[10, 20]], [[10, 20]]]


def test_a_fault_of_ours_is_not_answered_and_the_others_are(server: Any, tmp_path: Path) -> None:
    address = server(one("ada"), one("bob"))
    told: list[str] = []
    with Journal(tmp_path / "journal") as journal:
        pull(
            queue(address), journal, lambda item: None if item.submission_id == "1" else HALF, told
        )
    found = state(address)
    assert (found["ada"]["status"], found["ada"]["scores"]) == ("pulled", [])
    assert found["bob"]["scores"] == [[10, 20]]
    assert "fault of ours" in told[0]


def test_what_the_queue_refuses_is_said_and_not_repeated(server: Any, tmp_path: Path) -> None:
    address = server(one("ada"))
    told: list[str] = []
    with Journal(tmp_path / "journal") as journal:
        source = queue(address)
        item = source.get()
        assert item is not None
        other = json.dumps({"submission_id": 1, "submission_key": "an older key"})
        journal.take(Item(other, "1", "an older key", item.body))
        pull(source, journal, lambda item: HALF, told)
        assert list(journal.states().values()) == ["refused"]
    assert "refused (403" in told[0]
    assert state(address)["ada"]["scores"] == []


def test_who_may_not_is_told_so(server: Any) -> None:
    address = server(one("ada"))
    with pytest.raises(QueueError, match="refuses the user name or the password"):
        queue(address, password="wrong").get()
    with pytest.raises(QueueError, match="in the group `xqueue`"):
        queue(address, user="stranger").get()


def test_points_for_an_old_server_are_not_a_ratio(server: Any) -> None:
    """The trap itself: this server takes 17 for 1700 %."""
    address = server(one("ada"))
    source = queue(address)
    item = source.get()
    assert item is not None
    source.put(item.header, json.dumps({"correct": False, "score": 17, "msg": "<div/>"}))
    assert state(address)["ada"]["scores"] != [[17, 20]]


def test_a_queue_that_is_not_there_is_said(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal") as journal:
        source = queue("http://127.0.0.1:9")
        with pytest.raises(QueueError, match="cannot be reached"):
            Pull(source, journal, lambda item: HALF, print, pause_seconds=0.0).run(until_empty=True)


@pytest.mark.parametrize("url", ["http://example.invalid", "ftp://127.0.0.1", "127.0.0.1", ""])
def test_a_password_is_not_sent_in_the_clear(url: str) -> None:
    with pytest.raises(UsageError, match="https"):
        open_client(url)


def test_secrets_come_from_a_file_of_their_own_or_from_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XQUEUE_PASSWORD", raising=False)
    monkeypatch.setenv("XQUEUE_USERNAME", "from the environment")
    path = tmp_path / "secrets.json"
    path.write_text('{"password": "p"}')
    path.chmod(0o644)
    names = ("username", "password")
    with pytest.raises(UsageError, match="chmod 600"):
        secrets(names, "XQUEUE", path)
    path.chmod(0o600)
    assert secrets(names, "XQUEUE", path) == {
        "username": "from the environment",
        "password": "p",
    }
    with pytest.raises(UsageError, match="in the variable XQUEUE_PASSWORD"):
        secrets(names, "XQUEUE", None)
    path.write_text("[]")
    with pytest.raises(UsageError, match="not a JSON object"):
        secrets(names, "XQUEUE", path)
    path.write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        secrets(names, "XQUEUE", path)


@pytest.mark.parametrize(
    ("payload", "exercise"),
    [
        ('{"grader": "course/zero_init/grade.py"}', "zero_init"),
        ('{"exercise": "random_init"}', "random_init"),
        ("zero_init", "zero_init"),
        ("", None),
        ('{"grader": "zero_init/random_init"}', None),
        ('{"grader": "my_zero_init_2.py"}', None),
    ],
)
def test_the_payload_names_the_exercise(payload: str, exercise: str | None) -> None:
    assert exercise_of({"grader_payload": payload}, Course(ROOT)) == exercise


def test_what_the_student_wrote_may_be_in_parts() -> None:
    assert code_of(["a = 1", ["b = 2"], {"c": 3}]) == 'a = 1\n\nb = 2\n\n{"c": 3}'
    assert code_of("\ud800") == "?"
