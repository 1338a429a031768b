"""Sign texts, and tell whether a signature is genuine: a detached JWS (RFC 7515, appendix F).

A signature is one line, `header..signature`. Of everything that a JWS may be, this is all that is
taken: the header is the one that follows from the key (Ed25519, ES256 or RS256) and holds nothing
else, and what is signed is the text that was given, never one that the signature brings along.
joserfc does the cryptography; it comes with the extra `lti`.
"""

from __future__ import annotations

import json
import os
import re
import stat
import warnings
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from grader.bounded import read_bytes
from grader.errors import UsageError, unreadable

SUFFIX: Final = ".jws"
_ALGORITHMS: Final = {
    ("OKP", "Ed25519"): "Ed25519",
    ("EC", "P-256"): "ES256",
    ("RSA", None): "RS256",
}
_FORM: Final = re.compile(r"(?P<header>[\w-]+)\.\.(?P<signature>[\w-]+)\n?", re.ASCII)
_KINDS: Final = ("OKP", "EC", "RSA")
_LONGEST_KEY: Final = 2**16
_SHORTEST_RSA: Final = 2048
"""Bits; whoever has the public half can find the private one of shorter ones."""
NEEDS_LTI: Final = "pip install 'grader[lti]' (in a clone: pip install -e '.[lti]')"


class Signed(NamedTuple):
    """A text and what is said to be its signature."""

    text: str
    signature: str
    """`header..signature` and the end of the line."""


class Key:
    """A key in a file: PEM or JWK, public or private."""

    def __init__(self, path: Path) -> None:
        """Read the key; raise UsageError when the file holds none."""
        self.path = path.resolve()
        self._key, self._algorithm = _read(path)

    @classmethod
    def private(cls, path: Path) -> Self:
        """Read a key to sign with; raise UsageError when others than its owner may read it."""
        refuse_open_secret(path)
        key = cls(path)
        if not key._key.is_private:
            raise UsageError(f"{path} holds a public key; signing takes the private one")
        return key

    def sign(self, text: str) -> Signed:
        """Return the text with its signature."""
        from joserfc import jws

        header = {"alg": self._algorithm}
        whole = jws.serialize_compact(header, text.encode(), self._key, [self._algorithm])
        _, _, signature = whole.split(".")
        return Signed(text, f"{self._header}..{signature}\n")

    def is_genuine(self, signed: Signed) -> bool:
        """Whether a signature was made with this key over exactly this text."""
        from joserfc import jws
        from joserfc.errors import JoseError

        found = _FORM.fullmatch(signed.signature)
        if found is None or found["header"] != self._header:
            return False
        whole = f"{self._header}.{_base64(signed.text)}.{found['signature']}"
        try:
            jws.deserialize_compact(whole, self._key, [self._algorithm])
        except (JoseError, ValueError):
            return False
        return True

    @property
    def _header(self) -> str:
        """The one header that a signature of this key may have."""
        return _base64(json.dumps({"alg": self._algorithm}, separators=(",", ":")))


def _base64(text: str) -> str:
    return urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


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


def _read(path: Path) -> tuple[Any, str]:
    try:
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key
    except ImportError:
        raise UsageError(f"signatures need joserfc: {NEEDS_LTI}") from None
    data = read_bytes(path, _LONGEST_KEY)
    if data.count(b"KEY-----") > 2:  # the line that begins one, and the line that ends it
        raise UsageError(f"{path} holds several keys: give the one that is meant a file of its own")
    if b"ENCRYPTED" in data:
        raise UsageError(f"{path} is encrypted: `openssl pkey -in {path}` shows it as it is needed")
    for kind in _KINDS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what is refused below
                # A JWK is JSON and tells its kind; PEM does not, before it is tried.
                key: Any = import_key(json.loads(data) if data.lstrip()[:1] == b"{" else data, kind)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            continue
        algorithm = _ALGORITHMS.get((kind, getattr(key, "curve_name", None)))
        if kind == "RSA" and key.raw_value.key_size < _SHORTEST_RSA:
            raise UsageError(
                f"{path} is a key of less than {_SHORTEST_RSA} bits, which is no secret"
            )
        if algorithm:
            return key, algorithm
    raise UsageError(f"{path} holds no Ed25519, P-256 or RSA key in PEM or JWK")
