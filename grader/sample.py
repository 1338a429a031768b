"""A class to try things on: right, wrong, unfinished and broken answers from a course's corpora.

The same course always gives the same class, laid out as a real one: a folder per student, some
flat files, notebooks and `.py` files mixed, magics, plots, missing modules and training loops.
"""

from __future__ import annotations

import random
from itertools import cycle
from typing import TYPE_CHECKING, Final

from grader.atomic import make_folder, write_text
from grader.catalog import read_text
from grader.corpus import read_corpus
from grader.errors import UsageError
from grader.sample_answers import BROKEN, as_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from grader.catalog import Course, ExerciseFolder

STUDENTS: Final = (
    "Ada Lovelace", "Ahmed Hassan", "Aiko 山田", "Ana María García", "Björn Þórsson",
    "Chiamaka Okafor", "Chloé Dupont", "Daniel Kim", "Dmitri Иванов", "Elif Yildiz",
    "Emily Johnson", "Eszter Nagy", "Fatima علي", "Giulia Rossi", "Hana Nováková",
    "Ines Müller-Lüdenscheidt", "Jack O'Brien", "Jan van den Berg", "Kwame Mensah",
    "Lars Sørensen", "Lê Thị Hương", "Luca Bianchi", "Maria Παπαδοπούλου", "Mateo Fernández",
    "Mei-Ling Chen", "Nguyễn Văn An", "Olena Шевченко", "Paweł Wiśniewski", "Priya शर्मा",
    "Rahul Verma", "Sara Lindqvist", "Siobhán Ní Dhomhnaill", "Tomáš Dvořák", "Wanjiru Kamau",
    "Zoë de Vries", "김민수", "佐藤 花子", "李雷", "سارة أحمد", "مריم כהן",
)  # fmt: skip
_UNFINISHED, _WRONG = 0.08, 0.45
_ABSENT: Final = 0.1


def write_sample(course: Course, out: Path) -> list[Path]:
    """Write the class into the folder `out`, which must be new or empty; return its files.

    Raise UsageError when it is not, and CourseError when the course has no corpora.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is there already and is not an empty folder")
    answers = {folder.id: _Answers(folder) for folder in course.folders}
    written = []
    for number, student in enumerate(STUDENTS):
        for path, text in _handed_in(number, student, answers):
            make_folder((out / path).parent)
            write_text(out / path, text)
            written.append(out / path)
    return written


def _handed_in(
    number: int, student: str, answers: dict[str, _Answers]
) -> Iterator[tuple[str, str]]:
    """Yield the paths and texts of one student's files."""
    dice = random.Random(f"layout of {student}")  # noqa: S311
    flat, nested = number % 9 == 4, number % 9 == 7
    for position, (exercise, pool) in enumerate(answers.items()):
        broken = _broken(number, position, len(answers))
        if broken is None and position and dice.random() < _ABSENT:
            continue
        ending, text = pool.answer(dice, broken)
        if flat:
            yield f"{student}_{exercise}{ending}", text
        else:
            yield f"{student}/{'my work/' if nested else ''}{exercise}{ending}", text


def _broken(number: int, position: int, exercises: int) -> str | None:
    """Return the kind of a broken answer: each kind once, spread over students and exercises."""
    if number % 3 != 2:
        return None
    turn = number // 3
    if turn >= len(BROKEN) or turn % exercises != position:
        return None
    return list(BROKEN)[turn]


class _Answers:
    """The answers to one exercise, dealt in turn so that all of them occur."""

    def __init__(self, folder: ExerciseFolder) -> None:
        corpus = read_corpus(folder)
        dice = random.Random(f"answers to {folder.id}")  # noqa: S311
        variants, mutants = list(corpus.variants), list(corpus.mutants)
        dice.shuffle(variants)
        dice.shuffle(mutants)
        self._right, self._wrong = cycle(variants or [folder.reference]), cycle(mutants)
        self._any_wrong = bool(mutants)
        self._folder = folder

    def answer(self, dice: random.Random, broken: str | None) -> tuple[str, str]:
        """Return the ending and the text of one answer."""
        if broken is not None:
            return self._break(BROKEN[broken])
        chance = dice.random()
        if chance < _UNFINISHED:
            return self._dress(self._folder.starter, dice)
        wrong = chance < _WRONG and self._any_wrong
        return self._dress(next(self._wrong if wrong else self._right), dice)

    def _break(self, how: Callable[[str, str], tuple[str, str]]) -> tuple[str, str]:
        names = [f.name for f in self._folder.exercise.functions]
        return how(read_text(self._folder.reference), names[0])

    def _dress(self, path: Path, dice: random.Random) -> tuple[str, str]:
        """Return an answer as a `.py` file or as a notebook."""
        text = read_text(path)
        if path.suffix == ".ipynb" or dice.random() < 0.4:
            return path.suffix, text
        return ".ipynb", as_notebook(text, dice)
