"""Ask a learning system patiently, say what it answered, and send a secret to nobody else."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from grader.errors import GraderError
from grader.lms.connection import is_address

ATTEMPTS: Final = 6
LONGEST_PAUSE_SECONDS: Final = 60.0
MOST_PAGES: Final = 1000
# A proxy gave up; what is behind it may have gone on.
_MAYBE: Final = frozenset({502, 504})
_SHOWN: Final = 200
_MOST_DIGITS: Final = 100
_LATER: Final = frozenset({429, 502, 503, 504})
# The header is taken as it comes: one system writes `&amp;` and rel=“next” in it.
_LINK: Final = re.compile(r"<([^<>]*)>([^<]*)")
_NO_WORDS: Final = re.compile(
    r"<(script|style)\b(?:[^<]++|<(?!/\1>))*+(?:</\1>)?|<[^<>]*+>", re.IGNORECASE
)
_NEXT: Final = re.compile(r"rel\s*=\s*[\"'\u201c\u201d\u2018\u2019]?\s*next\b", re.IGNORECASE)


class PushError(GraderError):
    """A learning system cannot be reached, refuses us, or answers what cannot be understood."""


class Service:
    """A system's services at one origin."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        secrets: Callable[[], Sequence[str]] = tuple,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take a client that authorises itself; `secrets` are struck out of messages."""
        self._client, self._secrets, self.sleep = client, secrets, sleep

    def ask(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Return the answer, after pauses where the system or the network asked for them."""
        return self.ask_again(method, url, **options)[0]

    def ask_again(
        self, method: str, url: str, *, once: bool = False, **options: Any
    ) -> tuple[httpx.Response, bool]:
        """Return the answer, and whether an earlier attempt may have been carried out.

        With `once`, what may have been carried out is not asked again: raise PushError.
        """
        place = self.at_home(url)
        again = False
        for attempt in range(ATTEMPTS):
            last = attempt == ATTEMPTS - 1
            try:
                reply = self._client.request(method, place, **options)
            except httpx.TransportError as error:
                if last or once:
                    what = type(error).__name__
                    raise PushError(f"{_origin(place)} cannot be reached: {what}") from None
                again, wait = True, None
            else:
                lost = reply.status_code in _MAYBE
                if last or not _is_for_later(reply) or (once and lost):
                    return reply, again
                again = again or lost
                wait = reply.headers.get("Retry-After")
            self.sleep(_pause(attempt, wait))
        raise AssertionError("unreachable")

    def pages(self, url: str, **options: Any) -> Iterator[httpx.Response]:
        """Yield a container's pages."""
        seen: set[str] = set()
        place: str | None = url
        while place is not None:
            if place in seen or len(seen) >= MOST_PAGES:
                raise PushError(f"{_origin(self.at_home(url))} answers with pages without an end")
            seen.add(place)
            reply = self.ask("GET", place, **options)
            options.pop("params", None)  # the address of the next page holds its own
            yield reply
            place = next_page(reply)

    def said(self, reply: httpx.Response) -> str:
        """Return what a system answered, on one line, short and without our secrets."""
        text = reply.text
        if "<html" in text[:500].lower():
            text = _NO_WORDS.sub(" ", text) + " (a page of HTML)"
        return f"{reply.status_code}: {self.shown(text)}"

    def shown(self, text: object) -> str:
        """Return what a system said as it may be shown: on one line, short, without our secrets."""
        words = " ".join(str(text).split())
        for secret in filter(None, self._secrets()):
            words = words.replace(secret, "…")
        return words[:_SHOWN]

    def json(self, reply: httpx.Response, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
        """Return an answer's JSON, whatever media type it claims; raise PushError for any other."""
        found = parsed(reply)
        if reply.is_success and isinstance(found, kind):
            return found
        raise PushError(f"{_origin(str(reply.url))} answered {self.said(reply)}")

    def at_home(self, url: str) -> str:
        """Return an absolute address; raise PushError for another host than the configured one."""
        home = str(self._client.base_url)
        place = _joined(home, url)
        if _origin(place) != _origin(home):
            raise PushError(f"{_origin(home)} points to {_origin(place)}, which is sent no token")
        return place


class Answer(BaseModel):
    """What is read of an answer; whatever else a system says is passed over."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, allow_inf_nan=False, coerce_numbers_to_str=True
    )


A = TypeVar("A", bound=Answer)


def shaped(found: Any, kind: type[A]) -> A:
    """Return an answer, or a part of one; raise PushError when it is of another shape."""
    try:
        return kind.model_validate(found)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, fault["loc"])) or "the whole"
        said = f"the system answered otherwise than it should: {place}: {fault['msg']}"
        raise PushError(said) from None


def parsed(reply: httpx.Response) -> Any:
    """Return the JSON of an answer; None when it is none."""
    try:
        return json.loads(reply.text, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | float:
    """Return a whole number, of which none that is meant is too large for a double."""
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


def next_page(reply: httpx.Response) -> str | None:
    """Return the address of the next page that a `Link` header gives, however it is written."""
    raw = b", ".join(v for k, v in reply.headers.raw if k.lower() == b"link")
    # Header text is Latin-1 by its standard, and UTF-8 by this system's habit.
    header = html.unescape(raw.decode("utf-8", errors="replace"))
    for target, about in _LINK.findall(header):
        if _NEXT.search(about):
            return _joined(str(reply.url), target.strip())
    return None


def _joined(base: str, url: str) -> str:
    """Return an address as it is meant in another; raise PushError when it is none."""
    try:
        place = urljoin(base, url)
    except ValueError:
        place = ""
    if not is_address(place):
        raise PushError(f"{_origin(base)} gives an address that is none: {url[:_SHOWN]!r}")
    return place


def _origin(url: str) -> str:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _is_for_later(reply: httpx.Response) -> bool:
    """Tell a system that is busy; one says so with 403."""
    limited = reply.status_code == httpx.codes.FORBIDDEN and "rate limit" in reply.text.lower()
    return limited or reply.status_code in _LATER


def _pause(attempt: int, wait: str | None) -> float:
    asked = float(wait) if wait and wait.strip().isdecimal() else 2.0**attempt
    return min(asked, LONGEST_PAUSE_SECONDS)
