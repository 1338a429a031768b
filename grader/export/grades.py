"""What files about a whole class share: grades by student, and maxima."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.export.cells import cell_number
from grader.export.document import OUR_FAULT, Document, Entry, Left, is_graded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from grader.model.feedback import StudentFeedback
    from grader.model.submission import Student


@dataclass
class Grades:
    """One student's graded exercises."""

    student: Student
    by_exercise: dict[str, StudentFeedback] = field(default_factory=dict)

    def left(self, reason: str) -> list[Left]:
        """Return that all of it cannot be exported; a student without a grade is named."""
        submissions = [f.submission.id for f in self.by_exercise.values()]
        return [Left(name, reason) for name in submissions or [self.student.label]]


def by_student(
    entries: Iterable[Entry],
    left: list[Left],
    identities: Sequence[str],
    students: Iterable[Student] = (),
) -> list[Grades]:
    """Gather graded entries by student, in their order; what has no grade is added to `left`.

    `students` come first, graded or not. Students of whom another one has an identity, of those
    that the system may join on, are added to `left` too: it would keep the last of their grades,
    or refuse the whole file.
    """
    # A number that counts in one assignment is nobody's where the system does not join on it.
    one = {} if "participant" in identities else {"participant": None}
    found: dict[Student, Grades] = {}
    for known in students:
        student = known.model_copy(update=one)
        found.setdefault(student, Grades(student))
    for entry in entries:
        feedback = entry.feedback
        if is_graded(feedback):
            student = feedback.submission.student.model_copy(update=one)
            grades = found.setdefault(student, Grades(student))
            grades.by_exercise[feedback.exercise.id] = feedback
        else:
            left.append(Left(feedback.submission.id, OUR_FAULT))
    count = Counter(key for student in found for key in _identities(student, identities))
    told_apart = []
    for student, grades in found.items():
        twins = [key for key in _identities(student, identities) if count[key] > 1]
        if twins:
            what, text = twins[0]
            reason = f"another student has the same {what.replace('_', ' ')}, {text}"
            left += grades.left(reason)
        else:
            told_apart.append(grades)
    return told_apart


def _identities(student: Student, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        text = getattr(student, name)
        if text:
            yield name, text.casefold()


def titles(class_grades: Iterable[Grades]) -> dict[str, str]:
    """Return the title of each exercise that somebody has a grade for, in order of appearance."""
    return {e: f.exercise.title for g in class_grades for e, f in g.by_exercise.items()}


def points_for(feedback: StudentFeedback, maximum: float | None, *, scale: bool, where: str) -> str:
    """Return points as an LMS with this `maximum` takes them, with at most five decimals.

    Points above a maximum are ignored by one system, clamped by the next and break a third one's
    import: another maximum than ours is refused unless points are to be scaled to it.
    """
    points, ours = feedback.points, feedback.max_points
    if points is None or ours is None:
        raise ValueError(f"{feedback.submission.id} has no points")
    if maximum is None or abs(maximum - ours) < 1e-9:
        return cell_number(points)
    if not scale:
        raise UsageError(
            f"{where} has a maximum of {maximum:g} points, the exercise {feedback.exercise.id} "
            f"has {ours:g}: change one of them, or scale with --scale"
        )
    return cell_number(points / ours * maximum)


def with_left(document: Document, left: Iterable[Left]) -> Iterator[Document | Left]:
    """Yield the one document of a class, and what is not in it."""
    yield document
    yield from left
