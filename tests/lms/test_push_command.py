"""`grader push`: a dry run by default, a table that tells the truth, an exit code that says so."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from joserfc.jwk import OKPKey

from grader.cli.push import _tell, push
from grader.errors import StoreError, UsageError
from grader.export.document import OUR_FAULT
from grader.lms import connection
from grader.lms.push.canvas import CanvasConfig
from grader.lms.push.lti import LtiConfig
from grader.lms.push.moodle import MoodleConfig
from grader.lms.push.pushed import Became, Row
from grader.model.submission import Student
from grader.results import UNSIGNED
from grader.store import Seat, Store

UNKNOWN = "neither a Canvas user id nor a SIS id of its student is known"
TOKEN = "s3cret-token"
CONFIG = """
[canvas]
url = "https://canvas.example.org"
course_id = 3
assignments = { zero_init = 12 }
[moodle]
url = "https://moodle.example.org"
assignments = { zero_init = 7 }
maximum = { zero_init = 2 }
[lti]
token_url = "https://lms.example.org/token"
client_id = "tool"
key = "key.pem"
"""


class Canvas:
    """An assignment of two points with students 1, 2 and 3; its second one never changes."""

    def __init__(self) -> None:
        self.scores: dict[str, Any] = {"1": None, "2": None, "3": None}
        self.comments: dict[str, list[str]] = {"1": [], "2": [], "3": []}
        self.updates = 0
        self.tokens: set[str] = set()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.tokens.add(request.headers["Authorization"])
        if request.url.path.endswith("/update_grades"):
            self.updates += 1
            for who, grade in json.loads(request.content)["grade_data"].items():
                if who != "2":
                    self.scores[who] = float(grade["posted_grade"])
                    self.comments[who].append(grade.get("text_comment", ""))
            return httpx.Response(200, json={"id": 9, "workflow_state": "completed"})
        if request.url.path.endswith("/submissions"):
            return httpx.Response(200, json=[
                {"user_id": u, "score": s, "submission_comments":
                 [{"comment": c} for c in self.comments[u]]}
                for u, s in self.scores.items()
            ])  # fmt: skip
        return httpx.Response(200, json={"points_possible": 2})


@pytest.fixture
def canvas(monkeypatch: pytest.MonkeyPatch) -> Canvas:
    stub = Canvas()
    real = connection.open_client

    def opened(url: str, **options: Any) -> httpx.Client:
        return real(url, transport=httpx.MockTransport(stub), **options)

    monkeypatch.setattr(connection, "open_client", opened)
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    return stub


@pytest.fixture
def graded(tmp_path: Path, make_report: Any) -> Path:
    """Return a folder: two students graded, one with a fault of ours, one pending, one nobody."""
    outcomes = {
        "ada": "passed",
        "bob": "passed",
        "zoe": "internal_error",
        "max": None,
        "eve": "passed",
    }
    ids = {"ada": "1", "bob": "2", "zoe": "3", "max": "3", "eve": None}
    (tmp_path / "push.toml").write_text(CONFIG)
    with Store(tmp_path / "store.sqlite") as store:
        seats = {
            n: Seat(f"{n}.zero_init", "zero_init", str(o), Student(label=n, user_id=ids[n]))
            for n, o in outcomes.items()
        }
        run = store.start_run(seats.values(), grader_version="0", isolation="full")
        for name, outcome in outcomes.items():
            if outcome:
                identities = {"user_id": ids[name]} if ids[name] else {}
                report = make_report(outcome, student=name, identities=identities)
                store.add(run, seats[name], report)
    return tmp_path


def run(folder: Path, to: Any = "canvas", **options: Any) -> int:
    with pytest.raises(typer.Exit) as ended:
        push(folder, to, folder / "push.toml", **options)
    return int(ended.value.exit_code)


def test_nothing_is_sent_unless_told_to(graded: Path, canvas: Canvas, capsys: Any) -> None:
    assert run(graded) == 3
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "left                    max.zero_init    it is pending: grade it first",
        f"left                    zoe.zero_init    {OUR_FAULT}",
        f"left                    eve.zero_init    {UNKNOWN}",
        "would_send              ada.zero_init  1  no grade -> 2 of 2",
        "would_send              bob.zero_init  2  no grade -> 2 of 2",
        "would send 2; unchanged 0; left 3",
    ]
    assert "dry run" in said.err
    assert canvas.updates == 0
    assert not (graded / "pushed.json").exists()


def test_with_a_key_what_it_has_not_signed_is_not_sent(
    graded: Path, canvas: Canvas, capsys: Any, tmp_path: Path
) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=False))
    assert run(graded, send=True, key=key) == 3
    out = capsys.readouterr().out
    assert f"left                    ada.zero_init    {UNSIGNED}" in out
    assert "sent 0: " in out
    assert canvas.updates == 0


def test_the_table_tells_what_became_of_each(graded: Path, canvas: Canvas, capsys: Any) -> None:
    assert run(graded, send=True) == 3
    out = capsys.readouterr().out
    assert "accepted                ada.zero_init  1\n" in out
    assert "accepted_but_different  bob.zero_init  2  sent 2 of 2, there is no grade" in out
    assert "sent 2: accepted 1, accepted_but_different 1, refused 0; unchanged 0; left 3" in out
    assert run(graded, send=True) == 3
    assert "sent 1: accepted 0, accepted_but_different 1, refused 0; unchanged 1" in (
        capsys.readouterr().out
    )
    assert len(canvas.comments["1"]) == 1
    assert canvas.scores["3"] is None


def test_the_token_is_in_no_file_and_no_output(
    graded: Path, canvas: Canvas, capsys: Any, caplog: Any
) -> None:
    caplog.set_level("DEBUG")
    run(graded, send=True)
    said = capsys.readouterr()
    assert canvas.tokens == {f"Bearer {TOKEN}"}
    assert TOKEN not in said.out + said.err + caplog.text
    assert not [p for p in graded.rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]


def test_a_system_writes_nothing_of_its_own_into_the_terminal(
    capsys: Any,
) -> None:
    rows = [Row("ada.zero_init", "1", Became.REFUSED, "\x1b[2J\rall is well\n")]
    _tell(rows, send=True)
    assert "\x1b" not in capsys.readouterr().out


def test_what_is_missing_is_said(
    graded: Path, canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = graded / "push.toml"
    with pytest.raises(UsageError, match="no graded exercise 'other'"):
        push(graded, "canvas", config, exercise="other")
    with pytest.raises(StoreError, match="there is no store"):
        push(graded / "none", "canvas", config)
    with pytest.raises(UsageError, match="gives neither line_items nor line_item"):
        push(graded, "lti", config)
    with pytest.raises(UsageError, match="in the variable MOODLE_TOKEN"):
        push(graded, "moodle", config)
    monkeypatch.delenv("CANVAS_TOKEN")
    with pytest.raises(UsageError, match="in the variable CANVAS_TOKEN"):
        push(graded, "canvas", config)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", r"has no table \[canvas\]"),
        ("[canvas", "cannot be read as TOML"),
        ('[canvas]\nurl = "https://a.example"\ncourse_id = "x"\nassignments = {}', "course_id: "),
        ('[canvas]\nurl = "https://a.example"\ncourse_id = 1\nassignments = {}\nm = 1', "m: "),
        ('[canvas]\nurl = "https://a.example"\ncourse_id = 1\nassignments = {}',
         "names no assignment of zero_init"),
        ('[canvas]\nurl = "http://a.example"\ncourse_id = 1\nassignments = {}', "https://"),
    ],
)  # fmt: skip
def test_a_push_file_that_is_wrong_is_said(
    graded: Path, canvas: Canvas, text: str, fault: str
) -> None:
    (graded / "push.toml").write_text(text)
    with pytest.raises(UsageError, match=fault):
        push(graded, "canvas", graded / "push.toml")


def test_what_the_help_shows_is_a_push_file() -> None:
    shown = (push.__doc__ or "").partition("system:\n")[2]
    tables = tomllib.loads(shown)
    assert set(tables) == {"canvas", "moodle", "lti"}
    for model, name in ((CanvasConfig, "canvas"), (MoodleConfig, "moodle"), (LtiConfig, "lti")):
        assert model.model_validate(tables[name])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("[" * 60_000, "cannot be read"),
        ("[]", "is no record of a push"),
        ("null", "is no record"),
        ('{"canvas https://canvas.example.org zero_init": 7}', "is no record"),
        ('{"canvas https://canvas.example.org zero_init": {"1": [2]}}', "is no record"),
    ],
)
def test_a_record_that_is_broken_is_said(
    graded: Path, canvas: Canvas, text: str, said: str
) -> None:
    (graded / "pushed.json").write_text(text)
    with pytest.raises(StoreError, match=f"{said}.*without it comments are sent once more"):
        push(graded, "canvas", graded / "push.toml", send=True)
    assert canvas.updates == 0
