"""Read learners' cells: what can be executed, what is broken, and what was left as given out."""

from grader.worker.extract.statements import Broken, Extracted, Statement, extract

__all__ = ["Broken", "Extracted", "Statement", "extract"]
