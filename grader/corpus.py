"""The corpus of an exercise: right answers written differently, and wrong answers with their name.

`solutions/<id>/corpus.toml` describes every file of `variants/` and `mutants/`; a file that it does
not mention, or an entry without a file, is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field, ValidationError, model_validator

from grader.catalog import ExerciseFolder, first_fault, read_toml
from grader.errors import CourseError
from grader.model.exercise import Model

Entry = TypeVar("Entry")

UNNAMED = "none"
ENDINGS = (".py", ".ipynb")


class Variant(Model):
    """A correct answer; it must lose no point."""

    describes: Annotated[str, Field(min_length=1)]


class Mutant(Model):
    """A wrong answer: who must kill it and what it must be called."""

    describes: Annotated[str, Field(min_length=1)]
    misconception: str | None = None
    """The one id that must be named; `none` when no id is exact enough and none may be."""
    misconceptions: tuple[str, ...] = ()
    """Several ids that must be named together."""
    killed_by: Annotated[tuple[str, ...], Field(min_length=1)]
    """The checks that must fail; others may."""

    @model_validator(mode="after")
    def _is_named_once(self) -> Mutant:
        if (self.misconception is None) == (not self.misconceptions):
            raise ValueError("needs `misconception` or `misconceptions`")
        return self

    @property
    def names(self) -> frozenset[str]:
        """The misconceptions that a report must name, no more and no fewer."""
        if self.misconceptions:
            return frozenset(self.misconceptions)
        return frozenset({str(self.misconception)}) - {UNNAMED}


class _Table(Model):
    variants: dict[str, Variant] = Field(default_factory=dict)
    mutants: dict[str, Mutant] = Field(default_factory=dict)


@dataclass(frozen=True)
class Corpus:
    """The answers with their files."""

    variants: dict[Path, Variant]
    mutants: dict[Path, Mutant]


def read_corpus(folder: ExerciseFolder) -> Corpus:
    """Read an exercise's corpus; raise CourseError when table and files disagree."""
    path = folder.staff / "corpus.toml"
    try:
        table = _Table.model_validate(read_toml(path))
    except ValidationError as error:
        raise CourseError(f"{path}: {first_fault(error)}") from None
    return Corpus(
        _with_files(folder.staff / "variants", table.variants),
        _with_files(folder.staff / "mutants", table.mutants),
    )


def _with_files(where: Path, entries: dict[str, Entry]) -> dict[Path, Entry]:
    files = {p.stem: p for p in sorted(where.glob("*")) if p.suffix in ENDINGS}
    if odd := sorted(files.keys() ^ entries.keys()):
        side = "is not in corpus.toml" if odd[0] in files else "has no file"
        raise CourseError(f"{where}: {odd[0]} {side}")
    return {files[name]: entry for name, entry in sorted(entries.items())}
