"""Do grades arrive, once and unchanged? Against the LTI 1.3 platform of Open edX."""

from __future__ import annotations

import json
import shutil
import tomllib
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from classes import grade, graded_rows, roster, sample
from joserfc.jwk import RSAKey
from page import ROOT, blocks, follow

from grader.cli.push import push
from grader.errors import UsageError
from grader.lms.connection import open_client
from grader.lms.push.lti import LineItem, grade_of, make_line_item
from grader.lms.push.pushed import Became
from grader.lms.push.pushed import push as push_grades
from grader.lms.push.service import PushError, Service
from grader.lms.push.tokens import Assertion, ServiceToken
from grader.model.submission import Student
from grader.store import Seat, Store

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPES = [AGS + name for name in ("lineitem", "result.readonly", "score")]


@pytest.fixture(scope="module")
def platform(serve: Any, tmp_path_factory: Any) -> Path:
    """Start the platform and return the folder with the tool's key and its push file."""
    folder = tmp_path_factory.mktemp("lti")
    key = RSAKey.generate_key(2048)
    (folder / "key.pem").write_bytes(key.as_pem(private=True))
    (folder / "key.pem").chmod(0o600)
    (folder / "tool.pem").write_bytes(key.as_pem(private=False))
    address = serve("lti_platform.py", folder, "/state/")
    (folder / "address").write_text(address)
    known = httpx.get(f"{address}/state/").json()
    (folder / "push.toml").write_text(
        "[lti]\n"
        f'token_url = "{known["token_url"]}"\n'
        f'client_id = "{known["client_id"]}"\n'
        f'line_items = "{known["line_items"]}"\n'
        'key = "key.pem"\nkey_id = "1"\n'
    )
    return folder


def state(platform: Path) -> dict[str, Any]:
    return dict(httpx.get(f"{(platform / 'address').read_text()}/state/").json())


@pytest.fixture
def service(platform: Path) -> Any:
    """Return a service with a token of its own, and what it slept."""
    known = state(platform)
    assertion = Assertion(platform / "key.pem", known["client_id"], known["token_url"], "1")
    token = ServiceToken(known["token_url"], assertion, SCOPES, [[s] for s in SCOPES])
    with open_client(known["line_items"], auth=token) as client:
        yield Service(client, secrets=lambda: (token.token,))


@pytest.fixture
def item(platform: Path, service: Service, request: Any) -> LineItem:
    where = state(platform)["line_items"]
    name = request.node.name[:90]
    return LineItem(service, make_line_item(service, where, name, name, 20.0))


@pytest.fixture
def graded(tmp_path: Path, make_report: Any) -> Any:
    """Return a function that grades students: name to the points of two checks."""

    def grade(**students: tuple[str, ...]) -> Path:
        with Store(tmp_path / "store.sqlite") as store:
            seats = {
                name: Seat(f"{name}.zero_init", "zero_init", str(outcomes), who(name))
                for name, outcomes in students.items()
            }
            run = store.start_run(seats.values(), grader_version="0", isolation="full")
            for name, outcomes in students.items():
                identities = who(name).model_dump(exclude={"label"})
                report = make_report(*outcomes, student=name, identities=identities)
                store.add(run, seats[name], report)
        return tmp_path

    return grade


def who(name: str) -> Student:
    return Student(label=name, lti_sub=f"sub-{name}", email=f"{name}@example.org")


def run(folder: Path, platform: Path, *, send: bool = True) -> int:
    with pytest.raises(typer.Exit) as ended:
        push(folder, "lti", platform / "push.toml", send=send)
    return int(ended.value.exit_code)


@pytest.fixture
def entry(make_report: Any) -> Any:
    from grader.export import Entry
    from grader.model.feedback import feedback_for_student

    def make(passed: int, moment: datetime) -> Any:
        report = make_report(*["passed"] * passed, *["failed"] * (3 - passed))
        return Entry(feedback_for_student(report), moment)

    return make


