"""Is every grade there once, and nobody's comment the one of before, whenever a push was killed?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from grader.cli.push import push
from grader.database import sole_writer
from grader.errors import StoreError
from grader.lms.push.pushed import digest
from grader.model.submission import Student
from grader.store import Seat, Store

STUDENTS = {"ada": "1", "bob": "2", "zoe": "3"}
CONFIG = """
[canvas]
url = "{0}"
course_id = 3
assignments = {{ zero_init = 12 }}
[moodle]
url = "{0}"
assignments = {{ zero_init = 7 }}
maximum = {{ zero_init = 4 }}
"""
BEFORE, TAKEN, READ_BACK = "before it was taken", "before it was answered", "at the read-back"


class System:
    """What both systems hold: points and comments by student. `writes` counts who was sent what."""

    def __init__(self) -> None:
        self.points: dict[str, float] = {}
        self.comments: dict[str, list[str]] = {user: [] for user in STUDENTS.values()}
        self.writes = 0

    def is_write(self, path: str, form: dict[str, str]) -> bool:
        return path.endswith("/update_grades") or form.get("wsfunction", "").endswith("save_grades")

    def canvas(self, path: str, data: bytes) -> Any:
        if path.endswith("/update_grades"):
            for who, grade in json.loads(data)["grade_data"].items():
                self.points[who] = float(grade["posted_grade"])
                self.comments[who] += [grade["text_comment"]] if "text_comment" in grade else []
            return {"id": 9, "workflow_state": "completed"}
        if "/submissions" in path:
            return [
                {
                    "user_id": user,
                    "score": self.points.get(user),
                    "submission_comments": [{"comment": one} for one in self.comments[user]],
                }
                for user in self.comments
            ]
        return {"points_possible": 4}

    def moodle(self, form: dict[str, str]) -> Any:
        if form["wsfunction"].endswith("get_assignments"):
            return {"courses": [{"id": 2, "assignments": [{"id": 7, "cmid": 70, "grade": 4}]}]}
        if form["wsfunction"].endswith("get_grades"):
            grades = [
                {"userid": int(u), "grade": f"{g:.5f}", "attemptnumber": 0}
                for u, g in self.points.items()
            ]
            return {"assignments": [{"assignmentid": 7, "grades": grades}], "warnings": []}
        for i in range(len(STUDENTS)):
            if (user := form.get(f"grades[{i}][userid]")) is not None:
                text = form[f"grades[{i}][plugindata][assignfeedbackcomments_editor][text]"]
                self.points[user] = float(form[f"grades[{i}][grade]"])
                self.comments[user] = [text]
        return None


class Killer:
    """A server of a system, which kills its client at one moment."""

    def __init__(self) -> None:
        self.system = System()
        self.when, self.kill = "", lambda: None
        self.written = False

    def answer(self, path: str, data: bytes) -> bytes:
        form = dict(parse_qsl(data.decode(), keep_blank_values=True)) if b"wstoken" in data else {}
        writes = self.system.is_write(path, form)
        if (writes and self.when == BEFORE) or (self.written and self.when == READ_BACK):
            self.kill()
            raise ConnectionAbortedError
        reply = self.system.moodle(form) if form else self.system.canvas(path, data)
        self.system.writes += writes
        self.written = self.written or writes
        if writes and self.when == TAKEN:
            self.kill()
            raise ConnectionAbortedError
        return json.dumps(reply).encode()


@contextmanager
def serving(killer: Killer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                reply = killer.answer(self.path, data)
            except ConnectionAbortedError:
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def grade(tmp_path: Path, make_report: Any) -> Callable[..., None]:
    """Return a function that grades all three students: so many checks passed of four."""

    def _grade(passed: int, words: str = "(old)") -> None:
        outcomes = ["passed"] * passed + ["failed"] * (4 - passed)
        with Store(tmp_path / "store.sqlite") as store:
            seats = {
                n: Seat(f"{n}.zero_init", "zero_init", words, Student(label=n, user_id=i))
                for n, i in STUDENTS.items()
            }
            run = store.start_run(seats.values(), grader_version="0", isolation="full")
            for name, seat in seats.items():
                identities = {"user_id": STUDENTS[name]}
                report = make_report(
                    *outcomes, student=name, points=1.0, identities=identities, notes=[words]
                )
                store.add(run, seat, report)

    return _grade


def pushed(folder: Path, to: str, address: str, killer: Killer, when: str = "") -> tuple[int, str]:
    """Push in a process of its own, which the system kills at a moment; its end, and its table."""
    (folder / "push.toml").write_text(CONFIG.format(address))
    words = ["push", str(folder), "--to", to, "--config", str(folder / "push.toml"), "--send"]
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.cli", *words],
        env={**os.environ, "CANVAS_TOKEN": "t", "MOODLE_TOKEN": "t"},
        stdout=subprocess.PIPE,
        text=True,
    )
    killer.when, killer.kill, killer.written = when, process.kill, False
    out, _ = process.communicate()
    return process.returncode, out


@pytest.mark.parametrize("to", ["canvas", "moodle"])
@pytest.mark.parametrize("when", [BEFORE, TAKEN, READ_BACK])
def test_who_was_graded_has_the_grade_once_and_the_comment_of_now(
    tmp_path: Path, grade: Any, to: str, when: str
) -> None:
    killer = Killer()
    with serving(killer) as address:
        grade(1)
        assert pushed(tmp_path, to, address, killer)[0] == 0
        # Points stay and words change: of these Moodle does not tell what it holds.
        grade(1, "(new)")
        assert pushed(tmp_path, to, address, killer, when) == (-9, "")
        code, out = pushed(tmp_path, to, address, killer)
        assert code == 0
        held = killer.system
        assert held.points == dict.fromkeys(STUDENTS.values(), 1.0)
        assert {user: "(new)" in one[-1] for user, one in held.comments.items()} == dict.fromkeys(
            STUDENTS.values(), True
        )
        assert [len(set(one)) == len(one) for one in held.comments.values()] == [True] * 3
        again = 0 if to == "canvas" and when != BEFORE else 3  # Canvas tells that it is there
        assert out.count("sent once more: what became of it before is not known") == again
        writes = held.writes
        assert pushed(tmp_path, to, address, killer)[0] == 0
        assert held.writes == writes, "what is there is not sent again"


@pytest.mark.parametrize("when", [BEFORE, TAKEN])
def test_a_first_push_that_was_killed_leaves_no_old_comment(
    tmp_path: Path, grade: Any, when: str
) -> None:
    """Killed, then graded anew with the same points: what nobody wrote down was nowhere."""
    killer = Killer()
    with serving(killer) as address:
        grade(2, "(old)")
        pushed(tmp_path, "moodle", address, killer, when)
        grade(2, "(new)")
        assert pushed(tmp_path, "moodle", address, killer)[0] == 0
    assert all("(new)" in one[-1] for one in killer.system.comments.values())


def test_without_the_record_the_old_comment_would_stay(tmp_path: Path, grade: Any) -> None:
    """The control: points that are there are not sent again, whatever the comment is."""
    killer = Killer()
    with serving(killer) as address:
        grade(2, "(old)")
        pushed(tmp_path, "moodle", address, killer, TAKEN)
        (record,) = json.loads((tmp_path / "pushed.json").read_text()).values()
        assert record == dict.fromkeys(STUDENTS.values(), "")
        (tmp_path / "pushed.json").unlink()
        grade(2, "(new)")
        pushed(tmp_path, "moodle", address, killer)
    assert all("(old)" in one[-1] for one in killer.system.comments.values())


def test_two_pushes_at_once_are_one(tmp_path: Path, grade: Any) -> None:
    killer = Killer()
    grade(1)
    with serving(killer) as address:
        with sole_writer(tmp_path):
            assert pushed(tmp_path, "canvas", address, killer)[0] == 2
            with pytest.raises(StoreError, match="another run is at work in"):
                push(tmp_path, "canvas", tmp_path / "push.toml", send=True)
        assert killer.system.writes == 0
        assert pushed(tmp_path, "canvas", address, killer)[0] == 0
    (record,) = json.loads((tmp_path / "pushed.json").read_text()).values()
    comments = killer.system.comments
    assert record == {user: digest(one) for user, (one,) in comments.items()}
