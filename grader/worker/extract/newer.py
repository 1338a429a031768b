"""Tell what is not Python from what is Python of a newer version than this one.

Exactly: a text needs a newer version when it can be parsed once the forms that are new in that
version are written as older ones. Nothing of the rewritten text is ever executed.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Callable
from functools import lru_cache

_LONGEST = 200_000
_PREFIX = re.compile(r"(?<![\w\"'])(?P<prefix>[rRuUbBfFtT]{1,2})?(?P<quote>\"\"\"|'''|\"|')")
_TYPE_ALIAS = re.compile(r"^([ \t]*)type[ \t]+([^\W\d]\w*)[ \t]*(?=[=\[])", re.MULTILINE)
_TYPE_PARAMETERS = re.compile(
    r"^([ \t]*(?:async[ \t]+)?(?:def|class|type)[ \t]+[^\W\d]\w*)[ \t]*\[", re.MULTILINE
)
_CONVERSION = re.compile(r"![rsa][ \t]*[:}]")
_BARE_EXCEPT = re.compile(
    r"^([ \t]*except\*?[ \t]+)([\w.]+(?:[ \t]*,[ \t]*(?:[A-Z]\w*|\w+\.[\w.]+))+)[ \t]*:",
    re.MULTILINE,
)
_LAZY = re.compile(r"^([ \t]*)lazy[ \t]+(?=import\b|from\b)", re.MULTILINE)
_UNPACKED = re.compile(r"([\[({])\s*\*{1,2}")
_FOR = re.compile(r"\bfor\b")


@lru_cache(maxsize=256)
def needed(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the version that `text` needs, and the names that it would bind; else empty ones."""
    if len(text) > _LONGEST:
        return "", ()
    needs = (0, 0)
    for version, rewrite in _NEWER:
        rewritten = rewrite(text)
        if rewritten == text:
            continue
        text, needs = rewritten, max(needs, version)
        if (names := _names(text)) is not None:
            return f"{needs[0]}.{needs[1]}", names
    return "", ()


