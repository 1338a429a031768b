"""Open connections, and keep secrets: out of logs, reports and the command line.

A secret comes from the environment or from a file that nobody but its owner can read. It is sent
over TLS, or to this very machine, and to the host that it is for: redirects are not followed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from grader.bounded import read_json
from grader.errors import UsageError
from grader.signing import NEEDS_LTI, refuse_open_secret

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS: Final = 30.0
_SHOWN: Final = 200
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def open_client(url: str, **options: Any) -> httpx.Client:
    """Return an HTTP client for a system at `url`; raise UsageError when it would be overheard."""
    try:
        import httpx
    except ImportError:
        raise UsageError(f"this needs httpx and joserfc: {NEEDS_LTI}") from None
    if not is_address(url):
        raise UsageError(f"{url[:_SHOWN]!r} is no address of a system, such as https://…")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise UsageError(f"{url!r} is no address that begins with https://")
    return httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS, follow_redirects=False, **options)


def is_address(url: str) -> bool:
    """Whether all that takes an address apart takes this one; some do so when they are asked."""
    import httpx

    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        return bool(parts.hostname and httpx.URL(url).host and parts.port != 0)
    except (ValueError, httpx.InvalidURL):
        return False


def secrets(names: tuple[str, ...], prefix: str, path: Path | None) -> dict[str, str]:
    """Return secrets by name, from a JSON file or from variables such as ``XQUEUE_PASSWORD``.

    Raise UsageError when one is missing or others can read the file; no value is ever said.
    """
    found = _from_file(path) if path else {}
    for name in names:
        variable = f"{prefix}_{name}".upper()
        if name not in found and os.environ.get(variable):
            found[name] = os.environ[variable]
        if not found.get(name):
            where = f"in {path} or " if path else ""
            raise UsageError(f"there is no {name}: give it {where}in the variable {variable}")
    return found


def _from_file(path: Path) -> dict[str, str]:
    refuse_open_secret(path)
    table = read_json(path)
    if not isinstance(table, dict):
        raise UsageError(f"{path} is not a JSON object of secrets")
    return {str(name): str(value) for name, value in table.items()}
