"""Is a mutant a mistake at all? The reference and the mutant, side by side on random cases.

Theory of operation. Cases are drawn from the exercise's `cases.toml`. Every function of the
exercise is called with the same arguments and the same seed in both sources, each in a worker of
its own, and everything a hidden test could see is compared: data by the contract's `returns`,
arguments that were changed in place, exceptions, the end of a worker. What agrees in every case is
taken to be equal.

A function that draws gives other numbers when it draws in another order or with another sign, and
is as right as before. Where only such functions differ, many draws of both are compared as samples
(`distribution`); what cannot be told apart there, no check of one submission tells apart either.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from grader.catalog import ExerciseFolder, read_text
from grader.errors import CourseError
from grader.model.exercise import Function
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.session import Session
from grader.testing import contract, refusals
from grader.testing.cases import Case, read_cases
from grader.testing.failures import CheckFailed
from grader.testing.material import of_source
from grader.testing.proxy import derive_seed
from grader.testing.runner import load_reference
from grader.verify.distribution import alike
from grader.wire import Unsent
from grader.wire.messages import Argument, Returned

CASES: Final = 24
# In every so many-th case, arguments that have a default are left out.
DEFAULTED: Final = 12
RTOL: Final = 1e-9
# Sums in another order differ in the last places, also where they cancel.
ATOL: Final = 1e-12
DRAWS: Final = 400
DRAWN_CASES: Final = 2


@dataclass(frozen=True)
class Call:
    """One call of a function, to be made of two sources."""

    number: int
    function: Function
    arguments: tuple[Argument, ...]

    def seed(self, *more: object) -> int:
        """Return the seed of numpy in the worker; it depends on the call and on `more` alone."""
        return derive_seed("equivalence", self.number, self.function.name, *more)


@dataclass(frozen=True)
class Answer:
    """All that a hidden test could see of a call: a value and what was changed, or a failure."""

    value: Any = None
    changed: frozenset[str] = frozenset()
    failure: str = ""


class Comparison:
    """Holds sources against the reference of one exercise."""

    def __init__(self, folder: ExerciseFolder, path: Path, forkserver: Forkserver) -> None:
        """Draw the cases and ask the reference; raise CourseError when these do not fit."""
        self._folder, self._path = folder, path
        self._forkserver = forkserver
        self.calls = list(self._draw())
        self._right = list(self._ask_reference())
        self._samples: dict[str, list[list[Any]]] = {}

    def differing(self, source: str) -> set[str]:
        """Return functions that give something else than the reference's; none when it is equal.

        Looks no further when one of them draws nothing.
        """
        found: set[str] = set()
        with self._session(source) as session:
            for call, right in zip(self.calls, self._right, strict=True):
                name = call.function.name
                if name not in found and not same(_ask(session, call), right):
                    found.add(name)
                    if name not in self._drawing:
                        break
        return found

    def differs_by_chance(self, source: str, functions: set[str]) -> bool:
        """Whether these functions draw as the reference's do, though not the same numbers."""
        if functions - self._drawing:
            return False
        return all(self._is_drawn_alike(source, name) for name in sorted(functions))

    def _draw(self) -> Iterator[Call]:
        cases = read_cases(self._path)
        reference = load_reference(self._folder.reference, {})
        names = {function.name for function in self._folder.exercise.functions}
        if unknown := sorted(cases.functions.keys() - names):
            raise CourseError(f"{self._path}: functions: there is no function {unknown[0]}")
        for number in range(CASES):
            rng = np.random.default_rng([number, *self._folder.id.encode()])
            case = Case(cases, self._path, rng, reference)
            for function in self._folder.exercise.functions:
                given = case.arguments(function.name)
                if number % DEFAULTED == DEFAULTED - 1:
                    given = _needed(getattr(reference, function.name), given)
                yield Call(number, function, _bound(function, given))

    def _ask_reference(self) -> Iterator[Answer]:
        """Yield what the reference gives; its failure is a fault of the cases."""
        with self._session(read_text(self._folder.reference)) as session:
            for call in self.calls:
                answer = _ask(session, call)
                if answer.failure:
                    where = f"case {call.number} of {call.function.name}"
                    raise CourseError(f"{self._path}: {where}: the reference {answer.failure}")
                yield answer

    @cached_property
    def _drawing(self) -> set[str]:
        """The functions whose results depend on the seed."""
        with self._session(read_text(self._folder.reference)) as session:
            return {
                call.function.name
                for call, right in zip(self.calls, self._right, strict=True)
                if call.number < DRAWN_CASES and not same(_ask(session, call, "again"), right)
            }

    def _is_drawn_alike(self, source: str, name: str) -> bool:
        if name not in self._samples:
            self._samples[name] = self._sample(read_text(self._folder.reference), name, "right")
        ours = self._sample(source, name, "mutant")
        return all(alike(a, b) for a, b in zip(self._samples[name], ours, strict=True))

    def _sample(self, source: str, name: str, stream: str) -> list[list[Any]]:
        """Draw many results of one function, for each of a few cases."""
        calls = [c for c in self.calls if c.function.name == name and c.number < DRAWN_CASES]
        with self._session(source) as session:
            return [[_ask(session, c, stream, n).value for n in range(DRAWS)] for c in calls]

    def _session(self, source: str) -> Session:
        folder = self._folder
        given = of_source(folder, "mutant.py", source)
        return Session(self._forkserver, given, folder.exercise.limits)


