"""Tell which newer version of Python's own library a statement was written for.

Only what cannot be otherwise is told: a name that this Python's library lacks, where nothing in the
statement chooses between versions.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Set
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from grader.worker.slicing import Facts

# What a program that computes may use; modules stand here too, for all that is in them.
_BROUGHT: Final = {
    (3, 12): """
        calendar.Day calendar.Month collections.abc.Buffer csv.QUOTE_NOTNULL csv.QUOTE_STRINGS
        inspect.markcoroutinefunction itertools.batched math.sumprod os.path.isjunction
        os.path.splitroot random.binomialvariate sys.last_exc sys.monitoring turtle.teleport
        types.get_original_bases typing.TypeAliasType typing.override
        """,
    (3, 13): """
        base64.z85decode base64.z85encode copy.replace enum.EnumDict glob.translate math.fma
        os.path.isreserved os.process_cpu_count pathlib.UnsupportedOperation queue.ShutDown
        re.PatternError statistics.kde statistics.kde_random types.CapsuleType typing.NoDefault
        typing.ReadOnly typing.TypeIs typing.get_protocol_members typing.is_protocol
        warnings.deprecated builtins.PythonFinalizationError
        """,
    (3, 14): """
        annotationlib ast.compare compression concurrent.futures.InterpreterPoolExecutor
        concurrent.interpreters decimal.IEEEContext fnmatch.filterfalse functools.Placeholder
        heapq.heapify_max heapq.heappop_max heapq.heappush_max heapq.heappushpop_max
        heapq.heapreplace_max io.Reader io.Writer operator.is_none operator.is_not_none
        pathlib.types string.templatelib turtle.fill turtle.no_animation turtle.poly
        typing.evaluate_forward_ref uuid.uuid6 uuid.uuid7 uuid.uuid8
        """,
    (3, 15): """
        builtins.frozendict builtins.sentinel math.fmax math.fmin math.integer math.isnormal
        math.issubnormal math.signbit re.prefixmatch typing.NoExtraItems typing.TypeForm
        typing.disjoint_base unicodedata.iter_graphemes
        """,
}
SINCE: Final = {name: version for version, text in _BROUGHT.items() for name in text.split()}
_MISSING: Final = {name: v for name, v in SINCE.items() if v > sys.version_info[:2]}
_WORDS: Final = frozenset(name.rpartition(".")[2] for name in _MISSING)


def needed(facts: Facts, names: Mapping[str, Any]) -> str:
    """Return the version that has what a statement takes from the library, empty for this one.

    names: what the statement's module has bound.
    """
    words = {part for word in facts.words for part in word.split(".")}
    if facts.statement.inside or words.isdisjoint(_WORDS):
        return ""
    unbound = {name for name in facts.reads | facts.later if name not in names}
    found = [
        version
        for node in _walked(facts.statement.node)
        for name in _taken(node, names, unbound)
        if (version := _since(name))
    ]
    return ".".join(map(str, max(found))) if found else ""


def _since(name: str) -> tuple[int, int] | None:
    """Return when the library got a name, or the module in which it is."""
    parts = name.split(".")
    known = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return next((_MISSING[one] for one in known if one in _MISSING), None)


def _walked(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but those of blocks that choose: a `try`, a question for the version."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        asks = isinstance(node, ast.If | ast.IfExp) and _asks(node.test)
        if not asks and not isinstance(node, ast.Try):
            yield node
            waiting += ast.iter_child_nodes(node)


def _asks(test: ast.expr) -> bool:
    words = {getattr(n, "attr", getattr(n, "id", "")) for n in ast.walk(test)}
    return not words.isdisjoint({"version_info", "hasattr"})


def _taken(node: ast.AST, names: Mapping[str, Any], unbound: Set[str]) -> Iterator[str]:
    """Yield what a node takes from the library by its full name."""
    if isinstance(node, ast.ImportFrom) and node.level == 0:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = names.get(node.value.id)
        if type(module) is ModuleType:
            yield f"{module.__name__}.{node.attr}"
    elif isinstance(node, ast.Name) and node.id in unbound:
        yield f"builtins.{node.id}"
