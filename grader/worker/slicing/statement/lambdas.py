"""What functions without a name do where they are called, or given to a call."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from grader.worker.slicing.statement.parts import names_of, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def bodies(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what the lambdas of a call do, as if it stood there.

    Each of their parameters may be whatever else the call is given: ``D`` in ``(lambda d:
    d.clear())(D)`` and in ``map(lambda d: d.clear(), [D])``.
    """
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    owner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
    for one in (call.func, *given):
        if isinstance(one, ast.Lambda):
            defaults = [*one.args.defaults, *filter(None, one.args.kw_defaults)]
            others = [v for v in (owner, *given, *defaults) if not isinstance(v, ast.Lambda)]
            names = {n for v in others for part in parts_of(v) for n in names_of(part)}
            meant = ast.Tuple([ast.Name(name, ast.Load()) for name in sorted(names)], ast.Load())
            own = {inner.arg for inner in ast.walk(one.args) if isinstance(inner, ast.arg)}
            try:
                yield _Replaced(own, meant).visit(copy.deepcopy(one.body))
            except RecursionError:  # a sum of hundreds of terms
                yield one.body


class _Replaced(ast.NodeTransformer):
    """Puts one expression in the place of some names."""

    def __init__(self, names: set[str], by: ast.expr) -> None:
        self._names, self._by = names, by

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name that is one of them."""
        return self._by if node.id in self._names else node
