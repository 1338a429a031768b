"""Execute the statements of one module one by one, and keep what became of each.

A statement that fails costs what it would have defined and nothing else. Nothing of the student's
may end this module's work: every exception is caught, also those that end a process.
"""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any

from grader.worker.awaiting import FLAG, evaluate, evaluate_within_loop
from grader.worker.clock import Clock, Stopped
from grader.worker.slicing import Choice, Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from grader.worker.extract import Statement
    from grader.worker.extract.listing import Block

    Bound = Callable[[Facts, str, Any], None]
    """Told of each name that a statement bound: the statement, the name, the value before."""


@dataclass
class Failure:
    """A statement that could not be executed."""

    facts: Facts
    error: BaseException
    line: int


@dataclass
class Execution:
    """The statements of one module in the module's own namespace."""

    names: dict[str, Any]
    """The module's namespace."""
    facts: Sequence[Facts]
    choice: Choice
    clock: Clock
    bound: Bound
    strictly: Callable[[], Any]
    """A context in which an import of a module that is not there fails, as it does in Python."""
    failures: dict[int, Failure] = field(default_factory=dict)
    """By the statement's place."""
    deleted: set[str] = field(default_factory=set)
    """Names that had a value until a statement took it away."""
    skipped: int = 0
    wanted: Sequence[Sequence[str]] = ()
    """What `run` was asked for."""
    _decisions: dict[Block, str] = field(default_factory=dict)
    """Which branch of an `if` its condition takes, once that was executed."""
    _wholes: dict[Block, bool] = field(default_factory=dict)
    """Whether a `try` was executed as one."""
    _added: dict[tuple[int, Any], Any] = field(default_factory=dict)
    """The owners of what was added, by their identities and the keys."""
    _givers: dict[int, Callable[[dict[str, Any], str], None]] = field(default_factory=dict)
    """What executes an addition, by its place, whose key cannot be computed again."""

    def run(self, wanted: Sequence[Sequence[str]], *, sliced: bool = True) -> None:
        """Execute all definitions, and of the rest what the `wanted` functions need.

        Each of `wanted` is a function by its names. Without `sliced`, nothing but definitions and
        values as they are written is executed.
        """
        self.wanted = wanted
        self._needed = self._chosen(wanted) if sliced else self._plain
        again = [p for p in range(len(self.facts)) if self._is_due(p) and not self._try(p)]
        # A name may be used above the cell that binds it: learners run cells in any order.
        while again:
            still = [p for p in again if self._is_unbound(p) and not self._try(p)]
            if len(still) == len(again):
                break
            again = still

    def needed(self, wanted: Sequence[Sequence[str]]) -> Collection[int]:
        """Return the places of what `wanted` functions need."""
        return self.choice.needed(wanted)

    def _chosen(self, wanted: Sequence[Sequence[str]]) -> dict[int, bool]:
        if all(f.statement.kind != "other" and not f.statement.inside for f in self.facts):
            return {}  # nothing but definitions: there is no choice
        return self.choice.needed(wanted)

    @cached_property
    def _plain(self) -> dict[int, bool]:
        plain = (p for p, f in enumerate(self.facts) if f.is_plain and not f.statement.inside)
        return dict.fromkeys(plain, True)

    def _try(self, place: int) -> bool:
        """Execute one statement; return False when it may succeed later: a name is missing."""
        error = self._execute(place)
        return not isinstance(error, NameError)

    def _is_unbound(self, place: int) -> bool:
        statement = self.facts[place].statement
        return statement.kind == "other" or not any(n in self.names for n in statement.names)

    def _is_due(self, place: int) -> bool:
        statement = self.facts[place].statement
        if (statement.kind == "other" or statement.main) and place not in self._needed:
            self.skipped += statement.kind == "other" and not statement.decides
            return False
        if not all(self._takes(block, branch) for block, branch in statement.inside):
            return False
        return self._needed.get(place, True) or self._adds(place)

    def _adds(self, place: int) -> bool:
        """Whether a statement gives an item or an attribute that no other gave before.

        What was added below the functions counts as not there: of two additions the last stays.
        """
        addition = self.facts[place].addition
        assert addition is not None
        try:
            with self.clock.limited():
                owner, key = addition.target(self.names)
                if (id(owner), key) not in self._added and not addition.is_new(owner, key):
                    return False
                self._added[id(owner), key] = owner  # which keeps its identity from others
        except BaseException:
            return False
        if addition.is_fleeting:
            self._givers[place] = partial(addition.give, owner, key)
        return True

    def _takes(self, block: Block, branch: str) -> bool:
        """Whether statements of this branch are executed one by one."""
        if isinstance(block.node, ast.Try):
            return not self._as_one(block)
        if block.is_main and branch == "body":
            return True  # it was chosen, though nobody runs the file as a script
        decision = self._decision(block)
        return decision is None or decision == branch

    def _decision(self, block: Block) -> str | None:
        """Return the branch that an `if` takes; None for both when that cannot be told.

        Its condition may read a file that is not there, or nobody needs what depends on it.
        """
        test = block.node.test  # type: ignore[union-attr]
        if isinstance(test, ast.Constant):
            return _branch(test.value)
        return self._decisions.get(block)

    def _as_one(self, block: Block) -> bool:
        """Execute a `try` as a whole where that is wanted; return whether it succeeded."""
        if block not in self._wholes:
            self._wholes[block] = self._is_wanted(block) and self._execute_whole(block)
        return self._wholes[block]

    def _is_wanted(self, block: Block) -> bool:
        """Whether all of a `try` is wanted: it defines things and does nothing besides."""
        statements = ((p, self.facts[p].statement) for p in self._inside(block))
        return all(s.kind != "other" or s.decides or p in self._needed for p, s in statements)

    def _inside(self, block: Block) -> list[int]:
        return self.choice.together(block)

    def _execute_whole(self, block: Block) -> bool:
        inside = [self.facts[place] for place in self._inside(block)]
        bound = {name: facts for facts in inside for name in facts.binds}
        before = {name: self.names.get(name) for name in bound}
        try:
            tree = ast.Module([block.node], [])
            code = compile(tree, block.label, "exec", FLAG, dont_inherit=True)
            with warnings.catch_warnings(), self.strictly(), self.clock.limited():
                warnings.simplefilter("ignore")
                evaluate(code, self.names)
        except BaseException:
            return False
        for name, facts in bound.items():
            if name in self.names:
                line = _first_line(self.names[name])
                executed = [f for f in inside if name in f.binds and _holds(f, line)]
                self.bound(executed[0] if executed else facts, name, before[name])
        return True

    def _execute(self, place: int) -> BaseException | None:
        """Execute one statement; return what it raised, which may be anything."""
        facts = self.facts[place]
        is_star = facts.statement.kind == "import" and not facts.binds
        before = dict(self.names) if is_star else {n: self.names.get(n, self) for n in facts.binds}
        bound = facts.deletes & self.names.keys()
        try:
            if facts.fault is not None:
                raise facts.fault
            assert facts.code is not None
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._exec(place, facts, facts.code)
        except BaseException as error:
            if isinstance(error, Stopped):
                self._give_back(before)
            line = line_within(error.__traceback__, facts.statement)
            self.failures[place] = Failure(facts, error.with_traceback(None), line)
            return error
        self.failures.pop(place, None)
        self.deleted.update(name for name in bound if name not in self.names)
        if is_star:
            before = _changed(before, self.names, self)
        for name, value in before.items():
            if name in self.names:
                self.bound(facts, name, None if value is self else value)
        return None

    def _exec(self, place: int, facts: Facts, code: CodeType) -> None:
        if facts.statement.kind != "other" or facts.is_plain:
            exec(code, self.names)  # noqa: S102 - this is what a worker is for
            return
        with self.clock.limited():
            if place in self._givers:
                self._givers[place](self.names, facts.statement.label)
            else:
                value = (evaluate_within_loop if facts.needs_loop else evaluate)(code, self.names)
                if facts.statement.decides:
                    self._decisions[facts.statement.decides] = _branch(value)

    def _give_back(self, before: dict[str, Any]) -> None:
        """Leave no half-made value behind."""
        for name, value in before.items():
            if value is self:
                self.names.pop(name, None)
            else:
                self.names[name] = value


def _branch(condition: Any) -> str:
    return "body" if condition else "orelse"


def _first_line(value: object) -> int:
    code = getattr(value, "__code__", None)
    return code.co_firstlineno if isinstance(code, CodeType) else 0


def _holds(facts: Facts, line: int) -> bool:
    """Whether a line is within a statement, its decorators included."""
    node = facts.statement.node
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    return bool(first <= line <= (node.end_lineno or 0))


def _changed(before: dict[str, Any], now: dict[str, Any], unbound: object) -> dict[str, Any]:
    """Return the values before of those names that stand for something else now."""
    return {n: before.get(n, unbound) for n, value in now.items() if before.get(n) is not value}


def line_within(trace: TracebackType | None, statement: Statement) -> int:
    """Return the last line of the statement's cell that the traceback passes."""
    line = statement.line
    for _ in range(100):
        if trace is None:
            break
        if trace.tb_frame.f_code.co_filename == statement.label:
            line = trace.tb_lineno or line
        trace = trace.tb_next
    return line
