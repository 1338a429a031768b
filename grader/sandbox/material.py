"""What a worker is given of a submission and its exercise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.model.exercise import Function

Cells = Sequence[tuple[str, str]]
"""Pairs of label and source."""


@dataclass(frozen=True)
class Material:
    """What a worker is given of a submission and its exercise, all of it text."""

    cells: Cells
    """Of the answer: the file that counts."""
    helpers: str = ""
    starter: str = ""
    functions: Sequence[Function] = ()
    """The contract; without one, every function of the answer may be called."""
    path: str = ""
    """Of the answer, in what was handed in."""
    beside: Sequence[tuple[str, Cells]] = ()
    """The other files, with their paths: modules of the answer, and parts that go before it."""

    @property
    def texts(self) -> Cells:
        """The cells of all files."""
        return [*self.cells, *(cell for _, cells in self.beside for cell in cells)]

    def request(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "cells": [list(cell) for cell in self.cells],
            "path": self.path,
            "beside": [[path, [list(cell) for cell in cells]] for path, cells in self.beside],
            "helpers": self.helpers,
            "starter": self.starter,
            "contract": [_asked(function) for function in self.functions],
        }


def _asked(function: Function) -> dict[str, Any]:
    arguments = [
        {"name": p.name, "aliases": list(p.aliases), "optional": p.optional, "given": True}
        for p in function.parameters
    ]
    return {"names": [function.name, *function.aliases], "arguments": arguments}
