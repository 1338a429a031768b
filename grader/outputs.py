"""The files of a graded class: reports for staff, feedback for students, the gradebook.

All of them are copies of what the store holds and can be written from it again. None is ever
older than the store says: where a submission waits to be graded anew, its files are taken away.
Nothing else in these folders is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from grader.atomic import make_folder, remove, sweep, write_text, write_text_if_changed
from grader.database import is_ours
from grader.errors import UsageError
from grader.gradebook import gradebook_csv, gradebook_lines
from grader.model.feedback import feedback_for_student, feedback_markdown
from grader.model.report import canonical_json, report_json
from grader.signing import SUFFIX
from grader.tables import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from grader.model.report import ScoreReport
    from grader.model.submission import Student
    from grader.signing import Signed
    from grader.store import Row

STORE: Final = "store.sqlite"
_WRITTEN: Final = ("reports", "feedback", "gradebook.csv", STORE)


def refuse_outputs(path: Path, out: Path) -> None:
    """Raise UsageError when a class would be read from where one is, or was, graded into."""
    path, out = path.resolve(), out.resolve()
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out is for a folder, and {out} is a file")
    if path == out:
        raise UsageError(
            f"PATH and --out are one folder, {path}: name another for --out, such as "
            f"{path / 'graded'}, or reports would be read as what students handed in"
        )
    for folder in (path, *path.parents):
        inner = path.relative_to(folder).parts[:1]
        if (folder / STORE).is_file() and (not inner or inner[0] in _WRITTEN):
            raise UsageError(
                f"PATH holds what grader wrote, not what students handed in: {folder} is a folder "
                "that a class was graded into. Name the students' files; if they lie in there, "
                "move them into a folder of their own"
            )


def graded_into(path: Path, out: Path) -> list[Path]:
    """Return the folders in a class's folder that a class was graded into before, but for `out`.

    They are no student's. They hold a store of ours: a file of that name alone is whoever's it is.
    """
    try:
        inner = [folder for folder in path.resolve().iterdir() if folder != out.resolve()]
    except OSError:  # a file, or what reading the class tells of
        return []
    return [folder for folder in inner if is_ours(folder / STORE, SCHEMA)]


class Outputs:
    """The folder into which a class is graded."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_folder(folder)
        self.reports = make_folder(folder / "reports")
        self.feedback = make_folder(folder / "feedback")

    def sweep(self) -> None:
        """Take away what a killed run left half-written; none may be at work."""
        for folder in (self.folder, self.reports, self.feedback):
            sweep(folder)

    @property
    def store(self) -> Path:
        """The store's file."""
        return self.folder / STORE

    def write(self, report: ScoreReport, signed: Signed | None = None) -> None:
        """Write the files of one submission, those that hold something else already.

        What was signed is written as it was signed, whatever is known of its student since.
        """
        feedback = feedback_for_student(report)
        name = report.submission.id
        write_text_if_changed(self.feedback / f"{name}.json", canonical_json(feedback))
        write_text_if_changed(self.feedback / f"{name}.md", feedback_markdown(feedback))
        text = signed.text if signed else report_json(report)
        write_text_if_changed(self.reports / f"{name}.json", text)
        signature = self.reports / f"{name}.json{SUFFIX}"
        if signed:
            write_text_if_changed(signature, signed.signature)
        else:
            remove(signature)

    def discard(self, submission: str) -> None:
        """Take away the files of a submission, the staff's report first."""
        for path in self._files(submission):
            remove(path)

    def write_gradebook(
        self,
        rows: Iterable[Row],
        exercises: Sequence[str],
        others: Iterable[tuple[Student, str]],
        named: Collection[str],
    ) -> None:
        """Write gradebook.csv."""
        text = gradebook_csv(list(gradebook_lines(rows)), exercises, others, named)
        write_text(self.folder / "gradebook.csv", text)

    def _files(self, submission: str) -> Iterator[Path]:
        yield self.reports / f"{submission}.json{SUFFIX}"
        yield self.reports / f"{submission}.json"
        yield self.feedback / f"{submission}.json"
        yield self.feedback / f"{submission}.md"
