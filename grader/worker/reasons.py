"""Say in a student's words why a statement could not be executed."""

from __future__ import annotations

import errno
import posixpath
import re

from grader.worker.clock import ONE_SECONDS, GivenUp, Stopped
from grader.worker.placeholders import PlaceholderUsed

MAX_TEXT = 300
_PLACE = re.compile(r" \((?:/|[A-Za-z]:\\)[^()]*\)$")
MOST_STATEMENTS = 20_000
TOO_MANY = f"of a submission, {MOST_STATEMENTS:,} statements are read, and here are more"
_DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
_ASKED = "EOF when reading a line"
"""What `input()` says where nobody answers; other readers end in an EOFError, too."""
UNUSED = "nothing that is graded seemed to need it"


def reason(error: BaseException) -> str:
    """Return why a statement outside of functions failed: a half-sentence about it."""
    if isinstance(error, Stopped):
        return (
            f"it was stopped after {ONE_SECONDS:g} s: a function must not need what a long loop "
            "leaves behind"
        )
    if isinstance(error, GivenUp):
        return "it, or another one that is needed, ended Python or used up too much"
    if isinstance(error, EOFError) and _ASKED in error_text(error):
        return "it asks for input, and nobody answers when your file is graded"
    if isinstance(error, PlaceholderUsed):
        return f"the module {error.module!r} is not available"
    file = getattr(error, "filename", None) if isinstance(error, OSError) else None
    if type(file) is str and file:
        name = posixpath.basename(file)[:80]
        if getattr(error, "errno", None) in _DENIED:
            return f"it may not open {name}, since no file can be written when your file is graded"
        return f"it reads {name}, which is not there when your file is graded"
    return error_text(error)


def error_text(error: BaseException) -> str:
    """Return ``ValueError: what it says``, whatever the exception's own methods do."""
    name = str(type.__getattribute__(type(error), "__name__"))
    try:
        text = str.encode(str(error), "utf-8", "replace").decode()
    except BaseException:  # __str__ is the student's
        text = ""
    text = _PLACE.sub("", text)  # where a library lies on this machine is nobody's business
    return (f"{name}: {text}" if text else name)[:MAX_TEXT]
