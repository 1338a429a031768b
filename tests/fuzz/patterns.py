"""Every pattern of the trusted side, how it is used, and texts that would keep one searching."""

from __future__ import annotations

import ast
import importlib
import re
import re._constants as opcodes
import re._parser as parser
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
# What runs in a worker costs its own submission's time, and what an author runs, an author's.
ELSEWHERE = ("worker", "mutation", "scaffold")
MOST = 9.0
USES = ("search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer")
SIGNS = [*" \t\n\ra1_.-+*\"'()[]{}<>#%=\\/:;,`|&!\x1b\u2028", "é", "a ", "1 ", "a.", "a\n", "()"]


@dataclass(frozen=True)
class Use:
    """A pattern that a module names, and the methods by which it is used."""

    name: str
    pattern: re.Pattern[Any]
    methods: tuple[str, ...]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "grader").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[1] not in ELSEWHERE:
            yield ".".join(parts).removesuffix(".__init__"), ast.parse(path.read_text("utf-8"))


def unnamed() -> list[str]:
    """Return the calls of `re` that make a pattern without a name in its module."""
    return [f"{module}: {call}" for module, tree in modules() for call in _unnamed(tree)]


def _unnamed(tree: ast.Module) -> Iterator[str]:
    assigned = (s.value for s in tree.body if isinstance(s, ast.Assign | ast.AnnAssign) and s.value)
    named = {id(call) for value in assigned for call in ast.walk(value)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _is_re(node.func) and id(node) not in named:
            yield ast.unparse(node)


def _is_re(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr in (*USES, "compile")
    )


def uses() -> list[Use]:
    """Return every named pattern with the methods by which its module, or another, uses it."""
    methods: dict[str, set[str]] = defaultdict(set)
    found: dict[re.Pattern[Any], str] = {}
    for module, tree in modules():
        if module.endswith("__main__"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                methods[_place(module, node.value.id)].add(node.attr)
        for name, value in vars(importlib.import_module(module)).items():
            for number, pattern in enumerate(_patterns(value)):
                found.setdefault(pattern, _place(module, name) + f"[{number}]" * bool(number))
                if not isinstance(value, re.Pattern):
                    methods[_place(module, name)].add(getattr(value, "__name__", "search"))
    return [Use(name, pattern, _used(methods[name])) for pattern, name in found.items()]


def _place(module: str, name: str) -> str:
    """Return what a name stands for: a public one is one thing wherever it is imported."""
    return f"{module}.{name}" if name.startswith("_") else name


def _used(attributes: set[str]) -> tuple[str, ...]:
    """Return the methods of a pattern; of one that is handed on any is likely."""
    return tuple(sorted(attributes.intersection(USES))) or ("search", "sub")


def _patterns(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(owner := getattr(value, "__self__", None), re.Pattern):
        yield owner
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _patterns(part)


def literals(pattern: re.Pattern[Any]) -> list[str]:
    """Return the texts that a pattern asks for, and one letter of each of its classes."""
    parsed = parser.parse(pattern.pattern, pattern.flags)
    return sorted(dict.fromkeys(_asked(parsed)), key=len, reverse=True)


def _asked(tree: Any) -> Iterator[str]:
    run = ""
    for code, value in [*tree, (None, ())]:
        if code is opcodes.LITERAL:
            run += chr(value)
            continue
        if run:
            yield run
        run = ""
        if code is opcodes.IN:
            yield from (chr(sign) for kind, sign in value if kind is opcodes.LITERAL)
            yield from (chr(signs[0]) for kind, signs in value if kind is opcodes.RANGE)
        else:
            yield from _within(value)


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, parser.SubPattern):
        yield from _asked(value)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _within(part)


def beginnings(pattern: re.Pattern[Any]) -> list[str]:
    """Return how texts begin that a pattern takes, each longer by a step of it."""
    text, found = "", {}
    for step in parser.parse(pattern.pattern, pattern.flags):
        text += _sample([step])
        found[text] = None
    return list(filter(None, found))


def _sample(tree: Any) -> str:
    """Return a short text that a part of a pattern takes, as far as it does not look around."""
    parts = []
    for code, value in tree:
        if code is opcodes.LITERAL:
            parts.append(chr(value))
        elif code is opcodes.IN:
            parts.append(next(_asked([(code, value)]), "a"))
        elif code is opcodes.BRANCH:
            parts.append(_sample(value[1][0]))
        elif code in (opcodes.MAX_REPEAT, opcodes.MIN_REPEAT, opcodes.POSSESSIVE_REPEAT):
            parts.append(_sample(value[2]) * max(1, value[0]))
        elif code is opcodes.SUBPATTERN:
            parts.append(_sample(value[3]))
        elif code is opcodes.ATOMIC_GROUP:
            parts.append(_sample(value))
    return "".join(parts)


def texts(pattern: re.Pattern[Any]) -> Iterator[tuple[str, str]]:
    """Yield what stands at the beginning of a text, and what then comes again and again."""
    own = literals(pattern)[:6]
    starts = dict.fromkeys((*beginnings(pattern)[:6], *own[:3]))
    for again in dict.fromkeys((*SIGNS, *own, *starts)):
        yield "", again
        for start in starts:
            yield start, again
            yield "", start + again
            yield again + start, again


def growth(use: Use, method: str, start: str, again: str) -> float:
    """Return by how much longer a text takes that is four times as long: 4 when it is linear.

    A text that is read in no time that can be measured counts as linear.
    """
    for _ in range(3):  # the machine may have been busy with something else
        if (longer := _seconds(use.pattern, method, start, again, 4_000)) < 0.001:
            return 4.0
        shorter = min(_seconds(use.pattern, method, start, again, 1_000) for _ in range(3))
        if (ratio := longer / max(shorter, 1e-7)) < MOST:
            return ratio
    return ratio


def _seconds(pattern: re.Pattern[Any], method: str, start: str, again: str, size: int) -> float:
    text: Any = start + again * (size // len(again)) + "\x01"
    if isinstance(pattern.pattern, bytes):
        text = text.encode("utf-8", "replace")
    arguments = (b"" if isinstance(text, bytes) else "", text) if "sub" in method else (text,)
    began = time.process_time()
    result = getattr(pattern, method)(*arguments)
    if method == "finditer":
        for _ in result:
            pass
    return time.process_time() - began
