"""Decide which top-level expressions are constants: cheap to evaluate, drawn from nothing outside.

The point is not safety, which the sandbox gives, but time and blame: a training loop or a file that
is missing must not cost a student the functions beside it.
"""

from __future__ import annotations

import ast

LONGEST_EXPRESSION = 20_000
"""Nodes of the largest constant that is kept."""
LARGEST_EXPONENT = 64

_NODES = (
    ast.Attribute,
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.Constant,
    ast.Dict,
    ast.IfExp,
    ast.List,
    ast.Name,
    ast.Set,
    ast.Slice,
    ast.Starred,
    ast.Subscript,
    ast.Tuple,
    ast.UnaryOp,
    ast.boolop,
    ast.cmpop,
    ast.expr_context,
    ast.keyword,
    ast.operator,
    ast.unaryop,
)
_PLAIN_CALLS = frozenset(
    {
        *("abs", "bool", "complex", "dict", "float", "frozenset", "int", "len", "list", "max"),
        *("min", "range", "round", "set", "slice", "str", "tuple"),
        *("defaultdict", "namedtuple", "OrderedDict", "partial", "TypeVar"),
    }
)
_NUMPY_CALLS = frozenset(
    {
        *("arange", "array", "asarray", "diag", "eye", "full", "identity", "linspace", "matrix"),
        *("ones", "reshape", "zeros"),
        *("dtype", "finfo", "float32", "float64", "int32", "int64"),
        *("cos", "exp", "log", "log10", "log2", "power", "sin", "sqrt", "tanh", "vectorize"),
        *("default_rng", "Generator", "RandomState"),
    }
)
_MODULES = frozenset({"np", "numpy", "math", "functools", "collections", "random"})


def is_constant(expression: ast.expr) -> bool:
    """Whether `expression` is a literal, a lambda or plain arithmetic and a few numpy calls."""
    waiting: list[ast.AST] = [expression]
    count = 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > LONGEST_EXPRESSION:
            return False
        if isinstance(node, ast.Lambda):
            waiting += [d for d in (*node.args.defaults, *node.args.kw_defaults) if d]
        elif _is_allowed(node):
            waiting += ast.iter_child_nodes(node)
        else:
            return False
    return True


def _is_allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return _is_known_function(node.func)
    if isinstance(node, ast.BinOp):
        return _is_bounded(node)
    return isinstance(node, _NODES)


def _is_known_function(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in _PLAIN_CALLS or function.id in _NUMPY_CALLS
    if not isinstance(function, ast.Attribute):
        return False
    root: ast.expr = function.value
    while isinstance(root, ast.Attribute):
        root = root.value
    allowed = function.attr in _NUMPY_CALLS or function.attr in _PLAIN_CALLS
    if isinstance(root, ast.Name) and root.id in _MODULES:
        return allowed
    # np.array([...]).reshape(2, 3) and np.arange(6).T
    return function.attr in ("reshape", "astype", "copy")


def _is_bounded(node: ast.BinOp) -> bool:
    """Whether a power or a shift cannot run away: ``10 ** 10 ** 10`` would take for ever."""
    if isinstance(node.op, ast.LShift | ast.Pow):
        exponent = node.right.operand if isinstance(node.right, ast.UnaryOp) else node.right
        if isinstance(exponent, ast.Constant) and isinstance(exponent.value, int | float):
            small = abs(exponent.value) <= LARGEST_EXPONENT
            return small and not isinstance(node.left, ast.BinOp)
        # a root: 2 ** (1 / 3)
        return isinstance(exponent, ast.BinOp) and isinstance(exponent.op, ast.Div)
    return True
