"""Settings of Python and of libraries that functions use without naming them.

Limits and precision decide whether a right function works, so they are set. What only shows more or
less (warnings, print options, styles of plots) is left alone, and so is what only raises more often
(`np.seterr`), unless a function catches what is raised.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.worker.slicing.statement.parts import DRAWS

if TYPE_CHECKING:
    from grader.worker.slicing.statement.facts import Facts


@dataclass(frozen=True)
class Setting:
    """A setting, by the words of what sets it and of what uses it."""

    setters: frozenset[str]
    """Functions that are called, or attributes that are given a value."""
    users: frozenset[str]
    """Words of the statements that use it; none when every statement may."""

    def is_set_by(self, facts: Facts) -> bool:
        """Whether a statement does nothing but set it: ``sys.setrecursionlimit(10**5)``."""
        if not self.setters & facts.words:
            return False
        match facts.statement.node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name))):
                return name in self.setters
            case ast.Assign(targets=[ast.Attribute(attr=name)]):
                return name in self.setters
        return False


SEED = Setting(frozenset({"seed", "set_seed", "manual_seed"}), DRAWS)
"""Where a generator starts: of use to what is drawn at once, as each call has a seed of ours."""
SETTINGS = (
    Setting(frozenset({"setrecursionlimit"}), frozenset()),
    Setting(frozenset({"prec", "setcontext"}), frozenset({"Decimal"})),
    Setting(frozenset({"seterr", "seterrcall"}), frozenset({"FloatingPointError"})),
)
