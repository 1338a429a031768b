"""What a statement reads, binds and changes, told from its code object and its tree.

Names come from the bytecode, because there Python's own rules of scoping have been applied. What
is changed in place (`d["x"] = 3`, `K.append(1)`) only the tree shows.
"""

from __future__ import annotations
import __future__

import ast
import copy
import dis
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType
from typing import TYPE_CHECKING

from grader.worker.awaiting import FLAG, NEED_LOOP, START_LOOP
from grader.worker.slicing.statement import changes, values
from grader.worker.slicing.statement.parts import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grader.worker.extract import Statement
    from grader.worker.slicing.statement.values import Addition

_FUNCTION = 0x0001 | 0x0002  # CO_OPTIMIZED | CO_NEWLOCALS
_AT_ONCE = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})
_LOADS = {
    number: shift
    for name, shift in (
        ("LOAD_NAME", 0),
        ("LOAD_GLOBAL", 1),
        ("LOAD_FROM_DICT_OR_GLOBALS", 0),
    )
    if (number := dis.opmap.get(name)) is not None
}
_STORES = frozenset(dis.opmap[name] for name in ("STORE_NAME", "STORE_GLOBAL"))
_STORE_GLOBAL = dis.opmap["STORE_GLOBAL"]
_DELETES = frozenset(dis.opmap[name] for name in ("DELETE_NAME", "DELETE_GLOBAL"))
_NAMESPACES = ("globals", "locals", "vars")
_EXTENDED = dis.EXTENDED_ARG


def compiled(statement: Statement) -> CodeType:
    """Compile one statement; annotations are not evaluated, and an `assert` does nothing.

    A `del` of what was not needed, and so never bound, does nothing either.

    A name that is missing in an annotation breaks nothing that is judged. A student's own assert
    would turn one mistake into the failure of all that comes after it. The condition of an `if` is
    compiled as the expression that it is.
    """
    node, mode = _without_asserts(statement), "exec"
    tree: ast.Module | ast.Expression = ast.Module(
        [*_one_by_one(node)] if isinstance(node, ast.Delete) else [node], []
    )
    if statement.decides and isinstance(node, ast.If):
        tree, mode = ast.Expression(node.test), "eval"
    code: CodeType = compile(
        tree,
        statement.label,
        mode,
        flags=__future__.annotations.compiler_flag | FLAG,
        dont_inherit=True,
    )
    return code


def _without_asserts(statement: Statement) -> ast.stmt:
    """Return a statement in which no assertion ends what it does; the tree itself tells stubs, too.

    A statement that is nested too deeply to be copied keeps its assertions.
    """
    node = statement.node
    if "assert" in statement.text and any(map(_asserts, ast.walk(node))):
        with suppress(RecursionError):
            changed: ast.stmt = _WithoutAsserts().visit(copy.deepcopy(node))
            return changed
    return node


def _asserts(node: ast.AST) -> bool:
    """Whether a node is an assertion, as ``np.testing.assert_equal(a, b)`` of any library is."""
    if not isinstance(node, ast.Expr):
        return isinstance(node, ast.Assert)
    called = getattr(node.value, "func", None)
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name.startswith("assert")


def _one_by_one(node: ast.Delete) -> Iterator[ast.stmt]:
    """Yield what ``del a, b`` does, name by name, each in a `try`."""
    ignored = ast.ExceptHandler(None, None, [ast.Pass()])
    for target in node.targets:
        one = ast.Delete([target])
        part = ast.Try([one], [ignored], [], []) if isinstance(target, ast.Name) else one
        yield ast.fix_missing_locations(ast.copy_location(part, node))


