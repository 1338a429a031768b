"""Derive right and wrong answers from the reference, as far as that can honestly be done.

Every derivation is an edit of the reference's text: its return statements are replaced, its first
line is, or a line is added. What cannot be derived in this way is left to the author.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from json import dumps
from textwrap import indent

from grader.scaffold.kinds import Kind
from grader.scaffold.signatures import Function, Parameter, returns_of

Ending = Callable[[str], list[str]]
"""Takes the expression that is returned; gives the lines to put in its place."""


@dataclass(frozen=True)
class Derived:
    """An answer made from the reference."""

    name: str
    describes: str
    source: str
    misconception: str = ""
    """What a wrong one must be called; empty for a right one."""
    killed_by: str = ""
    """The check that must kill it, as it is called in an exercise of one function."""


class Reference:
    """The text of a reference, with the place of one function in it."""

    def __init__(self, source: str, function: Function) -> None:
        self.source, self.function = source, function
        self._lines = source.splitlines()
        tree = ast.parse(source)
        nodes = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
        self._node = next(n for n in nodes if n.name == function.name)
        self._others = [n for n in tree.body if n is not self._node]

    @property
    def is_used_by_others(self) -> bool:
        """Whether another function calls it: then a mistake in it shows elsewhere, too."""
        names = {n.id for o in self._others for n in ast.walk(o) if isinstance(n, ast.Name)}
        return self.function.name in names

    def ending(self, lines_for: Ending) -> str | None:
        """Replace every return statement; None when one cannot be replaced line by line."""
        lines = list(self._lines)
        for node in reversed(returns_of(self._node)):
            first, last = node.lineno - 1, node.end_lineno or node.lineno
            margin = self._lines[first][: node.col_offset]
            if margin.strip() or node.value is None:
                return None
            expression = ast.get_source_segment(self.source, node.value) or ""
            lines[first:last] = [margin + line for line in lines_for(expression)]
        text = "\n".join(lines) + "\n"
        return _with_numpy(text) if text != self.source else None

    def only_ending(self, lines_for: Ending) -> str | None:
        """Replace the return statement of a function that has one only."""
        return self.ending(lines_for) if len(returns_of(self._node)) == 1 else None

    def beginning(self, line: str) -> str | None:
        """Add a line in front of the body."""
        first = self._first_statement()
        if first is None:
            return None
        margin = " " * first.col_offset
        lines = list(self._lines)
        lines.insert(first.lineno - 1, margin + line)
        return "\n".join(lines) + "\n"

    def header(self, line: str) -> str | None:
        """Replace the line that defines the function."""
        body = self._node.body[0]
        if body.lineno == self._node.lineno:
            return None
        lines = list(self._lines)
        lines[self._node.lineno - 1 : body.lineno - 1] = [line]
        return "\n".join(lines) + "\n"

    def renamed(self, names: dict[str, str]) -> str:
        """Give the parameters other names wherever the function uses them."""
        spots: set[tuple[int, int, str]] = set()
        for node in ast.walk(self._node):
            match node:
                case ast.Name(id=name) | ast.arg(arg=name) if name in names:
                    spots.add((node.lineno, node.col_offset, name))
        lines = [line.encode() for line in self._lines]
        for number, column, name in sorted(spots, reverse=True):
            line = lines[number - 1]
            end = column + len(name.encode())
            lines[number - 1] = line[:column] + names[name].encode() + line[end:]
        return b"\n".join(lines).decode() + "\n"

    def _first_statement(self) -> ast.stmt | None:
        body = self._node.body
        has_docstring = ast.get_docstring(self._node, clean=False) is not None
        first = body[1 if has_docstring and len(body) > 1 else 0]
        return first if first.lineno > self._node.lineno else None


def variants(reference: Reference) -> Iterator[Derived]:
    """Yield right answers that are written differently."""
    function = reference.function
    names = {p.name: f"my_{p.name}" for p in function.parameters}
    if names:
        source = reference.renamed(names)
        yield Derived("other_argument_names", "other names for the arguments", source)
    single = _single_precision(function.returns)
    if single and (text := reference.ending(single)):
        yield Derived("single_precision", "single precision", text)


def mutants(reference: Reference) -> Iterator[Derived]:
    """Yield wrong answers, each with what it must be called."""
    if reference.is_used_by_others:
        return
    yield from _of_the_contract(reference)
    kind = reference.function.returns
    negative = _negative(kind)
    if negative and (text := reference.ending(negative)):
        yield Derived("negative", "the sign is turned", text, "wrong-sign", "values")
    turned = _turned(kind)
    if turned and (text := reference.ending(turned)):
        yield Derived("turned", "right numbers in another shape", text, "wrong-shape", "shape")
    for parameter in reference.function.parameters:
        yield from _of_a_parameter(reference, parameter)


def _of_the_contract(reference: Reference) -> Iterator[Derived]:
    """Yield answers that break what `exercise.toml` says of the function."""
    function, kind = reference.function, reference.function.returns
    if text := reference.header(f"def my_{function.name}({function.header.partition('(')[2]}"):
        yield Derived("other_name", "another name", text, "function-missing", "values")
    if function.parameters and (text := reference.header(f"def {function.name}():")):
        words = "takes its arguments from the notebook around it"
        yield Derived("no_arguments", words, text, "wrong-signature", "values")
    if kind.name == "any":
        return
    if text := reference.only_ending(lambda expression: [f"result = {expression}"]):
        yield Derived("forgets_return", "no return", text, "wrong-return-type", "values")
    if kind.name == "dict" and (text := reference.ending(_misspelt(kind.parts[-1][0]))):
        yield Derived("other_key", "a key in capitals", text, "wrong-return-keys", "values")
    if kind.name == "tuple" and (text := reference.ending(lambda e: [f"return ({e})[0]"])):
        yield Derived("first_only", "only the first value", text, "wrong-return-type", "values")
    if kind.is_numeric and (text := reference.ending(lambda e: [f"return str({e})"])):
        yield Derived("as_text", "what print would show", text, "wrong-return-type", "values")
    if kind.name in ("array", "number") and (
        text := reference.ending(lambda e: [f"return ({e}) * np.nan"])
    ):
        yield Derived("not_a_number", "ends in NaN", text, "nan-or-inf", "values")


def _of_a_parameter(reference: Reference, parameter: Parameter) -> Iterator[Derived]:
    name = parameter.name
    if parameter.other_value is not None:
        if text := reference.beginning(f"{name} = {parameter.default}"):
            words = f"the default, whatever {name} is"
            yield Derived(f"ignores_{name}", words, text, f"ignores-{name}", f"heeds_{name}")
    elif parameter.kind.name == "array":
        text = reference.only_ending(lambda e: [f"result = {e}", f"{name} += 1", "return result"])
        if text:
            words = f"changes the caller's {name}"
            yield Derived(f"changes_{name}", words, text, "mutates-input", "unchanged")


def _negative(kind: Kind) -> Ending | None:
    if kind.is_numeric:
        return lambda e: [f"return -({e})"]
    if not kind.parts or not kind.parts[0][1].is_numeric:
        return None
    if kind.name == "dict":
        first = kind.parts[0][0]
        change = f"result[{dumps(first)}] = -result[{dumps(first)}]"
        return lambda e: [f"result = {e}", change, "return result"]
    return lambda e: [f"first, *others = {e}", "return (-first, *others)"]


def _turned(kind: Kind) -> Ending | None:
    """Return what gives an array of known shape another one; a square's transpose has its own."""
    match kind.shape:
        case (rows, columns) if rows != columns:
            return lambda e: [f"return ({e}).T"]
        case (_,):
            return lambda e: [f"return np.reshape({e}, (1, -1))"]
    return None


