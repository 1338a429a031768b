"""Draw inputs for an exercise's functions from its `cases.toml`, on the trusted side.

`read_cases` reads the file, `draw` makes one case from it. A hidden test gets one through the
`case` fixture; `grader verify` draws many, to tell wrong answers from those that are only written
differently. Both depend on the generator that they are given and on nothing else.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from pydantic import ValidationError

from grader.catalog import read_toml
from grader.errors import CourseError
from grader.model.cases import Cases, Shape, Value

NAME = "cases.toml"
TRIES = 10_000


def read_cases(path: Path) -> Cases:
    """Return what a `cases.toml` says; raise CourseError naming the file, the key and the fault."""
    try:
        return Cases.model_validate(read_toml(path))
    except ValidationError as error:
        fault = error.errors()[0]
        said = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            said = "there is no such key"
        place = ".".join(map(str, fault["loc"])).replace("list_", "list")
        raise CourseError(f"{path}: {f'{place}: ' if place else ''}{said}") from None


class Case:
    """One case: its sizes, and values that are drawn when they are first asked for."""

    def __init__(
        self, cases: Cases, path: Path, rng: np.random.Generator, reference: SimpleNamespace
    ) -> None:
        """Draw the sizes; `path` is what faults are blamed on."""
        self._cases, self._path, self._reference = cases, path, reference
        self.sizes = _draw_sizes(cases, rng)
        # A generator for each value: none changes because another one is asked for or not.
        self._seed = int(rng.integers(2**63))
        self._drawn: dict[tuple[str, str], Any] = {}
        self._pending: list[tuple[str, str]] = []

    def namespace(self) -> SimpleNamespace:
        """Return the sizes and all that `[values]` names, for a hidden test."""
        values = {name: self.value(name) for name in self._cases.values}
        return SimpleNamespace(**(self.sizes | values))

    def arguments(self, function: str) -> dict[str, Any]:
        """Return the arguments of one function of the reference, by name.

        Parameters that have a default are there when the case has a value for them.
        """
        found = {}
        for name, parameter in inspect.signature(self._function(function)).parameters.items():
            if self.has(name, function):
                found[name] = self.value(name, function)
            elif parameter.default is parameter.empty:
                raise CourseError(f"{self._path}: there is no value for {name} of {function}")
        return found

    def has(self, name: str, function: str = "") -> bool:
        """Whether a parameter has a value."""
        return name in self._cases.values or name in self._cases.functions.get(function, ())

    def value(self, name: str, function: str = "") -> Any:
        """Return the value of a parameter, its own or the one that all functions share."""
        own = self._cases.functions.get(function, {})
        table, key = (own, (function, name)) if name in own else (self._cases.values, ("", name))
        if key not in self._drawn:
            if key in self._pending:
                raise self._fault(key, "needs itself to be computed")
            self._pending.append(key)
            rng = np.random.default_rng([self._seed, *"/".join(key).encode()])
            self._drawn[key] = self._draw(table[name], key, rng)
            self._pending.pop()
        return self._drawn[key]

    def _draw(self, value: Value, key: tuple[str, str], rng: np.random.Generator) -> Any:
        if value.kind == "result":
            return self._result(value, key)
        if value.dict_ is not None:
            return {name: self._draw(inner, key, rng) for name, inner in value.dict_.items()}
        return DRAW[value.kind](value, rng, self.sizes)

    def _result(self, value: Value, key: tuple[str, str]) -> Any:
        name = str(value.result)
        arguments = deepcopy(self.arguments(name))
        try:
            with _seeded(self._seed):
                result = self._function(name)(**arguments)
            return result if value.item is None else result[value.item]
        except CourseError:
            raise
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise self._fault(key, f"{name} of the reference raised {said}") from None

    def _function(self, name: str) -> Callable[..., Any]:
        function = getattr(self._reference, name, None)
        if not callable(function):
            raise CourseError(f"{self._path}: the reference has no function {name}")
        found: Callable[..., Any] = function
        return found

    def _fault(self, key: tuple[str, str], text: str) -> CourseError:
        place = f"functions.{key[0]}" if key[0] else "values"
        return CourseError(f"{self._path}: {place}.{key[1]}: {text}")


def draw(
    cases: Cases, path: Path, rng: np.random.Generator, reference: SimpleNamespace
) -> SimpleNamespace:
    """Return one case as a hidden test sees it: every size and value by its name."""
    return Case(cases, path, rng, reference).namespace()


def _draw_sizes(cases: Cases, rng: np.random.Generator) -> dict[str, int]:
    """Draw sizes until no two are equal; the model has made sure that there are such sizes."""
    for _ in range(TRIES):
        drawn = {
            name: int(rng.integers(*ends, endpoint=True)) for name, ends in cases.sizes.items()
        }
        if len(set(drawn.values())) == len(drawn):
            return drawn
    raise CourseError(f"sizes that are all different are too rare in: {', '.join(cases.sizes)}")


def _lengths(shape: Shape | None, sizes: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(entry if isinstance(entry, int) else sizes[entry] for entry in shape or ())


def _plain(array: Any) -> Any:
    """Return an array as it is, and a single number as Python's."""
    return array if np.ndim(array) else np.asarray(array).item()


def _normal(value: Value, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
    return _plain(rng.normal(value.centre, value.scale, _lengths(value.normal, sizes)))


def _uniform(value: Value, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
    low, high = value.uniform or (0.0, 0.0)
    return _plain(rng.uniform(low, high, _lengths(value.shape, sizes)))


def _integer(value: Value, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
    low, high = value.integer or (0, 0)
    return _plain(rng.integers(low, high, _lengths(value.shape, sizes), endpoint=True))


def _binary(value: Value, rng: np.random.Generator, sizes: Mapping[str, int]) -> Any:
    lengths = _lengths(value.binary, sizes)
    # Ones and zeros in unequal numbers, so that taking one for the other shows.
    labels = np.resize([1.0, 0.0, 1.0], int(np.prod(lengths)))
    return _plain(rng.permutation(labels).reshape(lengths))


def _choice(value: Value, rng: np.random.Generator, _: Mapping[str, int]) -> Any:
    options = value.choice or (None,)
    return options[int(rng.integers(len(options)))]


def _list(value: Value, _: np.random.Generator, sizes: Mapping[str, int]) -> Any:
    return [sizes[entry] if isinstance(entry, str) else entry for entry in value.list_ or ()]


DRAW: dict[str, Callable[[Value, np.random.Generator, Mapping[str, int]], Any]] = {
    "normal": _normal,
    "uniform": _uniform,
    "integer": _integer,
    "binary": _binary,
    "choice": _choice,
    "list": _list,
    "size": lambda value, _, sizes: sizes[str(value.size)],
    "constant": lambda value, *_: deepcopy(value.constant),
}


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed numpy's global generator for a reference that draws from it, and put it back."""
    state = np.random.get_state()
    np.random.seed(seed % 2**32)
    try:
        yield
    finally:
        np.random.set_state(state)
