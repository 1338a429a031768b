"""Take code out of lines of prose: what Markdown, a page or a terminal puts around it."""

from __future__ import annotations

import html
import re
from typing import Final

# What stands before code in prose: quotes, prompts, lists, fences and tags; and what behind it.
_TAG: Final = re.compile(r"</?[a-z]\w*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_MARKS: Final = re.compile(rf"^(?:[ \t>`]|\.\.\. |[-*+] |\d+[.)] |{_TAG.pattern})+", re.IGNORECASE)
_LAST_TAG: Final = re.compile(r"</[a-z]\w*>|<br ?/?>", re.IGNORECASE)


def code_in(line: str) -> str:
    """Return a line without the marks of prose around it, at its indent."""
    code = _MARKS.sub(_as_spaces, line)
    if "<" not in line or not _TAG.search(line):
        return code
    body = code.lstrip()
    return code[: len(code) - len(body)] + html.unescape(body[: _tail(body)])


def _tail(line: str) -> int:
    """Return where the marks of prose behind a line begin, in as many steps as it has letters."""
    end = len(line)
    while end:
        if line[end - 1] in " \t`":
            end -= 1
        elif (start := line.rfind("<", 0, end)) >= 0 and _LAST_TAG.fullmatch(line, start, end):
            end = start
        else:
            break
    return end


def _as_spaces(marks: re.Match[str]) -> str:
    return " " * len(_TAG.sub("", marks[0]).expandtabs())