def now() -> datetime:
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_a_class_is_sent_once_and_reads_back_equal(
    graded: Any, platform: Path, capsys: Any
) -> None:
    folder = graded(ada=("passed", "passed"), bob=("passed", "failed"), zoe=("internal_error",))
    before = state(platform)
    assert run(folder, platform, send=False) == 3
    assert state(platform) == before
    assert "would send 2; unchanged 0; left 1" in capsys.readouterr().out
    assert run(folder, platform) == 3
    out = capsys.readouterr().out
    assert "sent 2: accepted 2, accepted_but_different 0, refused 0; unchanged 0; left 1" in out
    after = state(platform)
    assert after["items"][-1][1:] == [4, "zero_init", "grader"]
    assert after["scores"]["sub-ada"][:2] == [4, 4]
    assert after["scores"]["sub-bob"][:2] == [2, 4]
    assert "sub-zoe" not in after["scores"]
    assert run(folder, platform) == 3
    assert "sent 0:" in capsys.readouterr().out
    assert state(platform) == after
    graded(ada=("passed", "failed"), bob=("passed", "failed"))
    assert run(folder, platform) == 3  # a run adds: zoe is still without a grade
    assert "sent 1: accepted 1" in capsys.readouterr().out
    assert state(platform)["scores"]["sub-ada"][:2] == [2, 4]
    assert len(state(platform)["items"]) == len(after["items"])


def test_a_line_item_with_an_integer_maximum(platform: Path, service: Service) -> None:
    where = state(platform)["line_items"]
    make_line_item(service, where, "whole", "Whole", 25.0)
    assert ["Whole", 25, "whole", "grader"] in state(platform)["items"]
    with pytest.raises(PushError, match=r"400.*integer"):
        make_line_item(service, where, "half", "Half", 2.5)


def test_a_duplicate_timestamp_is_sent_a_second_later(
    platform: Path, item: LineItem, entry: Any
) -> None:
    moment = now() - timedelta(minutes=1)
    for points in (2, 3):
        grade = grade_of(entry(points, moment), "twice")
        (row,) = push_grades(item, [grade], {}, send=True)
        assert row.became is Became.ACCEPTED
    points, maximum, _, stored = state(platform)["scores"]["twice"]
    assert points == maximum
    assert datetime.fromisoformat(stored) == moment + timedelta(seconds=1)


def test_an_older_folder_does_not_overwrite_a_later_score(
    platform: Path, item: LineItem, entry: Any
) -> None:
    moment = now()
    (row,) = push_grades(item, [grade_of(entry(2, moment), "late")], {}, send=True)
    assert row.became is Became.ACCEPTED
    older = grade_of(entry(3, moment - timedelta(days=1)), "late")
    (row,) = push_grades(item, [older], {}, send=True)
    assert row.became is Became.REFUSED
    assert "later score" in row.why
    assert state(platform)["scores"]["late"][:2] == [4, 6]


def test_a_score_of_a_time_to_come_is_sent_as_of_now(
    platform: Path, item: LineItem, entry: Any
) -> None:
    grade = grade_of(entry(2, now() + timedelta(days=1)), "hasty")
    (row,) = push_grades(item, [grade], {}, send=True)
    assert row.became is Became.ACCEPTED
    stored = datetime.fromisoformat(state(platform)["scores"]["hasty"][3])
    assert stored <= now()


def test_a_token_that_has_ended_is_403_and_a_new_one_is_fetched(
    platform: Path, item: LineItem, entry: Any
) -> None:
    assert item.read() == {}
    httpx.get(f"{(platform / 'address').read_text()}/forget/")
    (row,) = push_grades(item, [grade_of(entry(2, now()), "after")], {}, send=True)
    assert row.became is Became.ACCEPTED


def test_a_score_whose_answer_was_lost_is_there_once(
    platform: Path, service: Service, item: LineItem, entry: Any
) -> None:
    class Losing(httpx.HTTPTransport):
        lost = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            if request.url.path.endswith("/scores") and not self.lost:
                self.lost += 1
                response.close()
                raise httpx.ReadError("the connection broke after the platform had answered")
            return response

    transport = Losing()
    auth = service._client.auth
    with open_client(state(platform)["line_items"], auth=auth, transport=transport) as client:
        broken = Service(client, sleep=lambda seconds: None)
        moment = now()
        item = LineItem(broken, item._address)
        (row,) = push_grades(item, [grade_of(entry(2, moment), "lost")], {}, send=True)
    assert transport.lost == 1
    assert row.became is Became.ACCEPTED
    assert datetime.fromisoformat(state(platform)["scores"]["lost"][3]) == moment


def test_only_unknown_scopes_give_a_token_of_no_use(platform: Path) -> None:
    """The platform answers 200 with an empty scope."""
    known = state(platform)
    assertion = Assertion(platform / "key.pem", known["client_id"], known["token_url"], "1")
    token = ServiceToken(known["token_url"], assertion, ["urn:nothing"], [["urn:nothing"]])
    with (
        open_client(known["line_items"], auth=token) as client,
        pytest.raises(PushError, match="does not allow urn:nothing"),
    ):
        Service(client).ask("GET", known["line_items"])


