"""Find the blanks of a form that was given out, at which Python itself stops: ``y = ____ * x``."""

from __future__ import annotations

import ast
import re

from grader.worker.extract.idle import COMPOUND, names

_BLANK = re.compile(
    r"__+|todo|(?:fill_?(?:(?:me|this|it)_?)?in|your_?(?:code|answer|solution))(?:_?here)?",
    re.IGNORECASE,
).fullmatch
_DRAWN = re.compile("___+").fullmatch
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def is_blank(name: str) -> bool:
    """Whether a name stands for what is to be written: ``____``, ``FILL_IN``, ``TODO``."""
    return _BLANK(name) is not None


def ends_at_blank(body: list[ast.stmt]) -> bool:
    """Whether Python cannot pass these statements, because a blank was left among them."""
    for statement in body:
        match statement:
            case ast.For(body=inner) | ast.While(body=inner) | ast.With(body=inner):
                ends = ends_at_blank(inner)
            case ast.If(body=inner, orelse=other):
                ends = ends_at_blank(inner) and (not other or ends_at_blank(other))
            case ast.Try(body=inner, handlers=others):
                ends = all(map(ends_at_blank, [inner, *(other.body for other in others)]))
            case ast.Expr(value=ast.Name(id=name)) if is_blank(name):
                ends = True
            case _:
                ends = holds_blank(statement)
        if ends or any(isinstance(part, ast.Return) for part in ast.walk(statement)):
            return ends
    return False


def holds_blank(statement: ast.stmt) -> bool:
    """Whether a blank of a form that was given out stands in a line: ``y = ____ * x``."""
    return not isinstance(statement, (*COMPOUND, *_DEFINITIONS)) and any(
        _DRAWN(name.id) for name in names(statement, ast.Load)
    )
