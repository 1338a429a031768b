"""Do scores arrive in Moodle? A stub answers what a running Moodle 4.5 was seen to answer.

Each trap that was measured has a test with its name.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from grader.lms.push.lti import LineItem, below, find_line_item, grade_of, make_line_item
from grader.lms.push.pushed import Became, push
from grader.lms.push.service import PushError

NOON = datetime(2026, 11, 22, 12, 0, 0, 960_000, tzinfo=UTC)

ITEMS = "https://lms.example.org/mod/lti/services.php/2/lineitems?type_id=1"
ITEM = "https://lms.example.org/mod/lti/services.php/2/lineitems/7/lineitem?type_id=1"
TYPES = "application/vnd.ims.lis.v"


class MoodleAgs:
    """One course with one line item, of 100 points."""

    maximum = 100.0

    def __init__(self, students: tuple[str, ...] = ("4", "5")) -> None:
        self.students = students
        self.grades: dict[str, dict[str, Any]] = {}
        self.overridden: set[str] = set()
        self.items: list[dict[str, Any]] = []
        self.posts: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path, query = request.url.path, parse_qs(request.url.query.decode())
        if query.get("type_id") != ["1"]:
            return httpx.Response(400, text="No handler found")
        if path.endswith("/lineitem/scores"):
            return self.score(request)
        if path.endswith("/lineitem/results"):
            return httpx.Response(200, json=[self.result(u) for u in self.students])
        if path.endswith("/lineitems"):
            return self.container(request, query)
        return httpx.Response(400, text="No handler found")

    def container(self, request: httpx.Request, query: dict[str, Any]) -> httpx.Response:
        if request.method == "POST":
            if request.headers["Content-Type"] != TYPES + "2.lineitem+json":
                return httpx.Response(400)
            item = {**json.loads(request.content), "id": ITEM}
            self.items.append(item)
            return httpx.Response(201, text=json.dumps(item).replace("/", "\\/"))
        if request.headers["Accept"] != TYPES + "2.lineitemcontainer+json":
            return httpx.Response(400)
        start = int(query.get("from", ["0"])[0])
        page = self.items[start : start + 2]
        link = {}
        if start + 2 < len(self.items):
            again = f"{ITEMS}&limit=2&from={start + 2}".replace("&", "&amp;")
            link = {b"Link": f"<{ITEMS}>; rel=“first”, <{again}>; rel=“next”".encode()}
        return httpx.Response(200, json=page, headers=link)  # type: ignore[arg-type]

    def score(self, request: httpx.Request) -> httpx.Response:
        if request.headers["Content-Type"].partition(";")[0] != TYPES + "1.score+json":
            return httpx.Response(400)
        body = json.loads(request.content)
        self.posts.append(body)
        user, moment = body["userId"], datetime.fromisoformat(body["timestamp"])
        if user not in self.students:
            return httpx.Response(400, text=f"Incorrect score received{json.dumps(body)}")
        there = self.grades.get(user)
        if there and int(there["moment"].timestamp()) >= int(moment.timestamp()):
            return httpx.Response(409, text="Refusing score with an earlier timestamp")
        if user not in self.overridden:
            points = None
            if body["gradingProgress"] == "FullyGraded":
                share = body["scoreGiven"] / body["scoreMaximum"]
                points = round(min(share, 1.0) * self.maximum, 3)
            self.grades[user] = {"points": points, "moment": moment, "comment": body.get("comment")}
        return httpx.Response(200)

    def result(self, user: str) -> dict[str, Any]:
        found: dict[str, Any] = {"id": f"{ITEM}/{user}", "userId": user, "resultMaximum": 100}
        there = self.grades.get(user)
        if there and there["points"] is not None:
            found["resultScore"] = there["points"]
            found["timestamp"] = there["moment"].isoformat()
            if there["comment"]:
                found["comment"] = there["comment"]
        return found


@pytest.fixture
def moodle() -> MoodleAgs:
    return MoodleAgs()


@pytest.fixture
def item(moodle: MoodleAgs, service: Any, clock: Any) -> LineItem:
    return LineItem(service(moodle), ITEM, now=lambda: clock.now)


def send(item: LineItem, *grades: Any, record: dict[str, str] | None = None) -> list[Any]:
    rows = push(item, grades, {} if record is None else record, send=True)
    return [row.became for row in rows]


def test_the_path_segment_goes_before_the_query_string() -> None:
    assert below(ITEM, "scores") == ITEM.replace("?", "/scores?")
    assert below("https://a.example/7/", "results") == "https://a.example/7/results"


def test_the_exact_media_types_are_sent_since_moodle_refuses_json_and_anything(
    service: Any, moodle: MoodleAgs, clock: Any, entry: Any
) -> None:
    """`application/json` and `Accept: */*` were answered with 400."""
    asked: list[tuple[str, str]] = []

    def watched(request: httpx.Request) -> httpx.Response:
        path, headers = request.url.path.rpartition("/")[2], request.headers
        kind = "Accept" if request.method == "GET" else "Content-Type"
        asked.append((path, headers[kind].removeprefix(TYPES)))
        return moodle(request)

    services = service(watched)
    find_line_item(services, ITEMS, "zero_init")
    make_line_item(services, ITEMS, "zero_init", "Zero", 4.0)
    send(LineItem(services, ITEM, now=lambda: clock.now), grade_of(entry(3), "4"))
    assert set(asked) == {
        ("lineitems", "2.lineitemcontainer+json"),
        ("lineitems", "2.lineitem+json"),
        ("results", "2.resultcontainer+json"),
        ("scores", "1.score+json"),
    }


def test_what_is_there_is_not_sent_again(item: LineItem, moodle: MoodleAgs, entry: Any) -> None:
    grade = grade_of(entry(3), "4")
    assert send(item, grade) == [Became.ACCEPTED]
    assert moodle.grades["4"]["points"] == 75
    assert send(item, grade) == [Became.UNCHANGED]
    assert len(moodle.posts) == 1


def test_a_third_of_a_hundred_reads_back_33_333(
    item: LineItem, moodle: MoodleAgs, make_report: Any, entry: Any
) -> None:
    grade = grade_of(entry(1), "4")
    third = {**grade.document, "scoreGiven": 0.3333333333333333, "scoreMaximum": 1}
    from dataclasses import replace

    assert send(item, replace(grade, points=1 / 3, maximum=1.0, document=third)) == [
        Became.ACCEPTED
    ]
    assert moodle.grades["4"]["points"] == 33.333


def test_another_comment_is_sent_though_the_points_are_the_same(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    send(item, grade_of(entry(3), "4"))
    moodle.grades["4"]["comment"] = "an older text"
    assert send(item, grade_of(entry(3, graded_at=NOON + timedelta(hours=1)), "4")) == [
        Became.ACCEPTED
    ]
    assert moodle.grades["4"]["comment"] == "3 of 4 checks passed."


def test_a_409_for_the_same_second_waits_and_tries_the_next(
    item: LineItem, moodle: MoodleAgs, entry: Any, clock: Any
) -> None:
    clock.now = NOON
    send(item, grade_of(entry(3), "4"))
    assert send(item, grade_of(entry(4), "4")) == [Became.ACCEPTED]
    assert [p["timestamp"] for p in moodle.posts] == [
        "2026-11-22T12:00:00.960Z",
        "2026-11-22T12:00:00.960Z",
        "2026-11-22T12:00:01.960Z",
    ]
    assert sum(clock.slept) == 1.0


def test_a_later_score_on_record_is_left_there(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    send(item, grade_of(entry(3), "4"))
    older = grade_of(entry(4, graded_at=NOON - timedelta(days=1)), "4")
    (row,) = push(item, [older], {}, send=True)
    assert row.became is Became.REFUSED
    assert "the platform has a later score of 2026-11-22T12:00:00.960Z" in row.why
    assert len(moodle.posts) == 2


def test_a_time_to_come_would_lock_out_others_and_is_never_sent(
    item: LineItem, moodle: MoodleAgs, entry: Any, clock: Any
) -> None:
    send(item, grade_of(entry(3, graded_at=clock.now + timedelta(days=1)), "4"))
    assert moodle.posts[0]["timestamp"] == "2026-11-22T13:00:00.960Z"


def test_a_grade_that_a_teacher_overrode_is_accepted_but_different(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    send(item, grade_of(entry(3), "4"))
    moodle.grades["4"]["points"] = 50.0
    moodle.overridden.add("4")
    (row,) = push(
        item, [grade_of(entry(4, graded_at=NOON + timedelta(minutes=1)), "4")], {}, send=True
    )
    assert row.became is Became.DIFFERENT
    assert row.why == "sent 4 of 4, there is 50 of 100"


def test_points_above_the_maximum_are_clamped_and_that_is_said(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    from dataclasses import replace

    grade = grade_of(entry(4), "4")
    extra = {**grade.document, "scoreGiven": 5}
    (row,) = push(item, [replace(grade, points=5.0, document=extra)], {}, send=True)
    assert (row.became, row.why) == (Became.DIFFERENT, "sent 5 of 4, there is 100 of 100")


def test_one_that_is_no_student_is_refused_with_a_checklist(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    (row,) = push(item, [grade_of(entry(3), "2")], {}, send=True)
    assert row.became is Became.REFUSED
    assert "400: Incorrect score received" in row.why
    assert "enrolled as a student" in row.why


def test_1e400_is_full_marks_there_and_never_leaves_here(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    from dataclasses import replace

    grade = grade_of(entry(3), "4")
    with pytest.raises(ValueError, match="not JSON compliant"):
        send(item, replace(grade, document={**grade.document, "scoreGiven": float("inf")}))
    assert moodle.posts == []


def test_nothing_but_fully_graded_is_sent_since_the_rest_clears_a_grade(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    send(item, grade_of(entry(0), "4"), grade_of(entry(4, student="bob"), "5"))
    for post in moodle.posts:
        assert (post["activityProgress"], post["gradingProgress"]) == ("Completed", "FullyGraded")
        assert post["comment"]
    assert moodle.grades["4"]["points"] == 0


def test_two_submissions_of_one_student_are_both_left(
    item: LineItem, moodle: MoodleAgs, entry: Any
) -> None:
    two = grade_of(entry(3), "4"), grade_of(entry(4, student="ada (2)"), "4")
    assert send(item, *two) == [Became.LEFT, Became.LEFT]
    assert moodle.posts == []


def test_a_dry_run_posts_nothing(item: LineItem, moodle: MoodleAgs, entry: Any) -> None:
    (row,) = push(item, [grade_of(entry(3), "4")], {}, send=False)
    assert (row.became, row.why) == (Became.WOULD_SEND, "no grade -> 3 of 4")
    assert moodle.posts == []


def test_the_broken_link_header_is_followed(moodle: MoodleAgs, service: Any) -> None:
    found = service(moodle)
    for name in ("a", "b", "c", "d", "e"):
        make_line_item(found, ITEMS, name, name, 5.0)
    assert find_line_item(found, ITEMS, "e") == ITEM
    assert find_line_item(found, ITEMS, "f") is None
    make_line_item(found, ITEMS, "a", "another of that name", 5.0)
    with pytest.raises(PushError, match=r"2 line items are about a: give one as line_item\.a"):
        find_line_item(found, ITEMS, "a")


def test_whole_points_are_integers(
    item: LineItem, moodle: MoodleAgs, service: Any, entry: Any
) -> None:
    make_line_item(service(moodle), ITEMS, "a", "A", 25.0)
    assert repr(moodle.items[0]["scoreMaximum"]) == "25"
    send(item, grade_of(entry(3), "4"))
    assert repr([moodle.posts[0][k] for k in ("scoreGiven", "scoreMaximum")]) == "[3, 4]"


def test_a_lost_answer_is_no_second_score(
    service: Any, moodle: MoodleAgs, entry: Any, clock: Any
) -> None:
    lost = []

    def answer(request: httpx.Request) -> httpx.Response:
        reply = moodle(request)
        if request.method == "POST" and not lost:
            lost.append(request)
            raise httpx.ReadTimeout("nothing came", request=request)
        return reply

    item = LineItem(service(answer), ITEM, now=lambda: clock.now)
    assert send(item, grade_of(entry(3), "4")) == [Became.ACCEPTED]
    assert {p["timestamp"] for p in moodle.posts} == {"2026-11-22T12:00:00.960Z"}
