"""Functions and classes that keep what they give, so that the next call gives the same again."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from grader.worker.slicing.statement import values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.worker.slicing.index import Index
    from grader.worker.slicing.statement.facts import Facts


def keeps(index: Index, definitions: Iterable[Facts]) -> bool:
    """Whether what is done to a result may be done to what one of the `definitions` keeps.

    That is a cache, a default that is filled, the one object of a class, or a list of a class that
    all its objects have.
    """
    waiting, seen = list(definitions), set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        node = one.statement.node
        if isinstance(node, ast.FunctionDef) and _is_kept_by_function(node):
            return True
        if isinstance(node, ast.ClassDef):
            if _is_kept_by_class(node) or any(map(index.functions, _makers(node))):
                return True
            above = [*node.bases, *(k.value for k in node.keywords if k.arg == "metaclass")]
            for base in above:
                waiting += index.definitions(base.id) if isinstance(base, ast.Name) else ()
    return False


def _is_kept_by_function(node: ast.FunctionDef) -> bool:
    defaults = [*node.args.defaults, *node.args.kw_defaults]
    return any("cache" in name for name in _makers(node)) or any(map(_is_container, defaults))


def _is_kept_by_class(node: ast.ClassDef) -> bool:
    """Whether a class gives one object again, or has a container that no method gives anew."""
    set_in_methods: set[str] = set()
    for one in ast.walk(node):
        if isinstance(one, ast.FunctionDef) and _makes_objects(one):
            return True
        if isinstance(one, ast.Assign):
            set_in_methods |= {t.attr for t in one.targets if isinstance(t, ast.Attribute)}
    own = (one for one in node.body if isinstance(one, ast.Assign) and _is_container(one.value))
    names = {t.id for one in own for t in one.targets if isinstance(t, ast.Name)}
    return not names <= set_in_methods


def _makes_objects(method: ast.FunctionDef) -> bool:
    """Whether a method decides which object a call of a class gives."""
    first = method.args.args[0].arg if method.args.args else ""
    return method.name in ("__new__", "__call__") and first == "cls"


def _makers(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """Return the last names of the decorators: ``lru_cache`` of ``functools.lru_cache()``."""
    makers = (one.func if isinstance(one, ast.Call) else one for one in node.decorator_list)
    return [getattr(one, "attr", getattr(one, "id", "")) for one in makers]


def _is_container(value: ast.expr | None) -> bool:
    return isinstance(value, ast.List | ast.Dict | ast.Set) or values.is_empty(value)
