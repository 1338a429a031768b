"""Mistakes in formulas: signs, factors, operands, exponents, constants, derivatives."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from grader.mutation.code import Change, Code, name_of

SYMBOLS: Final[dict[type[ast.operator], str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
    ast.Mod: "%", ast.FloorDiv: "//",
}  # fmt: skip
OTHER: Final = {"+": "-", "-": "+", "*": "/", "/": "*", "@": "*", "**": "*", "%": "//", "//": "/"}
# Operators whose operands cannot change places unseen.
ONE_WAY: Final = ("-", "/", "@", "**", "//", "%")
# In these a constant is not a quantity, or has mistakes of its own.
SHAPES: Final = ("zeros", "ones", "full", "empty", "reshape", "randn", "rand", "range", "shape")
KEYWORDS: Final = ("axis", "keepdims", "size", "shape", "dtype", "ndmin")


def another_operator(node: ast.BinOp, code: Code) -> Iterator[Change]:
    """Turn ``a - b`` into ``a + b``."""
    old = SYMBOLS.get(type(node.op))
    if old is None or _is_text(node):
        return
    edit = code.between(node.left, node.right, old, OTHER[old])
    yield Change(f"`{old}` became `{OTHER[old]}`", node, (edit,))


def swapped_operands(node: ast.BinOp, code: Code) -> Iterator[Change]:
    """Turn ``a - b`` into ``b - a``."""
    old = SYMBOLS.get(type(node.op))
    if old in ONE_WAY and not _is_text(node) and not in_subscript(node, code):
        text = f"{code.atom(node.right)} {old} {code.atom(node.left)}"
        yield Change(f"operands of `{old}` swapped", node, (code.replace(node, text),))


def dropped_operand(node: ast.BinOp, code: Code) -> Iterator[Change]:
    """Turn ``dZ / m`` into ``dZ``, ``W @ X + b`` into ``W @ X``."""
    if _is_text(node) or isinstance(node.op, ast.MatMult):
        return
    symbol = SYMBOLS.get(type(node.op), "")
    for kept, lost in ((node.left, node.right), (node.right, node.left)):
        # A product or sum of which a constant is left would be seen at once, and so would the
        # exponent without the base.
        both_ways = isinstance(node.op, ast.Mult | ast.Add)
        if (both_ways and not _is_constant(kept)) or (not both_ways and _may_stay(kept, node)):
            what = f"`{symbol}` and `{code.text(lost)}` dropped"
            yield Change(what, node, (code.replace(node, code.text(kept)),))


def wrong_exponent(node: ast.BinOp, code: Code) -> Iterator[Change]:
    """Turn ``a ** 2`` into ``a ** 3``."""
    if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant):
        edit = code.replace(node.right, f"{node.right.value!r} + 1")
        if isinstance(node.right.value, int):
            edit = code.replace(node.right, str(node.right.value + 1))
        yield Change("another exponent", node, (edit,))


def wrong_derivative(node: ast.BinOp, code: Code) -> Iterator[Change]:
    """Turn the slope of tanh into that of the sigmoid, or forget its square; the other way too."""
    match node:
        case ast.BinOp(ast.Constant(1 | 1.0), ast.Sub(), ast.BinOp(a, ast.Pow(), ast.Constant(2))):
            a_ = code.atom(a)
            texts = [f"{a_} * (1 - {a_})", f"(1 - {a_}) ** 2", f"{a_} > 0"]
        case ast.BinOp(a, ast.Mult(), ast.BinOp(ast.Constant(1 | 1.0), ast.Sub(), b)) if code.text(
            a
        ) == code.text(b):
            texts = [f"1 - {code.atom(a)} ** 2", f"{code.atom(a)} > 0"]
        case _:
            return
    for text in texts:
        yield Change(f"the derivative became `{text}`", node, (code.replace(node, text),))


def dropped_sign(node: ast.UnaryOp, code: Code) -> Iterator[Change]:
    """Turn ``-x`` into ``x``, and ``not x`` too."""
    if isinstance(node.op, ast.USub | ast.Not) and not in_subscript(node, code):
        what = "minus dropped" if isinstance(node.op, ast.USub) else "`not` dropped"
        yield Change(what, node, (code.replace(node, code.text(node.operand)),))


def other_constant(node: ast.Constant, code: Code) -> Iterator[Change]:
    """Make a factor or a bound ten times as large, a tenth, or one more or less."""
    number = node.value
    if not isinstance(number, int | float) or isinstance(number, bool):
        return
    if not _is_quantity(node, code):
        return
    for value in _other_numbers(number):
        if value == 0 and isinstance(code.parents[node], ast.BinOp):
            continue  # the operator and the constant are dropped elsewhere
        what = f"{number!r} became {value!r}"
        yield Change(what, node, (code.replace(node, repr(value)),))


def other_default(node: ast.arguments, code: Code) -> Iterator[Change]:
    """Give a parameter another default."""
    parameters = [*node.posonlyargs, *node.args][-len(node.defaults) :] if node.defaults else []
    pairs = [*zip(parameters, node.defaults, strict=True),
             *zip(node.kwonlyargs, node.kw_defaults, strict=True)]  # fmt: skip
    for parameter, default in pairs:
        if isinstance(default, ast.Tuple | ast.List) and len(default.elts) > 1:
            for kept in (default.elts[:-1], default.elts[1:]):
                inside = ", ".join(map(code.text, kept))
                text = f"({inside},)" if isinstance(default, ast.Tuple) else f"[{inside}]"
                what = f"the default of {parameter.arg} lost a value"
                yield Change(what, default, (code.replace(default, text),))
        if isinstance(default, ast.Constant):
            for value in _other_defaults(default.value):
                what = f"the default of {parameter.arg} became {value!r}"
                yield Change(what, default, (code.replace(default, repr(value)),))


def other_update(node: ast.AugAssign, code: Code) -> Iterator[Change]:
    """Turn ``x -= step`` into ``x += step``, or ``x = step``."""
    old = SYMBOLS.get(type(node.op))
    if old is None:
        return
    edit = code.between(node.target, node.value, f"{old}=", f"{OTHER[old]}=")
    yield Change(f"`{old}=` became `{OTHER[old]}=`", node, (edit,))
    edit = code.between(node.target, node.value, f"{old}=", "=")
    yield Change(f"`{old}=` became `=`", node, (edit,))


def update_in_place(node: ast.Assign, code: Code) -> Iterator[Change]:
    """Turn ``x = x - step`` into ``x -= step``, which changes the array of whoever else has it."""
    value, target = node.value, node.targets[0]
    if len(node.targets) == 1 and isinstance(value, ast.BinOp):
        symbol = SYMBOLS.get(type(value.op))
        if symbol and code.text(value.left) == code.text(target):
            text = f"{code.text(target)} {symbol}= {code.text(value.right)}"
            yield Change(f"written in place with `{symbol}=`", node, (code.replace(node, text),))


def in_subscript(node: ast.AST, code: Code) -> bool:
    """Whether a node is (part of) an index."""
    for inner, outer in zip([node, *code.around(node)], code.around(node), strict=False):
        if isinstance(outer, ast.Subscript):
            return inner is outer.slice
        if isinstance(outer, ast.stmt):
            return False
    return False


def _other_numbers(value: float) -> list[float]:
    """Return what a number could be taken for; nothing that is near enough to pass for it."""
    if value == 0:
        return [type(value)(1)]
    if isinstance(value, float) or value >= 10:
        smaller = value / 10 if isinstance(value, float) else value // 10
        return [value * 10, float(f"{smaller:.12g}") if isinstance(value, float) else smaller]
    return [value + 1, value - 1]


def _other_defaults(value: object) -> list[object]:
    if isinstance(value, bool):
        return [not value]
    return [*_other_numbers(value)] if isinstance(value, int | float) else []


def _is_quantity(node: ast.Constant, code: Code) -> bool:
    """Whether a constant is a quantity: not an index, an axis, a length or a default."""
    parent = code.parents[node]
    if isinstance(parent, ast.arguments | ast.Tuple | ast.Subscript | ast.Slice):
        return False
    if isinstance(parent, ast.keyword):
        return parent.arg not in KEYWORDS
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and node is parent.right:
        return False
    if isinstance(parent, ast.UnaryOp) and in_subscript(node, code):
        return False
    return name_of(parent) not in SHAPES


def _may_stay(kept: ast.expr, node: ast.BinOp) -> bool:
    """Whether an operand of ``-``, ``/``, ``**`` may be left alone: ``A`` of ``1 - A``."""
    return kept is node.left or (isinstance(node.op, ast.Sub) and _is_constant(node.left))


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _is_text(node: ast.BinOp) -> bool:
    """Whether an operator joins strings or lists."""
    kinds = (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)
    return any(
        isinstance(side, kinds) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )
