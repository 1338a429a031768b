"""Mistakes with names: one variable, key or part of a result for another that is like it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from grader.mutation.arithmetic import in_subscript
from grader.mutation.code import Change, Code, name_of

MOST_ALIKE: Final = 2


def other_variable(node: ast.Name, code: Code) -> Iterator[Change]:
    """Turn ``W1`` into ``W2``, ``Z1`` into ``A1``, ``n_x`` into ``n_h``."""
    if not isinstance(node.ctx, ast.Load):
        return
    for other in alike(node.id, _bound_before(node, code)):
        yield Change(f"{node.id} became {other}", node, (code.replace(node, other),))


def bound_together(node: ast.Name, code: Code) -> Iterator[Change]:
    """Take ``before`` for ``units`` where both come from ``for before, units in ...``."""
    if not isinstance(node.ctx, ast.Load):
        return
    for targets in _targets(code.function(node)):
        names = [n.id for n in ast.walk(targets) if isinstance(n, ast.Name)]
        if node.id in names and targets.lineno <= node.lineno:
            for other in [name for name in names if name not in (node.id, "_")][:MOST_ALIKE]:
                yield Change(f"{node.id} became {other}", node, (code.replace(node, other),))


def default_for_argument(node: ast.Name, code: Code) -> Iterator[Change]:
    """Use an argument's default whatever was handed over."""
    function = code.function(node)
    if not isinstance(node.ctx, ast.Load) or not isinstance(function, ast.FunctionDef):
        return
    given = function.args
    names = [a.arg for a in (*given.posonlyargs, *given.args)]
    for name, default in zip(names[::-1], given.defaults[::-1], strict=False):
        if name == node.id and isinstance(default, ast.Constant | ast.Tuple | ast.UnaryOp):
            text = code.text(default)
            yield Change(f"{name} became {text}", node, (code.replace(node, text),))


def other_key(node: ast.Subscript, code: Code) -> Iterator[Change]:
    """Turn ``cache["A1"]`` into ``cache["Z1"]``."""
    if isinstance(node.ctx, ast.Load) and _is_key(node.slice):
        key = code.text(node.slice)
        for other in alike(key, _keys(code)):
            yield Change(f"key {key} became {other}", node, (code.replace(node.slice, other),))


def next_key(node: ast.JoinedStr, code: Code) -> Iterator[Change]:
    """Turn ``f"W{l}"`` into ``f"W{l + 1}"``."""
    for part in node.values:
        match part:
            case ast.FormattedValue(ast.Name(name)) if in_subscript(node, code):
                for step in ("+ 1", "- 1"):
                    text = code.text(node).replace(f"{{{name}}}", f"{{{name} {step}}}")
                    yield Change(f"key {text}", node, (code.replace(node, text),))


def swapped_keys(node: ast.Assign, code: Code) -> Iterator[Change]:
    """Let ``p["W1"] = …`` and ``p["b1"] = …`` fill each other's place."""
    one = node.targets[0]
    if not isinstance(one, ast.Subscript) or not _is_key(one.slice):
        return
    block = getattr(code.parents[node], "body", [])
    for following in block[block.index(node) + 1 :] if node in block else []:
        other = following.targets[0] if isinstance(following, ast.Assign) else None
        if isinstance(other, ast.Subscript) and _is_key(other.slice):
            what = f"keys {code.text(one.slice)} and {code.text(other.slice)} swapped"
            yield Change(what, node, code.swap(one.slice, other.slice))
            return


def swapped_values(node: ast.Dict, code: Code) -> Iterator[Change]:
    """Turn ``{"dW1": a, "db1": b}`` into ``{"dW1": b, "db1": a}``."""
    entries = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key]
    for place, (key, value) in enumerate(entries):
        for other_key, other in entries[place + 1 :]:
            texts = code.text(key), code.text(other_key)
            if other is entries[place + 1][1] or alike(*texts[:1], texts[1:]):
                what = f"values of {texts[0]} and {texts[1]} swapped"
                yield Change(what, node, code.swap(value, other))


def swapped_parts(node: ast.Return | ast.Assign, code: Code) -> Iterator[Change]:
    """Turn ``return a, b`` into ``return b, a``, and ``a, b = f()`` into ``b, a = f()``."""
    parts = node.value if isinstance(node, ast.Return) else node.targets[0]
    if isinstance(parts, ast.Tuple):
        for one, other in zip(parts.elts, parts.elts[1:], strict=False):
            what = "parts of the result swapped"
            yield Change(what, node, code.swap(one, other))


def argument_for_computed(node: ast.Name, code: Code) -> Iterator[Change]:
    """Use ``Z1`` where ``A1``, made by ``A1 = np.tanh(Z1)``, is used."""
    if not isinstance(node.ctx, ast.Load):
        return
    for statement in ast.walk(code.function(node)):
        match statement:
            case ast.Assign([ast.Name(made)], ast.Call(args=[ast.Name(source)])) if (
                made == node.id and statement.lineno < node.lineno and source != made
                and name_of(statement.value) not in ("len", "range", "int")
            ):  # fmt: skip
                yield Change(f"{made} became {source}", node, (code.replace(node, source),))


def alike(name: str, others: Iterable[str]) -> list[str]:
    """Return names that are easily written for `name`: one sign is different, of the same kind."""
    found = []
    for other in others:
        if len(other) == len(name) and other != name:
            pairs = [(a, b) for a, b in zip(name, other, strict=True) if a != b]
            if len(pairs) == 1 and _same_kind(*pairs[0], alone=len(name) == 1):
                found.append(other)
    return found[:MOST_ALIKE]


def _same_kind(one: str, other: str, *, alone: bool) -> bool:
    if one.isdigit() or other.isdigit():
        return one.isdigit() and other.isdigit()
    # Single letters are what they are: X and Y may be mixed up, x and X are told apart.
    return one.isalpha() and other.isalpha() and (not alone or one.isupper() == other.isupper())


def _bound_before(node: ast.Name, code: Code) -> list[str]:
    """Return the names that have a value where `node` stands, in the order of the source."""
    function = code.function(node)
    if function is code.tree:
        return []
    found = []
    for other in ast.walk(function):
        if isinstance(other, ast.arg):
            found.append(other.arg)
        elif isinstance(other, ast.Name) and isinstance(other.ctx, ast.Store):
            known = other.lineno < node.lineno and not _in_comprehension(other, code)
            found += [other.id] if known else []
    return list(dict.fromkeys(found))


def _targets(function: ast.AST) -> Iterator[ast.Tuple]:
    """Yield what takes several values at once in a function."""
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Tuple):
            yield node.target
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            yield node.targets[0]


def _in_comprehension(node: ast.AST, code: Code) -> bool:
    return any(isinstance(outer, ast.comprehension) for outer in code.around(node))


def _is_key(node: ast.expr) -> bool:
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return text or isinstance(node, ast.JoinedStr)


def _keys(code: Code) -> list[str]:
    """Return the source of every key in a dict or an index, each once."""
    found = []
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Subscript) and _is_key(node.slice):
            found.append(code.text(node.slice))
        if isinstance(node, ast.Dict):
            found += [code.text(key) for key in node.keys if key is not None and _is_key(key)]
    return list(dict.fromkeys(found))