def _names(text: str) -> tuple[str, ...] | None:
    """Return what `text` binds at its top level, None when it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
    found: dict[str, None] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name[:80]] = None
        elif isinstance(node, ast.Assign):
            found |= {t.id[:80]: None for t in node.targets if isinstance(t, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound = ((a.asname or a.name.partition(".")[0])[:80] for a in node.names)
            found |= dict.fromkeys(bound)
    return tuple(found)


def _without_type_aliases(text: str) -> str:
    """Write ``type X = …`` as ``X = …``."""
    return _TYPE_ALIAS.sub(r"\1\2", text)


def _without_type_parameters(text: str) -> str:
    """Write ``def f[T](x)`` as ``def f(x)``, and ``type X[T] = …`` as ``type X = …``."""
    return _cut_brackets(text, lambda inside: _are_arguments(inside) and "=" not in inside)


def _without_type_defaults(text: str) -> str:
    """Write ``def f[T = int](x)`` as ``def f(x)``."""
    return _cut_brackets(text, lambda inside: _are_arguments(inside.replace("*", "")))


def _cut_brackets(text: str, are_type_parameters: Callable[[str], bool]) -> str:
    """Take away type parameters: what stands in brackets behind a name that is defined."""
    parts, done = [], 0
    for match in _TYPE_PARAMETERS.finditer(text):
        start, end = match.end() - 1, _closing(text, match.end() - 1)
        if match.start() < done or not are_type_parameters(text[start + 1 : end - 1]):
            continue
        parts.append(text[done : match.end(1)])
        done = end
    return "".join([*parts, text[done:]])


def _are_arguments(text: str) -> bool:
    """Whether a text is one or more names, each with a bound, as type parameters are written."""
    return bool(text.strip()) and _names(f"def f({text}): pass") is not None


def _closing(text: str, start: int) -> int:
    depth = 0
    for place in range(start, min(len(text), start + 2000)):
        depth += (text[place] in "[({") - (text[place] in "])}")
        if depth == 0:
            return place + 1
    return start


def _with_parentheses(text: str) -> str:
    """Write ``except A, B:`` as ``except (A, B):``."""
    return _BARE_EXCEPT.sub(r"\1(\2):", text)


def _without_lazy(text: str) -> str:
    """Write ``lazy import a`` as ``import a``."""
    return _LAZY.sub(r"\1", text)


def _without_unpacking(text: str) -> str:
    """Write ``[*x for x in y]`` as ``[x for x in y]``."""
    parts, done = [], 0
    for match in _UNPACKED.finditer(text):
        if _FOR.search(text, match.end(), _closing(text, match.start())):
            parts.append(text[done : match.end(1)])
            done = match.end()
    return "".join([*parts, text[done:]])


def _without_formatted(letters: str) -> Callable[[str], str]:
    """Return what writes strings with one of `letters` as prefix as plain ones."""

    def rewrite(text: str) -> str:
        parts, done, place = [], 0, 0
        while match := _PREFIX.search(text, place):
            prefix, quote = (match["prefix"] or "").lower(), match["quote"]
            formatted = any(letter in prefix for letter in "ft")
            end = _string_end(text, match.end(), quote, formatted=formatted)
            if end is None:
                break
            place = end
            if any(letter in prefix for letter in letters):
                # Lines keep their numbers.
                kept = "\n" * text.count("\n", match.start(), place)
                parts += [text[done : match.start()], f'"""{kept}"""' if kept else '""']
                done = place
        return "".join([*parts, text[done:]])

    return rewrite


def _string_end(text: str, start: int, quote: str, *, formatted: bool) -> int | None:
    """Return where a string ends that begins before `start`, None for one that does not end."""
    place: int | None = start
    while place is not None and place < len(text):
        if text[place] == "\\":
            place += 2
        elif text.startswith(quote, place):
            return place + len(quote)
        elif formatted and text[place : place + 2] in ("{{", "}}"):
            place += 2
        elif formatted and text[place] == "{":
            place = _field_end(text, place)
        elif (text[place] == "\n" and len(quote) == 1) or (formatted and text[place] == "}"):
            return None
        else:
            place += 1
    return None


def _field_end(text: str, start: int) -> int | None:
    """Return where the field of a formatted string ends, None when no Python would read it."""
    opened, place, value_end = "", start, None
    while place < len(text):
        char = text[place]
        if char in "\"'":
            quote = char * 3 if text.startswith(char * 3, place) else char
            end = text.find(quote, place + len(quote))
            if end < 0:
                return None
            place = end + len(quote)
            continue
        if char in "{[(":
            opened += char
        elif char in "}])":
            if opened[-1] + char not in ("{}", "[]", "()"):
                return None
            opened = opened[:-1]
        elif opened == "{" and value_end is None and _ends_value(text, place):
            value_end = place
            if char == "!" and not _CONVERSION.match(text, place):
                return None
        place += 1
        if not opened:
            value = text[start + 1 : place - 1 if value_end is None else value_end]
            return place if _is_value(value) else None
    return None


def _ends_value(text: str, place: int) -> bool:
    """Whether a conversion, a format or the sign of a shown expression begins here."""
    pair = text[place : place + 2]
    return (text[place] in ":!" and pair not in ("!=", ":=")) or (
        text[place] == "=" and pair != "==" and text[place - 1] not in "=!<>:"
    )


def _is_value(text: str) -> bool:
    """Whether the text in a field is an expression, of this Python or of a newer one."""
    value = f"({text}\n)"
    return bool(text.strip()) and (_names(value) is not None or bool(needed(value)[0]))


_FORMS: tuple[tuple[tuple[int, int], Callable[[str], str]], ...] = (
    ((3, 12), _without_formatted("f")),
    ((3, 12), _without_type_parameters),
    ((3, 13), _without_type_defaults),
    ((3, 12), _without_type_aliases),
    ((3, 14), _without_formatted("t")),
    ((3, 14), _with_parentheses),
    ((3, 15), _without_lazy),
    ((3, 15), _without_unpacking),
)
"""Forms by the version that brought them; one may hide another, so each builds on those before."""
_NEWER = [(version, rewrite) for version, rewrite in _FORMS if version > sys.version_info[:2]]
