"""A run for a person who called `pytest` on a check file, through the same sandbox."""

from __future__ import annotations

from pathlib import Path

from grader.catalog import Course
from grader.errors import UsageError
from grader.ingest import match_own
from grader.model.submission import submission_digest
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.session import Session
from grader.source import Unreadable
from grader.testing.material import material, read_files
from grader.testing.proxy import Submission, derive_seed
from grader.testing.runner import Run


class StandaloneRun(Run):
    """A run that owns its forkserver and session."""

    def __init__(self, check_file: Path, submission: str | None) -> None:
        half = check_file.parent.parent
        public = half.name == "exercises"
        folder = Course(half.parent, is_own_copy=public).folder(check_file.parent.name)
        default = folder.starter if public else folder.reference
        path = Path(submission) if submission else default
        matched = match_own(folder.course, path, folder.id)
        files = [(str(file.path), file.file.read()) for file in matched.files]
        try:
            read = read_files(files)
        except Unreadable as error:
            raise UsageError(f"{path}: {error}") from None
        self._forkserver = Forkserver()
        self._session = Session(self._forkserver, material(folder, read), folder.exercise.limits)
        seed = derive_seed(folder.id, submission_digest(files))
        misplaced = [found for _, source in read for found in source.misplaced]
        super().__init__(Submission(self._session, folder.exercise, seed, misplaced))

    def close(self) -> None:
        """End the session and its forkserver."""
        self._session.close()
        self._forkserver.close()
