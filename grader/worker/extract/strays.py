"""Find what is indented by mistake: cut off what can stand alone, so that it costs only itself."""

from __future__ import annotations

import re

from grader.worker.extract.pieces import (
    OUTSIDE,
    Piece,
    code_lines,
    cut,
    is_conflict,
    line_states,
    width_of,
)

_DEFINES = re.compile(r"(?:(?:async[ \t]+)?def|class)\b|@")
_LEAVES = re.compile(r"(?:return|yield|raise)\b")
_OPENS = re.compile(r":$|^(?:(?:async[ \t]+)?def|class)\b[^:]*$")
_ONLY_IN_FUNCTIONS = re.compile(r"(?:return|yield)\b")


def stray_pieces(source: str) -> list[Piece]:
    """Cut where a statement has an indent that nothing above allows: ``def`` after one space.

    It is cut off where that takes nothing from the lines above it. So a definition that something
    of the function around it follows stays with that function.
    """
    if "\n " not in source and "\n\t" not in source:
        return [(0, source)]
    states, scan = line_states(source), _Scan()
    for number, line in enumerate(code_lines(source)):
        if not line.strip():
            scan.spaced = True
        elif not is_conflict(line):
            scan.take(number, line, starts=states[number] == OUTSIDE)
    return cut(source.split("\n"), scan.cuts)


def with_even_indents(source: str) -> str:
    """Return `source` with each statement that has an odd indent put beside the one above it."""
    lines, states = source.split("\n"), line_states(source)
    levels, last = [0], ""
    for number, code in enumerate(code_lines(source)):
        if not code.strip():
            continue
        if states[number] == OUTSIDE and not last.endswith("\\"):
            level = _even_level(levels, width_of(code), opens=bool(_OPENS.search(last)))
            lines[number] = " " * level + lines[number].strip()
        last = code.strip()
    return "\n".join(lines)


def _even_level(levels: list[int], width: int, *, opens: bool) -> int:
    """Return the open level that an indent is meant for, and close the levels above it."""
    if opens and width > levels[-1]:
        levels.append(width)
    while len(levels) > 1 and levels[-2] >= width:
        levels.pop()
    return levels[-1]


class _Scan:
    """What is known of the indents of all lines so far."""

    def __init__(self) -> None:
        self.cuts: list[int] = []
        self.spaced = False
        """An empty line stands before the next one."""
        self._levels = [0]
        self._astray = False
        self._last, self._last_width, self._last_depth = "", 0, 1

    def take(self, number: int, line: str, *, starts: bool) -> None:
        """Look at one line of code; `starts` when it starts outside of strings and brackets."""
        code, width = line.strip(), width_of(line)
        if starts and not self._last.endswith("\\"):
            if width == 0:
                self._levels, self._astray = [0], False
            elif not self._fits(width):
                self._stray(number, code, width)
            elif self._astray and width == self._levels[0]:
                self._beside(number, code)
        self._last, self._last_width, self._last_depth = code, width, len(self._levels)
        self.spaced = False

    def _fits(self, width: int) -> bool:
        """Whether an indent follows from the lines above; keep the levels that are open."""
        if _OPENS.search(self._last) and width > self._levels[-1]:
            self._levels.append(width)
            return True
        while len(self._levels) > 1 and self._levels[-1] > width:
            self._levels.pop()
        return self._levels[-1] == width

    def _stray(self, number: int, code: str, width: int) -> None:
        if self._may_cut(code):
            self.cuts.append(number)
            self._levels, self._astray = [width], True
        else:
            self._leave()
            self._levels.append(width)

    def _beside(self, number: int, code: str) -> None:
        """Take a line that stands where the stray one before it stood."""
        if _ONLY_IN_FUNCTIONS.match(code):
            self._leave()
        elif _DEFINES.match(code) and not self._last.startswith("@"):
            self.cuts.append(number)

    def _leave(self) -> None:
        """Take back the last cut: what follows it belongs to the lines above it."""
        if self._astray:
            self.cuts.pop()
        self._astray = False

    def _may_cut(self, code: str) -> bool:
        if _DEFINES.match(code):
            return not self._last.startswith("@")
        if self._last_width == 0:
            return not _OPENS.search(self._last)
        # Behind the last `return` of a function nothing of it follows.
        ended = self._last_depth == 2 and _LEAVES.match(self._last)
        return self.spaced and bool(ended) and not _LEAVES.match(code)
