"""Read what `grader new` is told of functions: signatures, or an answer that is written already."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import Final

from grader.errors import UsageError
from grader.scaffold.kinds import Kind, NotAKind, kind_of, kind_of_default

EXAMPLE: Final = '"name(x: array(n, m), axis=0) -> array(m)"'
KINDS: Final = "array, array(n, m), number, integer, flag, text, any, {key: array}, (array, number)"


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function to write."""

    name: str
    kind: Kind
    default: str | None = None
    """The default as Python writes it; None when there is none."""

    @property
    def text(self) -> str:
        """The parameter as it stands in a signature."""
        return self.name if self.default is None else f"{self.name}={self.default}"

    @property
    def value(self) -> object:
        """The default's value; None also when it is no plain value."""
        try:
            return ast.literal_eval(self.default or "None")
        except ValueError:
            return None

    @property
    def other_value(self) -> str | None:
        """A value other than the default, as Python writes it; None when none can be told."""
        match self.value:
            case bool(value):
                return str(not value)
            case int(value):
                return str(value + 1)
            case float(value):
                # Twice something tiny, an epsilon say, would change nothing that can be seen.
                return str(2 * value if abs(value) > 1e-3 else 1.0)
        return None


@dataclass(frozen=True)
class Function:
    """A function to write: its parameters and what it returns."""

    name: str
    parameters: tuple[Parameter, ...]
    returns: Kind
    docstring: str = ""

    @property
    def header(self) -> str:
        """The first line of its definition."""
        return f"def {self.name}({', '.join(p.text for p in self.parameters)}):"

    def call(self, of: str) -> str:
        """Return a call of it as an attribute of `of`, with the values of a case."""
        return f"{of}.{self.name}({', '.join(f'case.{p.name}' for p in self.parameters)})"

    @property
    def heeded(self) -> tuple[Parameter, ...]:
        """The parameters for which a value other than the default can be told."""
        return tuple(p for p in self.parameters if p.other_value is not None)


def parse_signature(text: str) -> Function:
    """Read ``name(arg, arg=default)``; raise UsageError saying what is wrong with it.

    Arguments and result may say what they are: ``name(x: array(n, m)) -> array(m)``.
    """
    said = f"--function {text!r}"
    try:
        definition = ast.parse(f"def {text.strip().removeprefix('def ').rstrip(':')}: pass").body
    except SyntaxError:
        raise UsageError(f"{said} is no signature; write for example {EXAMPLE}") from None
    if len(definition) != 1 or not isinstance(definition[0], ast.FunctionDef):
        raise UsageError(f"{said} is no signature; write for example {EXAMPLE}")
    try:
        return _function(definition[0], strict=True)
    except NotAKind as unknown:
        raise UsageError(f"{said}: {unknown} is none of the kinds: {KINDS}") from None
    except ValueError as error:
        raise UsageError(f"{said}: {error}") from None


def read_answer(source: str, name: str) -> tuple[Function, ...]:
    """Return the functions of an answer that is there; `name` is what it is called in errors."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise UsageError(f"{name}, line {error.lineno}: {error.msg}") from None
    nodes = [n for n in tree.body if isinstance(n, ast.FunctionDef) and not n.name.startswith("_")]
    if not nodes:
        raise UsageError(f"{name} defines no function that students could write")
    try:
        return tuple(_function(node, strict=False) for node in nodes)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None


def merged(told: Function, found: Function) -> Function:
    """Return a function of an answer with what --function says of it."""
    names = [p.name for p in told.parameters]
    if names != [p.name for p in found.parameters]:
        raise UsageError(
            f"--function says {told.header[4:-1]}, the reference has {found.header[4:-1]}"
        )
    returns = found.returns if told.returns.guessed else told.returns
    return replace(told, returns=returns, docstring=found.docstring)


def _function(node: ast.FunctionDef, *, strict: bool) -> Function:
    arguments = node.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        raise ValueError(f"{node.name}: parameters are plain names, without * and /")
    defaults: list[ast.expr | None] = [None] * (len(arguments.args) - len(arguments.defaults))
    pairs = zip(arguments.args, [*defaults, *arguments.defaults], strict=True)
    parameters = tuple(_parameter(argument, default, strict) for argument, default in pairs)
    returns = _kind(node.returns, strict) or _returned(node) or Kind("array", guessed=True)
    docstring = ast.get_docstring(node, clean=False) or ""
    return Function(node.name, parameters, returns, docstring)


def _parameter(argument: ast.arg, default: ast.expr | None, strict: bool) -> Parameter:
    kind = _kind(argument.annotation, strict)
    parameter = Parameter(
        argument.arg, Kind("array", guessed=True), None if default is None else ast.unparse(default)
    )
    kind = kind or kind_of_default(parameter.value) or parameter.kind
    return replace(parameter, kind=kind)


def _kind(annotation: ast.expr | None, strict: bool) -> Kind | None:
    if annotation is None:
        return None
    try:
        return kind_of(annotation)
    except NotAKind:
        if strict:
            raise
        return None


def returns_of(node: ast.FunctionDef) -> list[ast.Return]:
    """Return the return statements of a function in their order, without those of inner ones."""
    found: list[ast.Return] = []
    waiting: list[ast.AST] = list(reversed(node.body))
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, ast.Return):
            found.append(inner)
        elif not isinstance(inner, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            waiting += reversed(list(ast.iter_child_nodes(inner)))
    return found


def _returned(node: ast.FunctionDef) -> Kind | None:
    """Return the kind that the last return statement shows: a dict with keys, or several values."""
    values = [statement.value for statement in returns_of(node)]
    match values[-1] if values else None:
        case ast.Dict(keys=[_, *_] as keys) if all(isinstance(key, ast.Constant) for key in keys):
            names = [str(key.value) for key in keys if isinstance(key, ast.Constant)]
            return Kind("dict", parts=tuple((name, Kind("array")) for name in names))
        case ast.Tuple(elts=[_, _, *_] as items):
            places = range(1, len(items) + 1)
            return Kind("tuple", parts=tuple((f"value_{i}", Kind("array")) for i in places))
    return None
