"""Prove exercises: what must pass passes, what must fail fails, and is called by its name.

Theory of operation. An exercise's proof has two halves that know nothing of each other. The
written half (`written`) grades the starter, the reference, and the corpus of right and wrong
answers exactly as a class is graded. The automatic half (`automatic`) makes small mistakes in the
reference (`grader.mutation`) and asks whether any check notices; a survivor is held against the
reference on random cases (`equivalence`), because a change that nobody can tell from the reference
is no mistake. `course` runs halves of several exercises side by side and joins them into a `Proof`;
`items` counts what each check is good for.
"""

from grader.verify.course import verify, verify_all
from grader.verify.proof import Proof, total
from grader.verify.written import quick_look

__all__ = ["Proof", "quick_look", "total", "verify", "verify_all"]