def _taken_out(node: ast.stmt) -> set[str]:
    """Return the names that a statement takes out of the module: ``globals().pop("K")``."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner, attr="pop"), args=[key, *_])):
            pass
        case ast.Delete(targets=[ast.Subscript(value=owner, slice=key)]):
            pass
        case _:
            return set()
    space = owner.func if isinstance(owner, ast.Call) else None
    if isinstance(space, ast.Name) and space.id in _NAMESPACES and isinstance(key, ast.Constant):
        return {str(key.value)}
    return set()


class _WithoutAsserts(ast.NodeTransformer):
    """Takes away assertions that only end the function: none that binds a name, or is caught."""

    def visit_Try(self, node: ast.Try | ast.TryStar) -> ast.stmt:
        """Keep the assertions that a handler may catch; what is in the handlers is looked at."""
        for name in ("handlers", "orelse", "finalbody"):
            setattr(node, name, [self.visit(part) for part in getattr(node, name)])
        return node

    visit_TryStar = visit_Try  # noqa: N815

    def visit_Assert(self, node: ast.stmt) -> ast.stmt:
        """Leave a `pass` where an assertion stood."""
        binds = any(isinstance(inner, ast.NamedExpr) for inner in ast.walk(node))
        return node if binds else ast.copy_location(ast.Pass(), node)

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """Leave a `pass` where a call stood that is an assertion."""
        return self.visit_Assert(node) if _asserts(node) else node


@dataclass
class Facts:
    """What one statement has to do with names; empty when it cannot be compiled."""

    statement: Statement
    binds: set[str] = field(default_factory=set)
    """Names that it gives a value."""
    reads: set[str] = field(default_factory=set)
    """Names that it needs at once."""
    later: set[str] = field(default_factory=set)
    """Names that the functions in it need when they are called."""
    sets: set[str] = field(default_factory=set)
    """Names that the functions in it bind by ``global``."""
    deletes: set[str] = field(default_factory=set)
    """Names that have no value behind it."""
    words: set[str] = field(default_factory=set)
    """Every name in it, attributes too."""
    code: CodeType | None = None
    fault: BaseException | None = None
    """Why it could not be compiled."""

    @classmethod
    def of(cls, statement: Statement) -> Facts:
        """Look at one statement; never raise."""
        facts = cls(statement)
        try:
            facts.code = compiled(statement)
            facts._look(facts.code)
            facts.deletes |= _taken_out(statement.node)
        except Exception as fault:  # what parses need not compile: a `return` outside of functions
            facts = cls(statement, fault=fault.with_traceback(None))
        facts.binds |= set(statement.names)
        return facts

    @cached_property
    def changes(self) -> changes.Changes:
        """What it changes in place, and which names stand for parts of others."""
        return changes_of(self.statement.node)

    @property
    def needs_loop(self) -> bool:
        """Whether it starts what is to run in an event loop, and starts no loop itself."""
        return bool(self.words & NEED_LOOP) and not self.words & START_LOOP

    @cached_property
    def is_plain(self) -> bool:
        """Whether it only gives names a value that is written there, or none: it cannot fail."""
        node = self.statement.node
        if isinstance(node, ast.Delete):
            return all(isinstance(target, ast.Name) for target in node.targets)
        if not isinstance(node, ast.Assign):
            return False
        named = all(isinstance(target, ast.Name) for target in node.targets)
        return named and values.is_literal(node.value)

    @cached_property
    def is_number(self) -> bool:
        """Whether that value is a number or a text, or some of them that nobody can change."""
        value = getattr(self.statement.node, "value", None)
        return self.is_plain and value is not None and not values.is_changeable(value)

    @cached_property
    def is_none(self) -> bool:
        """Whether it is ``K = None``, which is no value yet."""
        value = getattr(self.statement.node, "value", None)
        return self.is_plain and isinstance(value, ast.Constant) and value.value is None

    @cached_property
    def is_empty(self) -> bool:
        """Whether it gives no value yet: nothing, or a container that is still to be filled."""
        node = self.statement.node
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            return False
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        named = all(isinstance(target, ast.Name) for target in targets)
        return self.is_none or (named and values.is_empty(node.value))

    @cached_property
    def addition(self) -> Addition | None:
        """The one item or attribute that it gives a value, if it does nothing else."""
        return values.addition(self.statement.node)

    @property
    def defines(self) -> bool:
        """Whether it is the definition of a function or a class, a lambda with a name included."""
        node = self.statement.node
        named = isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
        return named or self.statement.kind in ("function", "class")

    def _look(self, outermost: CodeType) -> None:
        """Note the names in a code object and in those within it, however deep they are."""
        waiting = [(outermost, True)]
        while waiting:
            code, at_once = waiting.pop()
            self.words.update(code.co_names)
            function = code.co_flags & _FUNCTION == _FUNCTION
            at_once = at_once and (not function or code.co_name in _AT_ONCE)
            own: set[str] = set()
            loaded: list[str] = []
            stored: list[str] = []
            for operation, name in _names(code):
                if operation in _DELETES:
                    self.deletes.update([name] if code is outermost else ())
                    continue
                (stored if operation in _STORES else loaded).append(name)
                if code is not outermost and operation in _STORES and operation != _STORE_GLOBAL:
                    own.add(name)  # an attribute of a class
            (self.reads if at_once else self.later).update(set(loaded) - own)
            (self.binds if at_once else self.sets).update(set(stored) - own)
            waiting += ((one, at_once) for one in code.co_consts if isinstance(one, CodeType))


def changes_of(node: ast.AST, *, inner: bool = False) -> changes.Changes:
    """Return what `node` changes, as `changes.of` does; nothing if it is nested too deeply."""
    try:
        found = changes.of(node, inner=inner)
        # What is looked at later is looked at now, where its depth costs this node alone.
        for call in (*found.calls, *found.results):
            [*call.given, *names_of(call)]
        for part in (*found.returned, *(part for _, part in (*found.aliases, *found.puts))):
            [*names_of(part)]
    except RecursionError:
        return changes.Changes()
    return found


def _names(code: CodeType) -> Iterator[tuple[int, str]]:
    """Yield each use of a global name: the operation, and the name."""
    text, names, extended = code.co_code, code.co_names, 0
    for place in range(0, len(text), 2):
        operation, argument = text[place], text[place + 1] | extended
        extended = argument << 8 if operation == _EXTENDED else 0
        if operation in _STORES or operation in _DELETES:
            yield operation, names[argument]
        elif (shift := _LOADS.get(operation)) is not None:
            yield operation, names[argument >> shift]
