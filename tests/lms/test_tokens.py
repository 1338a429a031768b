"""Is a token got from every platform, kept as long as it lasts, and never shown?"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from grader.errors import UsageError
from grader.lms.push.service import PushError
from grader.lms.push.tokens import Assertion, ServiceToken

URL = "https://lms.example.org/token"
SCORE, RESULT = "urn:score", "urn:result"


@pytest.fixture(scope="module")
def key(tmp_path_factory: Any) -> Path:
    path = tmp_path_factory.mktemp("key") / "key.pem"
    path.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    path.chmod(0o600)
    return Path(path)


class Platform:
    """Gives tokens t1, t2, … and takes the last; `refusal` is what it says to any other."""

    def __init__(self, refusal: int = 401, **fields: Any) -> None:
        self.refusal, self.fields = refusal, fields
        self.forms: list[dict[str, list[str]]] = []
        self.valid = ""
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            self.forms.append(parse_qs(request.content.decode()))
            self.valid = f"t{len(self.forms)}"
            body = {"access_token": self.valid, "expires_in": 3600, **self.fields}
            # Moodle calls its JSON text/html.
            return httpx.Response(200, json=body, headers={"Content-Type": "text/html"})
        self.asked += 1
        good = request.headers["Authorization"] == f"Bearer {self.valid}"
        return httpx.Response(200 if good else self.refusal, text="{}")


@pytest.fixture
def token(key: Path) -> Any:
    def make(now: list[float], audience: Any = URL) -> ServiceToken:
        assertion = Assertion(key, "tool", audience, "k1")
        return ServiceToken(
            URL, assertion, [SCORE, RESULT], [[SCORE], [RESULT]], clock=lambda: now[0]
        )

    return make


def test_the_assertion_says_who_for_whom_and_how_long(key: Path, token: Any, service: Any) -> None:
    platform, now = Platform(), [1000.5]
    service(platform, auth=token(now, ("https://d2l.example", URL))).ask("GET", "/x")
    (form,) = platform.forms
    assert form["grant_type"] == ["client_credentials"]
    assert form["scope"] == [f"{SCORE} {RESULT}"]
    found = jwt.decode(form["client_assertion"][0], RSAKey.import_key(key.read_bytes()))
    assert found.header == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    jti = found.claims.pop("jti")
    assert len(jti) > 20
    assert found.claims == {
        "iss": "tool",
        "sub": "tool",
        "aud": ["https://d2l.example", URL],
        "iat": 1000,
        "exp": 1060,
    }


def test_a_token_called_text_html_is_kept_until_a_minute_before_its_end(
    token: Any, service: Any
) -> None:
    platform, now = Platform(), [0.0]
    asks = service(platform, auth=token(now))
    for moment in (0.0, 3539.0):
        now[0] = moment
        assert asks.ask("GET", "/x").status_code == 200
    assert len(platform.forms) == 1
    now[0] = 3540.0
    asks.ask("GET", "/x")
    assert len(platform.forms) == 2
    assert platform.forms[0]["client_assertion"] != platform.forms[1]["client_assertion"]


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_token_refused_with_401_by_moodle_and_403_by_open_edx_is_fetched_once_more(
    token: Any, service: Any, refusal: int
) -> None:
    platform = Platform(refusal)
    asks = service(platform, auth=token([0.0]))
    asks.ask("GET", "/x")
    platform.valid = "another"
    assert asks.ask("GET", "/x").status_code == 200
    assert len(platform.forms) == 2


def test_a_refusal_that_stays_is_not_asked_for_ever(token: Any, service: Any) -> None:
    platform = Platform()
    asks = service(platform, auth=token([0.0]))

    def never(request: httpx.Request) -> httpx.Response:
        reply = platform(request)
        return reply if request.url.path == "/token" else httpx.Response(401)

    asks = service(never, auth=token([0.0]))
    asks.ask("GET", "/x")
    assert asks.ask("GET", "/x").status_code == 401
    assert (platform.asked, len(platform.forms)) == (3, 2)


@pytest.mark.parametrize("scope", ["", SCORE])
def test_a_narrowed_scope_is_said(token: Any, service: Any, scope: str) -> None:
    asks = service(Platform(scope=scope), auth=token([0.0]))
    with pytest.raises(PushError, match=f"does not allow .*{RESULT}"):
        asks.ask("GET", "/x")


def test_a_404_page_instead_of_a_token_is_explained(token: Any, service: Any) -> None:
    page = httpx.Response(404, html="<html><body>Not found</body></html>")
    asks = service(lambda request: page, auth=token([0.0]))
    with pytest.raises(PushError, match=r"404 and no JSON of a token.*reach the tool's key set"):
        asks.ask("GET", "/x")


def test_an_error_of_the_protocol_is_shown(token: Any, service: Any) -> None:
    wrong = httpx.Response(400, json={"error": "Expired token"})
    asks = service(lambda request: wrong, auth=token([0.0]))
    with pytest.raises(PushError, match="gives no token: 400: Expired token"):
        asks.ask("GET", "/x")


def test_an_answer_that_repeats_the_assertion_does_not_show_it(token: Any, service: Any) -> None:
    asks = service(lambda request: httpx.Response(500, text=request.content.decode()),
                   auth=token([0.0]))  # fmt: skip
    with pytest.raises(PushError) as raised:
        asks.ask("GET", "/x")
    assert "eyJ" not in str(raised.value)


def test_only_a_private_rsa_key_of_its_own_is_taken(tmp_path: Path) -> None:
    key = RSAKey.generate_key(2048)
    path = tmp_path / "key.pem"
    for data, fault in (
        (key.as_pem(private=False), "public key"),
        (b"nothing", "no RSA key"),
    ):
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(UsageError, match=fault):
            Assertion(path, "tool", URL, "")
    path.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        Assertion(path, "tool", URL, "")
