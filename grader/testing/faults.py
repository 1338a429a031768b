"""Collect what is wrong with several arrays, and fail once with everything said."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from grader.testing.failures import Diagnosis, fail

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


class Faults:
    """What a check has found so far: sentences for the student, by misconception."""

    def __init__(self) -> None:
        self._named: dict[str, list[str]] = {}
        self._unnamed: list[str] = []

    def add(self, misconception: str | None, sentence: str) -> None:
        """Note a fault; None when no misconception explains it exactly."""
        if misconception is None:
            self._unnamed.append(sentence)
        else:
            self._named.setdefault(misconception, []).append(sentence)

    def expect_shape(
        self,
        actual: npt.NDArray[Any],
        shape: tuple[int, ...],
        name: str,
        known: Mapping[tuple[int, ...], str] = MappingProxyType({}),
    ) -> None:
        """Note a wrong shape; `known` names those that a misconception explains."""
        if actual.shape != shape:
            misconception = known.get(actual.shape, "wrong-shape")
            self.add(misconception, f"{name} has shape {actual.shape} instead of {shape}")

    def report(self, headline: str, *lines: str) -> None:
        """Fail the running check when anything was noted; one diagnosis for each misconception.

        Of each misconception the first sentence is its evidence, the others are further lines.
        """
        if self._named or self._unnamed:
            diagnoses = [Diagnosis(name, said[0], seen=said) for name, said in self._named.items()]
            further = [sentence for said in self._named.values() for sentence in said[1:]]
            fail(headline, *further, *self._unnamed, *lines, diagnoses=diagnoses)
