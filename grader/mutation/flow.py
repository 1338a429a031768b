"""Mistakes in loops, indices, conditions and the order of statements."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from grader.mutation.code import Change, Code, Edit, name_of

COMPARED: Final[dict[type[ast.cmpop], tuple[str, tuple[str, ...]]]] = {
    ast.Lt: ("<", ("<=", ">")), ast.LtE: ("<=", ("<", ">")), ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<")), ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)),
    ast.In: ("in", ("not in",)), ast.NotIn: ("not in", ("in",)),
}  # fmt: skip
SIMPLE: Final = (ast.Assign, ast.AugAssign, ast.Expr)


def off_by_one_range(node: ast.Call, code: Code) -> Iterator[Change]:
    """Start or end ``range(1, L)`` one sooner or later."""
    if name_of(node) not in ("range", "arange") or not 1 <= len(node.args) <= 2:
        return
    if len(node.args) == 1:
        end = code.text(node.args[0])
        edit = code.replace(node.args[0], f"1, {end}")
        yield Change("the range starts one later", node, (edit,))
    for bound, ends in zip(node.args[::-1], ("ends", "starts"), strict=False):
        for step, word in ((1, "later"), (-1, "sooner")):
            text = _moved(bound, step, code)
            if text != "-1":
                what = f"the range {ends} one {word}"
                yield Change(what, node, (code.replace(bound, text),))


def off_by_one_index(node: ast.Subscript, code: Code) -> Iterator[Change]:
    """Turn ``x[l]`` into ``x[l - 1]``, ``x[0]`` into ``x[1]``."""
    index = node.slice
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        return
    number = _number(index)
    if number is not None or (isinstance(index, ast.Name) and _counts(index, code)):
        for step in (1, -1):
            text = _moved(index, step, code)
            yield Change(f"index {text}", node, (code.replace(index, text),))


def other_slice(node: ast.Slice, code: Code) -> Iterator[Change]:
    """Turn ``x[1:]`` into ``x[:]`` or ``x[2:]``."""
    ends = [code.text(end) if end else "" for end in (node.lower, node.upper, node.step)]
    for place, end in enumerate((node.lower, node.upper, node.step)):
        if end is None:
            continue
        for text in ("", *([_moved(end, 1, code), _moved(end, -1, code)] if place < 2 else [])):
            parts = [text if n == place else part for n, part in enumerate(ends)]
            if text != "0" or place == 1:
                sliced = ":".join(parts if node.step and parts[2] else parts[:2])
                yield Change(f"slice {sliced}", node, (code.replace(node, sliced),))


def other_comparison(node: ast.Compare, code: Code) -> Iterator[Change]:
    """Turn ``<`` into ``<=``, ``==`` into ``!=``."""
    sides = [node.left, *node.comparators]
    for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
        old, others = COMPARED.get(type(operator), ("", ()))
        for other in others:
            edit = code.between(left, right, old, other)
            yield Change(f"`{old}` became `{other}`", node, (edit,))


def other_condition(node: ast.BoolOp, code: Code) -> Iterator[Change]:
    """Turn ``a and b`` into ``a or b``, or ``a``."""
    old, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    text = f" {other} ".join(map(code.atom, node.values))
    yield Change(f"`{old}` became `{other}`", node, (code.replace(node, text),))
    for lost in node.values:
        kept = f" {old} ".join(code.atom(value) for value in node.values if value is not lost)
        yield Change(f"`{code.text(lost)}` dropped", node, (code.replace(node, kept),))


def one_branch(node: ast.If | ast.IfExp, code: Code) -> Iterator[Change]:
    """Let a condition hold always, or never."""
    for always in ("True", "False"):
        yield Change(f"always {always.lower()}", node, (code.replace(node.test, always),))


def unfiltered(node: ast.comprehension, code: Code) -> Iterator[Change]:
    """Turn ``[x for x in xs if c]`` into ``[x for x in xs]``."""
    for condition in node.ifs:
        what = f"`if {code.text(condition)}` dropped"
        yield Change(what, condition, (code.replace(condition, "True"),))


def dropped_statement(node: ast.stmt, code: Code) -> Iterator[Change]:
    """Leave out a statement whose names are there without it."""
    if isinstance(node, SIMPLE) and not _new_names(node, code):
        yield Change("a statement dropped", node, (code.replace(node, "pass"),))


def wrong_jump(node: ast.Break | ast.Continue, code: Code) -> Iterator[Change]:
    """Do not leave a loop, or do not go on with it."""
    yield Change(f"`{code.text(node)}` dropped", node, (code.replace(node, "pass"),))


def swapped_statements(node: ast.stmt, code: Code) -> Iterator[Change]:
    """Do ``a = f(b)`` and ``b = g(b)`` in the other order."""
    following = _next(node, code)
    if following is None or not all(isinstance(s, SIMPLE) for s in (node, following)):
        return
    first, second = _writes(node), _writes(following)
    depend = (first & _reads(following)) | (second & _reads(node)) | (first & second)
    # What only the first makes cannot be read before it.
    if depend and not _new_names(node, code) & _reads(following):
        yield Change("two statements swapped", node, code.swap(node, following))


def early_return(node: ast.Return, code: Code) -> Iterator[Change]:
    """Move the return after a loop into it, so that it ends after one round."""
    loop = _previous(node, code)
    if isinstance(loop, ast.For | ast.While) and node.value is not None:
        last = loop.body[-1]
        margin = " " * last.col_offset
        edit = Edit(code.span(last)[1], code.span(last)[1], f"\n{margin}{code.text(node)}")
        yield Change("returned inside the loop", node, (edit,))


def _moved(node: ast.expr, step: int, code: Code) -> str:
    """Return the source of an expression plus or minus one."""
    number = _number(node)
    if number is not None:
        return str(number + step)
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
        match node.op, node.right.value:
            case (ast.Sub(), 1) if step == 1:
                return code.text(node.left)
            case (ast.Add(), 1) if step == -1:
                return code.text(node.left)
    return f"{code.text(node)} {'+' if step > 0 else '-'} 1"


def _number(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(int(value)) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            return -value
    return None


def _counts(index: ast.Name, code: Code) -> bool:
    """Whether a name is that of a loop over a range, so that one more or less is a slip."""
    for outer in code.around(index):
        loops = [outer] if isinstance(outer, ast.For) else getattr(outer, "generators", [])
        for loop in loops:
            names = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
            if index.id in names and name_of(loop.iter) in ("range", "enumerate"):
                return True
    return False


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def _reads(node: ast.stmt) -> set[str]:
    read = _names(node, ast.Load)
    if isinstance(node, ast.AugAssign):
        read |= _names(node.target, ast.Store)
    return read


def _writes(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds, and those whose parts or methods it uses alone."""
    written = _names(node, ast.Store)
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", node)]
    for target in targets:
        if isinstance(target, ast.Subscript):
            written |= _names(target.value, ast.Load)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        function = node.value.func
        written |= _names(function, ast.Load) if isinstance(function, ast.Attribute) else set()
    return written


def _new_names(node: ast.stmt, code: Code) -> set[str]:
    """Return the names that a statement binds for the first time in its function."""
    function = code.function(node)
    known = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
    for other in ast.walk(function):
        if isinstance(other, ast.Name) and isinstance(other.ctx, ast.Store):
            known |= {other.id} if other.lineno < node.lineno else set()
    return _names(node, ast.Store) - known


def _next(node: ast.stmt, code: Code) -> ast.stmt | None:
    return _neighbour(node, code, 1)


def _previous(node: ast.stmt, code: Code) -> ast.stmt | None:
    return _neighbour(node, code, -1)


def _neighbour(node: ast.stmt, code: Code, step: int) -> ast.stmt | None:
    parent = code.parents[node]
    for block in (getattr(parent, field, None) for field in ("body", "orelse", "finalbody")):
        if isinstance(block, list) and node in block:
            place = block.index(node) + step
            return block[place] if 0 <= place < len(block) else None
    return None