def _single_precision(kind: Kind) -> Ending | None:
    if kind.name in ("array", "number"):
        return lambda e: [f"return np.float32({e})"]
    if not kind.numeric_parts:
        return None
    if kind.name == "dict":
        each = "{key: np.float32(value) for key, value in result.items()}"
    else:
        each = "tuple(np.float32(value) for value in result)"
    return lambda e: [f"result = {e}", f"return {each}"]


def _misspelt(key: str) -> Ending:
    other = key.upper() if key != key.upper() else key.lower()
    change = f"result[{dumps(other)}] = result.pop({dumps(key)})"
    return lambda e: [f"result = {e}", change, "return result"]


def _with_numpy(text: str) -> str:
    """Import numpy where the text uses it and does not."""
    body = ast.parse(text).body
    imported = {
        alias.asname for node in body if isinstance(node, ast.Import) for alias in node.names
    }
    if "np." not in text or "np" in imported:
        return text
    has_docstring = isinstance(body[0], ast.Expr)
    lines = text.splitlines()
    at = (body[0].end_lineno or 0) if has_docstring else 0
    lines[at:at] = ["", "import numpy as np"] if has_docstring else ["import numpy as np", "", ""]
    return "\n".join(lines) + "\n"


def blank_reference(functions: tuple[Function, ...]) -> str:
    """Return the reference of an author who has yet to write it."""
    return "\n\n\n".join(_blank(function) for function in functions) + "\n"


def _blank(function: Function) -> str:
    kind = function.returns
    names = [key for key, _ in kind.parts if key.isidentifier()] or ["result"]
    if kind.name == "dict" and len(names) == len(kind.parts):
        result = "{" + ", ".join(f'"{name}": {name}' for name in names) + "}"
    else:
        result = ", ".join(names)
    body = ["# FILL IN: the lines of the answer", f"{' = '.join(names)} = None", f"return {result}"]
    return f"{function.header}\n" + indent("\n".join(body), "    ")
