"""Mistakes with arrays: transposes, axes, lengths, and one function of numpy for another."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

from grader.mutation.code import Change, Code, Edit, name_of

SHAPED: Final = ("zeros", "ones", "empty", "full")
# What is taken for what; both are called with the same arguments.
TAKEN_FOR: Final[dict[str, tuple[str, ...]]] = {
    "zeros": ("ones",), "ones": ("zeros",), "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",), "randn": ("rand",), "rand": ("randn",),
    "standard_normal": ("random",), "random": ("standard_normal",), "normal": ("uniform",),
    "uniform": ("normal",), "sum": ("mean",), "mean": ("sum",), "max": ("min",), "min": ("max",),
    "argmax": ("argmin",), "argmin": ("argmax",), "any": ("all",), "all": ("any",),
    "std": ("var",), "var": ("std",), "log": ("log10", "log2"), "maximum": ("minimum",),
    "minimum": ("maximum",), "vstack": ("hstack",), "hstack": ("vstack",), "sin": ("cos",),
    "cos": ("sin",), "sqrt": ("square",), "square": ("sqrt",), "floor": ("ceil",),
    "ceil": ("floor",), "dot": ("multiply",), "median": ("mean",),
}  # fmt: skip
# What is taken for what, where the other is written otherwise; {0} is the argument, {np} numpy.
REWRITTEN: Final[dict[str, tuple[str, ...]]] = {
    "tanh": ("1 / (1 + {np}.exp(-({0})))", "{np}.maximum(0, {0})"),
    "sigmoid": ("{np}.tanh({0})", "{np}.maximum(0, {0})"),
    "relu": ("{np}.tanh({0})",),
    "cosh": ("{np}.sinh({0})",),
}
DRAWS: Final = ("randn", "rand", "standard_normal", "normal", "uniform", "random")
# Dropping these changes no value, or fails wherever it is tried.
KEPT: Final = ("range", "len", "list", "tuple", "enumerate", "zip", "print", "isinstance", "items",
               "append", "str", "bool", "reversed", "sorted", "seed", "default_rng", "set",
               "RandomState", "zeros", "ones", "empty", "randn", "rand")  # fmt: skip
SYMMETRIC: Final = ("maximum", "minimum", "array_equal", "isclose", "allclose", "range", "zip",
                    "isinstance", "format", "add", "multiply", "hypot", "getattr")  # fmt: skip


def dropped_transpose(node: ast.Attribute, code: Code) -> Iterator[Change]:
    """Turn ``X.T`` into ``X``."""
    if node.attr == "T" and isinstance(node.ctx, ast.Load):
        yield Change("a transpose dropped", node, (code.replace(node, code.text(node.value)),))


def other_axis(node: ast.Call, code: Code) -> Iterator[Change]:
    """Turn ``axis=1`` into ``axis=0``, or leave it out."""
    for keyword in node.keywords:
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            other = {"0": "1", "1": "0"}.get(code.text(keyword.value))
            if other is not None:
                yield Change(f"axis {other}", node, (code.replace(keyword.value, other),))
            yield Change("axis left out", node, (_without(node, keyword, code),))


def other_keepdims(node: ast.Call, code: Code) -> Iterator[Change]:
    """Lose ``keepdims``, or let it in."""
    given = [keyword for keyword in node.keywords if keyword.arg == "keepdims"]
    for keyword in given:
        yield Change("keepdims lost", node, (_without(node, keyword, code),))
    takes = name_of(node) in ("sum", "mean", "max", "min", "std", "var", "norm")
    if takes and not given and any(keyword.arg == "axis" for keyword in node.keywords):
        text = _call(node, node.args, node.keywords, code, "keepdims=True")
        yield Change("keepdims added", node, (code.replace(node, text),))


def dropped_keyword(node: ast.Call, code: Code) -> Iterator[Change]:
    """Turn ``normal(scale=s)`` into ``normal()``."""
    for keyword in node.keywords:
        if keyword.arg not in (None, "axis", "keepdims"):
            yield Change(f"{keyword.arg} left out", node, (_without(node, keyword, code),))


def other_lengths(node: ast.Call, code: Code) -> Iterator[Change]:
    """Turn the lengths ``(n, 1)`` into ``(n,)`` or ``(1, n)``."""
    shapes = [a for a in node.args if name_of(node) in (*SHAPED, "reshape")]
    shapes += [k.value for k in node.keywords if k.arg in ("size", "shape")]
    for shape in shapes:
        if isinstance(shape, ast.Tuple) and len(shape.elts) == 2:
            rows, columns = map(code.text, shape.elts)
            swapped = code.replace(shape, f"({columns}, {rows})")
            yield Change("the lengths of the axes swapped", node, (swapped,))
            if columns == "1":
                yield Change("an axis lost", node, (code.replace(shape, f"({rows},)"),))


def other_shape_axis(node: ast.Subscript, code: Code) -> Iterator[Change]:
    """Turn ``X.shape[1]`` into ``X.shape[0]``."""
    if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        other = {"0": "1", "1": "0"}.get(code.text(node.slice))
        if other is not None:
            yield Change("the other axis", node, (code.replace(node.slice, other),))


def other_function(node: ast.Call, code: Code) -> Iterator[Change]:
    """Take a sum for a mean, ``rand`` for ``randn``, a sigmoid for a tanh."""
    name, callee = name_of(node), code.text(node.func)
    for other in TAKEN_FOR.get(name, ()) if "." in callee else ():
        text = callee[: -len(name)] + other
        yield Change(f"{name} became {other}", node, (code.replace(node.func, text),))
    if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred):
        for template in REWRITTEN.get(name, ()):
            text = template.format(code.text(node.args[0]), np="np")
            yield Change(f"{name} became another function", node, (code.replace(node, text),))


def not_drawn(node: ast.Call, code: Code) -> Iterator[Change]:
    """Turn ``np.random.randn(a, b)`` into ``np.zeros((a, b))``, and draw what should be zeros."""
    inside = ", ".join(map(code.text, node.args))
    match name_of(node):
        case "randn" | "rand" if node.args:
            text = f"np.zeros(({inside}{',' if len(node.args) == 1 else ''}))"
            yield Change("zeros for random numbers", node, (code.replace(node, text),))
        case "standard_normal" | "random" if len(node.args) == 1 and not node.keywords:
            yield Change(
                "zeros for random numbers", node, (code.replace(node, f"np.zeros({inside})"),)
            )
        case "zeros" if len(node.args) == 1 and not node.keywords:
            text = f"np.random.standard_normal({inside})"
            yield Change("random numbers for zeros", node, (code.replace(node, text),))


def drawn_alike(node: ast.Call, code: Code) -> Iterator[Change]:
    """Draw one row and repeat it, as hidden units that start as copies; or forget the signs."""
    if name_of(node) not in DRAWS or not (node.args or node.keywords):
        return
    yield Change("signs dropped", node, (code.replace(node, f"np.abs({code.text(node)})"),))
    if name_of(node) in ("randn", "rand") and len(node.args) == 2:
        rows, columns = map(code.text, node.args)
        text = f"{code.text(node.func)}(1, {columns}).repeat({rows}, axis=0)"
        yield Change("one row repeated", node, (code.replace(node, text),))


def whole_numbers(node: ast.Call, code: Code) -> Iterator[Change]:
    """Turn ``np.zeros(n)`` into ``np.zeros(n, dtype=int)``."""
    given = any(keyword.arg == "dtype" for keyword in node.keywords)
    if name_of(node) in SHAPED and len(node.args) == 1 + (name_of(node) == "full") and not given:
        text = _call(node, node.args, node.keywords, code, "dtype=int")
        yield Change("an array of whole numbers", node, (code.replace(node, text),))


def dropped_call(node: ast.Call, code: Code) -> Iterator[Change]:
    """Turn ``np.sqrt(x)`` into ``x``, and ``x.copy()`` too."""
    name, func = name_of(node), node.func
    if name in KEPT or not name or isinstance(code.parents[node], ast.Expr):
        return
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        kept: ast.expr = node.args[0]
    elif not node.args and isinstance(func, ast.Attribute):
        kept = func.value
    else:
        return
    if not isinstance(kept, ast.Constant | ast.GeneratorExp):
        yield Change(f"{name} dropped", node, (code.replace(node, code.text(kept)),))


def swapped_arguments(node: ast.Call, code: Code) -> Iterator[Change]:
    """Turn ``f(a, b)`` into ``f(b, a)``."""
    if name_of(node) in SYMMETRIC:
        return
    for one, other in zip(node.args, node.args[1:], strict=False):
        if not any(isinstance(a, ast.Starred) for a in (one, other)):
            yield Change("two arguments swapped", node, code.swap(one, other))


def _without(node: ast.Call, lost: ast.keyword, code: Code) -> Edit:
    keywords = [keyword for keyword in node.keywords if keyword is not lost]
    return code.replace(node, _call(node, node.args, keywords, code))


def _call(
    node: ast.Call,
    args: Sequence[ast.expr],
    keywords: Sequence[ast.keyword],
    code: Code,
    *more: str,
) -> str:
    return f"{code.text(node.func)}({', '.join([*map(code.text, [*args, *keywords]), *more])})"
