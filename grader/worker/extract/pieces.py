"""Cut a cell into pieces that can be parsed each on its own, and drop what is not Python.

All of this is text work in one pass over the cell, so that a broken cell costs no more than a few
times what a sound one costs. A cell that parses as it is never comes here.
"""

from __future__ import annotations

import re
from itertools import pairwise

from grader.worker.extract import magics

# A group that may fail halfway is not repeated possessively: Python 3.11.2, the one of Debian 12,
# goes on from where it failed.
_TOKENS = re.compile(
    r"(?P<comment>#[^\n]*)"
    r'|(?P<triple>"""[^"\\]*+(?:(?:\\[\s\S]|"(?!""))[^"\\]*+)*"""'
    r"|'''[^'\\]*+(?:(?:\\[\s\S]|'(?!''))[^'\\]*+)*''')"
    r'|(?P<open>"""|\'\'\')'
    r"|(?P<string>\"[^\"\\\n]*+(?:\\[\s\S][^\"\\\n]*+)*\"|'[^'\\\n]*+(?:\\[\s\S][^'\\\n]*+)*')"
    r"|(?P<unclosed>[\"'][^\n]*)|(?P<opening>[(\[{])|(?P<closing>[)\]}])|(?P<newline>\n)"
)
_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b|[ \t\f#\n]|$")
_STARTS = re.compile(
    r"(?:async[ \t]+def|def|class|import|from|else|elif|except|finally)\b|@"
    r"|[A-Za-z_]\w*[ \t]+=[ \t]"
)
_WRITE_MAGIC = re.compile(r"\s*%%(?:writefile|file)[ \t]+(?P<more>-a[ \t]+)?(?P<path>[^\n]+)\n?")
_RUN_MAGIC = re.compile(
    r"^[ \t]*%run[ \t]+(?:-[a-z]+[ \t]+)*"
    r"(?:\"(?P<double>[^\"\n]+)\"|'(?P<single>[^'\n]+)'|(?P<plain>[^\s\"'](?:\\ |\S)*))",
    re.MULTILINE,
)
_FIRST_INDENT = re.compile(r"(?:[ \t\f]*+\n)*([ \t]++)(?=[^\s#])")
_ODD_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile("[\u200b-\u200d\u2060\ufeff]")
_DOTS = re.compile(
    _TOKENS.pattern + r"|(?P<dots>\u2026+|(?<![\w.)\]])(?:\.{2}|\.{4,})(?![\w.]|[ \t]+import\b))"
)
_ASKED = re.compile(
    r"(?P<nothing>(?<=[(\[,:=])[ \t]*+(?=,)|(?<=[:=])[ \t]*+(?=[)}]))"
    r"|(?P<asked>\?+|<[ \t]*[A-Za-z][\w \t.,'-]*>"
    r"|(?i:(?:\.{3}|\b)(?:add |write |put )?(?:your (?:code|answer|solution)"
    r"|fill (?:me |this |it )?in)(?: here)?(?:\.{3}|\b)))|" + _TOKENS.pattern
)
_CONFLICT = re.compile(r"(?:<{7}|\|{7}|={7}|>{7})(?:[ \t]|$)")
_INDENTED_DEF = re.compile(r"[ \t]++(?:async[ \t]+)?(?:def|class)\b")
_HEAD = re.compile(
    r"(?P<defines>(?:async[ \t]+)?def\b)|(?:async|for|while|if|elif|else|with|try|except|finally)\b"
)
_DEFINES = re.compile(r"(?:(?:async[ \t]+)?def|class)\b|@|if[ \t]+__name__\b")
_NO_VALUE = re.compile(r"(?<![=!<>:])=$")
BLANK = "____"
"""What stands for a value or a block that was left open, and cannot be executed."""
NOT_WRITTEN = 'raise NotImplementedError("this function is not written yet")'
"""The body of a function that Python could not read, because nothing was filled in."""
OUTSIDE = (False, False)
"""The state of a line that starts outside of strings and brackets."""

Piece = tuple[int, str]
"""The number of lines before the piece, and its text."""


def normalise(source: str) -> str:
    """Return `source` with Unix line ends, without a byte-order mark or a common indent."""
    source = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    indent = _FIRST_INDENT.match(source)
    return _without_indent(source, indent[1]) if indent else source


def _without_indent(source: str, indent: str) -> str:
    """Take `indent` off all lines, or off the first ones when not all of them have it."""
    lines = source.split("\n")
    end = next(
        (n for n, line in enumerate(lines) if line.strip() and not line.startswith(indent)),
        len(lines),
    )
    return "\n".join([*(line.removeprefix(indent) for line in lines[:end]), *lines[end:]])


def with_plain_characters(source: str) -> str:
    """Return `source` with odd spaces made plain, and ``…`` and wrong numbers of dots ``...``."""
    plain = _INVISIBLE.sub("", _ODD_SPACES.sub(" ", source))
    return _exchanged(_DOTS, plain, {"dots": "..."})


def with_blanks(source: str) -> str:
    """Return `source` without comments, and with `BLANK` for what it leaves open.

    That is a block that holds only comments, a value or an argument that is missing, ``?``, and
    words in the place of code: ``<your code>``, ``your code here``.
    """
    text = _exchanged(_ASKED, source, {"comment": "", "asked": BLANK, "nothing": BLANK})
    lines, written = text.split("\n"), source.split("\n")
    statements = _statement_lines(lines, line_states(text))
    for (first, last), (following, _) in pairwise([*statements, (len(lines), 0)]):
        head = _HEAD.match(lines[first].strip()) if lines[last].rstrip().endswith(":") else None
        below = width_of(lines[following]) if following < len(lines) else 0
        if head is not None and below <= width_of(lines[first]):
            # A block whose lines have lost their indent looks the same, but for the comment.
            if any(line.strip() for line in written[last + 1 : following]):
                lines[last] = f"{lines[last].rstrip()} {BLANK}"
        elif _NO_VALUE.search(lines[last].rstrip()):
            lines[last] = f"{lines[last].rstrip()} {BLANK}"
    return "\n".join(lines)


def with_bodies(source: str) -> str:
    """Return `source` with a body for each function that has none: one that says so.

    A function has none when a definition follows its first line, or nothing does. What else
    follows may be its body, which has lost its indent.
    """
    lines = code_lines(source)
    statements = _statement_lines(lines, line_states(source))
    written = source.split("\n")
    for (first, last), (following, _) in pairwise([*statements, (len(lines), 0)]):
        head = _HEAD.match(lines[first].strip())
        if head is None or not head["defines"] or not lines[last].rstrip().endswith(":"):
            continue
        below = lines[following] if following < len(lines) else ""
        if width_of(below) <= width_of(lines[first]) and _DEFINES.match(below.strip() or "@"):
            written[last] = f"{lines[last].rstrip()} {NOT_WRITTEN}"
    return "\n".join(written)


def _statement_lines(lines: list[str], states: list[tuple[bool, bool]]) -> list[tuple[int, int]]:
    """Return the first and the last line of each statement, or of the head of its block."""
    found: list[tuple[int, int]] = []
    for number, line in enumerate(lines):
        if line.strip() and states[number] == OUTSIDE:
            found.append((number, number))
        elif line.strip() and found:
            found[-1] = (found[-1][0], number)
    return found


def code_lines(source: str) -> list[str]:
    """Return the lines of `source` without comments."""
    return _exchanged(_TOKENS, source, {"comment": ""}).split("\n")


def _exchanged(tokens: re.Pattern[str], source: str, new: dict[str, str]) -> str:
    """Return `source` with other text for tokens of some kinds, up to a string without an end."""
    parts, end = [], 0
    for token in tokens.finditer(source):
        kind = token.lastgroup or ""
        parts += [source[end : token.start()], new.get(kind, token[0])]
        end = token.end()
        if kind == "open":
            break
    return "".join([*parts, source[end:]])


def width_of(line: str) -> int:
    """Return how far a line is indented, as Python counts tabs."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(8))


def written_file(source: str) -> tuple[str, str, bool] | None:
    """Return path and text of the file that a cell writes, and whether at its end; else None."""
    magic = _WRITE_MAGIC.match(source)
    if magic is None:
        return None
    return magic["path"].strip().strip("\"'"), source[magic.end() :], bool(magic["more"])


def run_lines(source: str) -> list[tuple[int, str]]:
    """Return line and path of every ``%run``; one without a suffix is of a Python file."""
    if "%run" not in source:
        return []
    found = []
    for match in _RUN_MAGIC.finditer(source):
        path = match["double"] or match["single"] or match["plain"].replace("\\ ", " ")
        if not path.endswith((".py", ".ipynb")):
            path += ".py"
        found.append((source.count("\n", 0, match.start()) + 1, path))
    return found[:100]


def without_magics(source: str) -> str:
    """Return `source` with magics, commands and questions as Python; lines keep their numbers.

    Lines within a string or brackets are left alone: `% name` may be an operator there.
    """
    lines = source.split("\n")
    for number, state in enumerate(line_states(source)):
        python = magics.in_python(lines[number]) if state == OUTSIDE else None
        if python is not None:
            lines[number] = python
    return "\n".join(lines)


def top_level_pieces(source: str) -> list[Piece]:
    """Cut at every statement of column 0 that stands outside of strings and brackets."""
    states = line_states(source)
    lines = source.split("\n")
    within = _conflicts_within(lines)
    starts = [
        number
        for number, line in enumerate(lines)
        if states[number] == OUTSIDE and not _CONTINUES.match(line) and number not in within
    ]
    return cut(lines, starts)


def is_conflict(line: str) -> bool:
    """Whether a line marks a merge conflict that nobody has resolved."""
    return _CONFLICT.match(line) is not None


def _conflicts_within(lines: list[str]) -> set[int]:
    """Return the lines that mark a merge conflict within an indented block."""
    found: set[int] = set()
    marks: list[int] = []
    inside = False
    for number, line in enumerate(lines):
        if is_conflict(line):
            marks.append(number)
            inside &= not line.startswith("<")
        elif marks and line.strip():
            # What follows a mark tells whether a block goes on there.
            inside |= line.startswith((" ", "\t"))
            found.update(marks if inside else ())
            inside &= not lines[marks[-1]].startswith(">")
            marks.clear()
    return found | set(marks if inside else ())


def definition_pieces(source: str) -> list[Piece]:
    """Cut at every line of column 0 that looks like the start of a definition."""
    lines = source.split("\n")
    starts = [number for number, line in enumerate(lines) if _STARTS.match(line)]
    return cut(lines, starts)


def cut(lines: list[str], starts: list[int]) -> list[Piece]:
    """Cut before each of the lines `starts`, but not between a decorator and what it decorates."""
    joined = [n for i, n in enumerate(starts) if i == 0 or not _decorates(lines, starts[i - 1], n)]
    if not joined or joined[0] != 0:
        joined.insert(0, 0)
    ends = [*joined[1:], len(lines)]
    return [(a, "\n".join(lines[a:b])) for a, b in zip(joined, ends, strict=True)]


def _decorates(lines: list[str], start: int, end: int) -> bool:
    """Whether the piece from `start` to `end` is a decorator of what follows."""
    if not lines[start].lstrip().startswith("@") or lines[end].startswith(("import", "from")):
        return False
    return not any(_INDENTED_DEF.match(line) for line in lines[start + 1 : end])


def line_states(source: str) -> list[tuple[bool, bool]]:
    """Say, for each line, whether it starts within a string and whether within brackets."""
    states = [OUTSIDE]
    depth = 0
    for token in _TOKENS.finditer(source):
        kind = token.lastgroup
        if kind == "newline":
            states.append((False, depth > 0))
        elif kind == "opening":
            depth += 1
        elif kind == "closing":
            depth = max(0, depth - 1)
        elif kind in ("triple", "string"):
            states += [(True, depth > 0)] * token[0].count("\n")
        elif kind == "open":
            states += [(True, depth > 0)] * source.count("\n", token.end())
            break
    return states