def _ask(session: Session, call: Call, *stream: object) -> Answer:
    function = call.function
    try:
        names = (function.name, *function.aliases)
        reply = session.call(names, call.arguments, call.seed(*stream))
    except WorkerLost as lost:
        return Answer(failure=f"ended with {lost.outcome}: {lost.detail}")
    if not isinstance(reply, Returned):
        return Answer(failure=f"gave no value: {reply}")
    for part, item in refusals.unsent_in(reply.value):
        part.fault = refusals.refused(function.name, item, "")
    try:
        value = contract.validate(function.returns, reply.value, "the result")
    except CheckFailed as failed:
        return Answer(failure=f"broke its contract: {failed.headline}")
    if function.returns.keys:  # more keys than these are the author's own business
        value = {key: value[key] for key in function.returns.keys}
    return Answer(value, frozenset(reply.changed))


def _needed(function: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments without those that have a default."""
    parameters = inspect.signature(function).parameters
    needed = [n for n, p in parameters.items() if p.default is p.empty and n in given]
    return {name: given[name] for name in needed}


def _bound(function: Function, given: dict[str, Any]) -> tuple[Argument, ...]:
    return tuple(
        Argument(p.name, given.get(p.name, p.when_required), p.aliases, p.optional, p.name in given)
        for p in function.parameters
    )


def same(one: Answer, other: Answer) -> bool:
    """Whether two calls ended alike; two that failed did, if they failed in the same way."""
    if one.failure or other.failure:
        return one.failure == other.failure
    return one.changed == other.changed and same_values(one.value, other.value)


def same_values(one: Any, other: Any) -> bool:
    """Whether two plain values are equal: kind, shape, and numbers up to rounding."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_values(one[k], other[k]) for k in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same_values, one, other))
    if isinstance(one, _NUMBERS) and isinstance(other, _NUMBERS):
        return _same_numbers(np.asarray(one), np.asarray(other))
    if isinstance(one, Unsent) and isinstance(other, Unsent):
        return one.type == other.type
    return type(one) is type(other) and one == other


def _same_numbers(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> bool:
    if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
        return False
    if one.dtype.kind not in "fc":
        return bool(np.array_equal(one, other))
    largest = float(np.max(np.abs(other), initial=1.0, where=np.isfinite(other)))
    return bool(np.allclose(one, other, rtol=RTOL, atol=ATOL * largest, equal_nan=True))


_NUMBERS: Final = (bool, int, float, complex, np.ndarray, np.generic)