def test_another_key_is_refused(platform: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    other.chmod(0o600)
    known = state(platform)
    assertion = Assertion(other, known["client_id"], known["token_url"], "1")
    token = ServiceToken(known["token_url"], assertion, SCOPES, [])
    with (
        open_client(known["line_items"], auth=token) as client,
        pytest.raises(PushError, match="gives no token: 400"),
    ):
        Service(client).ask("GET", known["line_items"])


def test_a_key_that_others_can_read_is_not_used(platform: Path) -> None:
    (platform / "tool.pem").chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        Assertion(platform / "tool.pem", "client", "audience", "1")


def test_the_roster_tells_user_ids_by_address(
    graded: Any, platform: Path, capsys: Any, tmp_path: Path
) -> None:
    """Names and roles are a stub beside the platform, which has none; all else is real."""
    members = [
        {"user_id": "sub-ada", "email": "ADA@example.org", "roles": ["Learner"]},
        {"user_id": "teacher", "email": "bob@example.org", "roles": ["Instructor"]},
    ]
    (platform / "members.json").write_text(json.dumps({"members": members}))
    config = (platform / "push.toml").read_text()
    config += f'members = "{(platform / "address").read_text()}/members/"\n'
    (platform / "with_members.toml").write_text(config)
    folder = graded(ada=("passed", "passed"), bob=("passed", "failed"))
    with pytest.raises(typer.Exit) as ended:
        push(folder, "lti", platform / "with_members.toml", send=True)
    assert ended.value.exit_code == 3
    assert "left                    bob.zero_init    no member" in capsys.readouterr().out
    assert state(platform)["scores"]["sub-ada"][:2] == [4, 4]


def test_the_page_is_followed(platform: Path, tmp_path: Path) -> None:
    """From a zip to the platform's own figures, with nothing but the commands of docs/lms.md."""
    heading = "LTI 1.3, and sending over the network"
    for half in ("exercises", "solutions"):
        shutil.copytree(ROOT / half, tmp_path / half)
    desk = tmp_path / "desk"
    desk.mkdir()
    shutil.copy2(platform / "key.pem", desk / "tool-key.pem")
    real = tomllib.loads((platform / "push.toml").read_text("utf-8"))["lti"]
    real["members"] = f"{(platform / 'address').read_text()}/members/"
    (text,) = blocks(heading, "toml")
    for name, value in tomllib.loads(text)["lti"].items():
        if name not in ("key", "key_id"):
            assert value in text
            text = text.replace(value, real[name])
    (desk / "push.toml").write_text(text)
    answers = {"Ada Lovelace": "solutions/zero_init/reference.py"}
    answers["Zoë Müller"] = "exercises/zero_init/starter.py"
    with zipfile.ZipFile(desk / "submissions.zip", "w") as archive:
        for name, path in answers.items():
            archive.writestr(f"{name}/zero_init.py", (ROOT / path).read_text("utf-8"))
    (desk / "roster.csv").write_text("Name,Email\nAda Lovelace,ada@x.org\nZoë Müller,zoe@x.org\n")
    members = [
        {"user_id": "page-ada", "email": "ada@x.org", "roles": ["Learner"]},
        {"user_id": "page-zoe", "email": "zoe@x.org", "roles": ["Learner"]},
    ]
    (platform / "members.json").write_text(json.dumps({"members": members}))
    _, looked, sent = follow(desk, heading)
    assert "would send 2" in looked.stdout
    assert "sent 2: accepted 2" in sent.stdout
    scores = state(platform)["scores"]
    assert scores["page-ada"][:2] == [10, 10]
    assert scores["page-zoe"][:2] == [0, 10]


def test_the_sample_class_reads_back_equal(platform: Path, tmp_path: Path) -> None:
    """One exercise of the sample class: as many scores on the platform, each the right one."""
    folder, files = sample(tmp_path)
    (tmp_path / "roster.csv").write_text(roster(), "utf-8")
    out = tmp_path / "out"
    grade(folder, out, "--exercise", "zero_init", "--roster", str(tmp_path / "roster.csv"))
    assert run(out, platform) == 0
    scores = state(platform)["scores"]
    reports = [row.report for row in graded_rows(out) if row.report]
    assert len(reports) == sum(file.exercise == "zero_init" for file in files)
    for report in reports:
        points, maximum, *_ = scores[report.submission.student.lti_sub]
        assert (points, maximum) == (report.points, report.max_points)
