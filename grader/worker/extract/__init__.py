"""Read learners' cells: what can be executed, what is broken, and what was left as given out."""

from grader.worker.extract.listing import Block, Statement
from grader.worker.extract.statements import Broken, Extracted, extract

__all__ = ["Block", "Broken", "Extracted", "Statement", "extract"]
