"""Is a service asked patiently, and its secret told to nobody else?"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from grader.errors import UsageError
from grader.lms.connection import open_client
from grader.lms.push.lti import LineItem
from grader.lms.push.service import ATTEMPTS, PushError, next_page

HOME = "https://lms.example.org"


def answers(*replies: Any) -> Any:
    left = list(replies)

    def answer(request: httpx.Request) -> httpx.Response:
        reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, Exception):
            raise reply
        return httpx.Response(**reply)

    return answer


def test_the_rate_limit_of_canvas_is_403_and_is_waited_for(service: Any, clock: Any) -> None:
    limited = {"status_code": 403, "text": "403 Forbidden (Rate Limit Exceeded)"}
    found = service(answers(limited, limited, {"status_code": 200}))
    assert found.ask("GET", "/x").status_code == 200
    assert clock.slept == [0.0, 1.0, 2.0]


def test_another_403_is_no_rate_limit(service: Any, clock: Any) -> None:
    assert service(answers({"status_code": 403})).ask("GET", "/x").status_code == 403
    assert clock.slept == [0.0]


def test_a_system_says_how_long_to_wait(service: Any, clock: Any) -> None:
    busy = {"status_code": 503, "headers": {"Retry-After": "7"}}
    assert service(answers(busy, {"status_code": 200})).ask("GET", "/x").is_success
    assert clock.slept == [0.0, 7.0]


def test_what_stays_away_is_said_in_the_end(service: Any, clock: Any) -> None:
    with pytest.raises(
        PushError, match=r"https://lms\.example\.org cannot be reached: ConnectError"
    ):
        service(answers(httpx.ConnectError("no"))).ask("GET", "/x")
    assert len(clock.slept) == ATTEMPTS
    assert service(answers({"status_code": 503})).ask("GET", "/x").status_code == 503


@pytest.mark.parametrize("reply", [httpx.ReadError("lost"), {"status_code": 504}])
def test_what_may_have_been_carried_out_is_known_or_not_repeated(service: Any, reply: Any) -> None:
    found = service(answers(reply, {"status_code": 200}))
    assert found.ask_again("POST", "/x")[1] is True
    found = service(answers(reply, {"status_code": 200}))
    if isinstance(reply, Exception):
        with pytest.raises(PushError, match="cannot be reached"):
            found.ask("POST", "/x", once=True)
    else:
        assert found.ask("POST", "/x", once=True).status_code == 504


@pytest.mark.parametrize(
    "place",
    ["http://lms.example.org/x", "https://evil.example/x", "//evil.example/x",
     "https://lms.example.org:8443/x", "https://lms.example.org@evil.example/x"],
)  # fmt: skip
def test_a_token_goes_to_no_other_place(service: Any, place: str) -> None:
    asked = []
    found = service(lambda request: asked.append(request) or httpx.Response(200))
    with pytest.raises(PushError, match="is sent no token"):
        found.ask("GET", place)
    elsewhere = answers({"status_code": 200, "headers": {"Link": f'<{place}>; rel="next"'}})
    with pytest.raises(PushError, match="is sent no token"):
        list(service(elsewhere).pages("/x"))
    assert asked == []


@pytest.mark.parametrize(
    "header",
    [
        '<https://lms.example.org/x?a=1&b=2>; rel="next"',
        "<https://lms.example.org/x?a=1&amp;b=2>; rel=“next”",
        '<https://lms.example.org/x?a=1>; rel="first", </x?a=1&b=2>; rel="next"',
        "</x?a=1&b=2>; title=x; rel=next",
        "<https://lms.example.org/x?a=1&b=2>; rel='next'; type=\"a,b\"",
    ],
)
def test_a_link_header_is_read_however_it_is_written(header: str) -> None:
    request = httpx.Request("GET", HOME + "/x")
    reply = httpx.Response(200, headers=[(b"Link", header.encode())], request=request)
    assert next_page(reply) == HOME + "/x?a=1&b=2"
    last = httpx.Response(200, headers=[(b"Link", b'</x>; rel="prev"')], request=request)
    assert next_page(last) is None


def test_pages_without_an_end_are_left(service: Any) -> None:
    loop = answers({"status_code": 200, "headers": {"Link": '</x>; rel="next"'}})
    with pytest.raises(PushError, match="without an end"):
        list(service(loop).pages("/x"))


def test_a_page_of_html_is_one_line_and_a_secret_is_struck_out(service: Any) -> None:
    page = {"status_code": 500, "text": "<html><style>x{}</style><b>token\n  s3cret</b></html>"}
    found = service(answers(page), secrets=lambda: ("s3cret", ""))
    assert found.said(found.ask("GET", "/x")) == "500: token … (a page of HTML)"


NO_ADDRESSES = [
    "https://[",
    "https://[x]:1/",
    "https://127.0.0.1:99999/",
    "https://127.0.0.1:x/",
    "https://lms.example.org/\x01",
    "https://" + "a" * 300,
    "https://" + "a" * 70_000,
    "https://xn--/",
    "https://.../",
    "https://\ud7ff/",
    "https://",
    "https:///x",
    "",
]


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(UsageError, match="is no address"):
        open_client(address)


@pytest.mark.parametrize("address", ["https://lms.example.org:8443/a?b=%5B", "http://[::1]:80"])
def test_what_is_one_is_taken(address: str) -> None:
    open_client(address).close()


@pytest.mark.parametrize("address", NO_ADDRESSES[:10])
def test_nor_is_one_taken_that_a_system_gives(service: Any, address: str) -> None:
    """As the next page of a list, or as the place of a line item."""
    header = [(b"Link", f'<{address}>; rel="next"'.encode())]
    found = service(lambda request: httpx.Response(200, headers=header))
    with pytest.raises(PushError, match="gives an address that is none"):
        list(found.pages("/"))
    with pytest.raises(PushError, match="gives an address that is none"):
        LineItem(found, address)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "9" * 5000 + "x", '"\\ud800', "NaN x"]
)
def test_an_answer_that_is_no_json_is_said(service: Any, text: str) -> None:
    found = service(lambda request: httpx.Response(200, text=text))
    with pytest.raises(PushError, match="answered 200"):
        found.json(found.ask("GET", "/"), dict)


@pytest.mark.parametrize("digits", [401, 4000, 6000])
def test_a_number_beyond_all_points_is_infinite(service: Any, digits: int) -> None:
    with pytest.raises(OverflowError):  # what it would be
        float(10 ** (digits - 1))
    answer = f'{{"small": 12, "large": {"9" * digits}}}'
    found = service(lambda request: httpx.Response(200, text=answer))
    assert found.json(found.ask("GET", "/"), dict) == {"small": 12, "large": float("inf")}


@pytest.mark.parametrize("wait", ["\u00b2", "\u00b3", "-1", "1e9", "x"])
def test_a_pause_that_is_no_number_is_ours_to_choose(service: Any, clock: Any, wait: str) -> None:
    replies = iter([httpx.Response(503, headers=[(b"Retry-After", wait.encode("latin-1"))])])
    found = service(lambda request: next(replies, httpx.Response(200)))
    assert found.ask("GET", "/").status_code == 200
    assert clock.slept == [0.0, 1.0]


def test_json_of_another_kind_is_refused(service: Any) -> None:
    found = service(answers({"status_code": 200, "text": "[]"}))
    with pytest.raises(PushError, match=r"answered 200: \[\]"):
        found.json(found.ask("GET", "/x"), dict)
