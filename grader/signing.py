"""Sign reports, and tell whether a signature is genuine: a detached JWS over the canonical JSON.

The signature is a file of its own, `<report>.json.jws`, so that a signed report is the same file as
an unsigned one. The algorithm follows from the key (Ed25519, ES256 or RS256) and never from the
signature, which whoever forges one would choose. joserfc does the cryptography; it comes with the
extra `lti`.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from grader.errors import UsageError, unreadable

Signer = Callable[[str], str]
SUFFIX: Final = ".jws"
_ALGORITHMS: Final = {
    ("OKP", "Ed25519"): "Ed25519",
    ("EC", "P-256"): "ES256",
    ("RSA", None): "RS256",
}
_KINDS: Final = ("OKP", "EC", "RSA")


def signer(path: Path) -> Signer:
    """Return what signs text with the private key in a file (PEM or JWK).

    Raise UsageError when it holds none, or when others than its owner may read it.
    """
    refuse_open_secret(path)
    key, algorithm = _key(path)
    if not key.is_private:
        raise UsageError(f"{path} holds a public key; signing takes the private one")
    from joserfc import jws

    def sign(text: str) -> str:
        whole = jws.serialize_compact({"alg": algorithm}, text.encode(), key, [algorithm])
        header, _, signature = whole.split(".")
        return f"{header}..{signature}\n"

    return sign


def is_signed(text: str, signature: str, path: Path) -> bool:
    """Whether `signature` is one of this text by the key in a file, public or private."""
    from joserfc import jws
    from joserfc.errors import JoseError

    key, algorithm = _key(path)
    try:
        jws.deserialize_compact(signature.strip(), key, [algorithm], payload=text.encode())
    except (JoseError, ValueError):
        return False
    return True


def refuse_open_secret(path: Path) -> None:
    """Raise UsageError when a secret's file can be read by others than its owner."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise unreadable(path, error) from None
    if stat.S_ISDIR(mode):
        raise UsageError(f"{path} is a folder and no key")
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"{path} can be read by others: run `chmod 600 {path}`")


def _key(path: Path) -> tuple[Any, str]:
    try:
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key
    except ImportError:
        raise UsageError("signatures need joserfc: pip install 'grader[lti]'") from None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    for kind in _KINDS:
        try:
            # A JWK is JSON and tells its kind; PEM does not, before it is tried.
            key: Any = import_key(json.loads(data) if data.lstrip()[:1] == b"{" else data, kind)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        algorithm = _ALGORITHMS.get((kind, getattr(key, "curve_name", None)))
        if algorithm:
            return key, algorithm
    raise UsageError(f"{path} holds no Ed25519, P-256 or RSA key in PEM or JWK")
