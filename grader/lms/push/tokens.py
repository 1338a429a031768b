"""Service tokens of LTI 1.3: a signed assertion is exchanged for a token that lasts an hour."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Final

import httpx

from grader.bounded import read_bytes
from grader.errors import UsageError
from grader.lms.push.service import PushError, parsed
from grader.signing import refuse_open_secret

GRANT: Final = "client_credentials"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 60
# A token that ends while it is on its way is refused.
MARGIN_SECONDS: Final = 60
_DEFAULT_SECONDS: Final = 3600
_REFUSALS: Final = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


class Assertion:
    """What a tool proves itself with: its key, and what the platform calls it."""

    def __init__(self, key: Path, client_id: str, audience: str | Sequence[str], kid: str) -> None:
        """Raise UsageError when the file holds no private RSA key, or when others can read it."""
        refuse_open_secret(key)
        self._key = _rsa_key(key)
        self._client_id, self._kid = client_id, kid
        self._audience = audience if isinstance(audience, str) else list(audience)

    def sign(self, now: float) -> str:
        """Return a new assertion: RS256, a minute long, to be used once."""
        from joserfc import jwt

        header = {"alg": "RS256", "typ": "JWT"} | ({"kid": self._kid} if self._kid else {})
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._audience,
            "iat": int(now),
            "exp": int(now) + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        return jwt.encode(header, claims, self._key, algorithms=["RS256"])


def _rsa_key(path: Path):  # type: ignore[no-untyped-def]
    try:
        from joserfc.errors import JoseError
        from joserfc.jwk import RSAKey
    except ImportError:
        raise UsageError("this needs httpx and joserfc: pip install 'grader[lti]'") from None
    data = read_bytes(path)
    try:
        key = RSAKey.import_key(data)
    except (JoseError, ValueError, TypeError):
        raise UsageError(f"{path} holds no RSA key in PEM") from None
    if not key.is_private:
        raise UsageError(f"{path} holds a public key; a tool proves itself with the private one")
    return key


class ServiceToken(httpx.Auth):
    """Adds the token to requests; fetches one when there is none, it ends, or it is refused."""

    requires_response_body = True

    def __init__(
        self,
        url: str,
        assertion: Assertion,
        scopes: Sequence[str],
        needed: Sequence[Sequence[str]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Ask for `scopes`; of each sequence in `needed` the platform has to grant one."""
        self._url, self._assertion, self._clock = url, assertion, clock
        self._scopes, self._needed = scopes, needed
        self.token, self._ends = "", 0.0
        self.granted: frozenset[str] = frozenset()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token, once more with a new one when the first is refused."""
        fresh = False
        if self._clock() >= self._ends:
            self._take((yield self._request()))
            fresh = True
        request.headers["Authorization"] = f"Bearer {self.token}"
        reply = yield request
        # One platform says 401 to a token that has ended, another 403.
        if reply.status_code in _REFUSALS and not fresh and "rate limit" not in reply.text.lower():
            self._take((yield self._request()))
            request.headers["Authorization"] = f"Bearer {self.token}"
            yield request

    def _request(self) -> httpx.Request:
        form = {
            "grant_type": GRANT,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion.sign(self._clock()),
            "scope": " ".join(self._scopes),
        }
        return httpx.Request("POST", self._url, data=form, headers={"Accept": "application/json"})

    def _take(self, reply: httpx.Response) -> None:
        """Keep a token; its answer may call itself text/html, and an error may be a page."""
        found = parsed(reply)
        token = str(found.get("access_token") or "") if isinstance(found, dict) else ""
        # It goes into a header, which holds no other signs.
        if not reply.is_success or not token or not token.isascii() or not token.isprintable():
            raise PushError(f"the platform gives no token: {_fault(reply, found)}")
        # What is not said was granted as it was asked for.
        scope = found.get("scope")
        self.granted = frozenset(self._scopes if scope is None else str(scope).split())
        lacking = [one[0] for one in self._needed if not self.granted.intersection(one)]
        if lacking:
            raise PushError(
                f"the platform's token does not allow {', '.join(lacking)}: "
                "give the tool these services in the platform's settings"
            )
        self.token = token
        lasts = found.get("expires_in")
        seconds = lasts if isinstance(lasts, int | float) else _DEFAULT_SECONDS
        self._ends = self._clock() + max(seconds - MARGIN_SECONDS, 0)


def _fault(reply: httpx.Response, found: object) -> str:
    """Return what is wrong; the body is shown only where it is an error of the protocol."""
    if isinstance(found, dict) and found.get("error"):
        more = found.get("error_description")
        return f"{reply.status_code}: {str(found['error'])[:80]}" + (
            f", {more}"[:120] if more else ""
        )
    return (
        f"{reply.status_code} and no JSON of a token: is this its token URL, and can the platform "
        "reach the tool's key set?"
    )
