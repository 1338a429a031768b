"""What an argument or a result is, in the words of `grader new --function`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Final, Literal

Name = Literal["array", "number", "integer", "flag", "text", "dict", "tuple", "any"]

WORDS: Final[dict[str, Name]] = {
    "array": "array", "ndarray": "array", "number": "number", "float": "number",
    "integer": "integer", "int": "integer", "flag": "flag", "bool": "flag",
    "text": "text", "str": "text", "any": "any",
}  # fmt: skip
_OF_DEFAULTS: Final[tuple[tuple[type, Name], ...]] = (
    (bool, "flag"), (int, "integer"), (float, "number"), (str, "text"),
)  # fmt: skip
NUMERIC: Final = ("array", "number", "integer")


class NotAKind(Exception):
    """An annotation says nothing that is known here."""


@dataclass(frozen=True)
class Kind:
    """What a value is; `guessed` when nobody said so."""

    name: Name
    shape: tuple[str | int, ...] | None = None
    """The lengths of an array's axes, names of sizes or numbers; None when nobody said."""
    parts: tuple[tuple[str, Kind], ...] = ()
    """The keys of a dict or the items of a tuple, in order."""
    guessed: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether it is a number or an array of numbers."""
        return self.name in NUMERIC

    @property
    def numeric_parts(self) -> bool:
        """Whether it is a dict or a tuple all of whose parts are numbers or arrays."""
        return bool(self.parts) and all(part.is_numeric for _, part in self.parts)

    def sizes(self) -> list[str]:
        """Return the names of the sizes that its shapes mention, in order."""
        own = [length for length in self.shape or () if isinstance(length, str)]
        return own + [size for _, part in self.parts for size in part.sizes()]

    def words(self) -> str:
        """Say what it is, as a docstring does."""
        if self.name == "dict":
            return "a dict with " + listed([f"{key} ({part.words()})" for key, part in self.parts])
        if self.name == "tuple":
            return listed([part.words() for _, part in self.parts])
        if self.name == "array" and self.shape is not None:
            return f"an array of shape {shape_text(self.shape)}"
        plain = {
            "array": "an array", "number": "a number", "integer": "a whole number",
            "flag": "True or False", "text": "text",
        }  # fmt: skip
        return plain.get(self.name, "a value")


def listed(words: list[str]) -> str:
    """Return ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shape_text(shape: tuple[str | int, ...]) -> str:
    """Return a shape as Python writes it: ``(n, m)``, ``(n,)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def kind_of(annotation: ast.expr) -> Kind:
    """Return the kind that an annotation means; raise NotAKind when it means none."""
    match annotation:
        case ast.Name(id=word) | ast.Attribute(attr=word) if word in WORDS:
            return Kind(WORDS[word])
        case ast.Call(func=ast.Name(id="array"), args=[_, *_] as lengths, keywords=[]):
            return Kind("array", tuple(_length(length) for length in lengths))
        case ast.Tuple(elts=[_, _, *_] as items):
            named = enumerate(items, 1)
            return Kind("tuple", parts=tuple((f"value_{i}", kind_of(item)) for i, item in named))
        case ast.Set(elts=keys):
            return Kind("dict", parts=tuple((_key(key), Kind("array")) for key in keys))
        case ast.Dict(keys=[_, *_] as named_keys, values=values):
            pairs = zip(named_keys, values, strict=True)
            return Kind("dict", parts=tuple((_key(key), kind_of(value)) for key, value in pairs))
    raise NotAKind(ast.unparse(annotation))


def kind_of_default(value: object) -> Kind | None:
    """Return the kind of a parameter that has this default."""
    for type_, name in _OF_DEFAULTS:
        if isinstance(value, type_):
            return Kind(name)
    return None


def _length(node: ast.expr) -> str | int:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value >= 0:
        return node.value
    raise NotAKind(f"the length {ast.unparse(node)}")


def _key(node: ast.expr | None) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise NotAKind("a key that is not a name")
