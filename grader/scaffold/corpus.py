"""Write the corpus of a new exercise: what the reference gives, and blanks for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from json import dumps
from typing import Final

from grader.scaffold.answers import Derived, Reference, mutants, variants
from grader.scaffold.checks import SPECIAL, hidden_blocks
from grader.scaffold.files import TEMPLATES, Plan, filled

FEWEST_VARIANTS: Final = 4
FEWEST_MUTANTS: Final = 12
FEWEST_BLANK_MUTANTS: Final = 3
_LOOPS: Final = "a right answer with loops in place of whole arrays"
_ANOTHER_WAY: Final = "a right answer as another learner would write it"
_MISTAKE: Final = "a mistake that learners really make"


def corpus_files(plan: Plan) -> dict[str, str]:
    """Return `corpus.toml`, the variants and the mutants by their paths in `solutions/<id>/`."""
    references = [Reference(plan.reference, function) for function in plan.functions]
    right = [_apart(d, r, references) for r in references for d in variants(r)]
    right += _blank_variants(plan, FEWEST_VARIANTS - len(right))
    wrong = [_apart(d, r, references) for r in references for d in mutants(r)]
    left = max(FEWEST_BLANK_MUTANTS, FEWEST_MUTANTS - len(wrong))
    wrong += _blank_mutants(plan, left)
    tables = {
        "variants": "".join(map(_variant, right)),
        "mutants": "".join(map(_mutant, wrong)),
    }
    files = {"corpus.toml": filled("corpus.toml", id=plan.id, **tables)}
    files |= {f"variants/{d.name}.py": d.source for d in right}
    return files | {f"mutants/{d.name}.py": d.source for d in wrong}


def misconceptions(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield id and table of every name that the new checks and mutants mention."""
    references = [Reference(plan.reference, function) for function in plan.functions]
    wanted = {d.misconception for r in references for d in mutants(r)}
    for function in plan.functions:
        wanted |= {f"ignores-{p.name}" for p in function.heeded}
    shared = (TEMPLATES / "shared-misconceptions.toml").read_text("utf-8").split("\n\n")
    for name in sorted(wanted):
        argument = name.removeprefix("ignores-")
        tables = (table.strip().replace("<<argument>>", argument) for table in shared)
        for table in tables:
            if table.startswith(f"[ids.{name}]"):
                yield name, f'{table}\nexercise = "{plan.id}"\n'


def _apart(derived: Derived, reference: Reference, every: Sequence[Reference]) -> Derived:
    """Tell answers about different functions apart, by their names and those of their checks."""
    if len(every) == 1:
        return derived
    name = reference.function.name
    return replace(
        derived,
        name=f"{name}_{derived.name}",
        describes=f"{name}: {derived.describes}",
        killed_by=f"{name}_{derived.killed_by}",
    )


def _blank_variants(plan: Plan, count: int) -> Iterator[Derived]:
    yield Derived("loops", _LOOPS, _blank(plan, _LOOPS))
    for number in range(2, count + 1):
        yield Derived(f"another_way_{number}", _ANOTHER_WAY, _blank(plan, _ANOTHER_WAY))


def _blank_mutants(plan: Plan, count: int) -> Iterator[Derived]:
    blocks = hidden_blocks(plan.functions)
    special = [block.id for block in blocks if block.id.startswith(SPECIAL)]
    values = next(block.id for block in blocks if block.about == "values")
    for number in range(count):
        killed_by = special[number] if number < len(special) else values
        describes = "FILL IN: what is wrong, in a few words; then the next two lines"
        source = _blank(plan, _MISTAKE)
        yield Derived(f"mistake_{number + 1}", describes, source, "none", killed_by)


def _blank(plan: Plan, what: str) -> str:
    """Return a blank answer: with what it differs from when that is there, to save the copying."""
    start = "Change the code below" if plan.answer else "Start from a copy of ../reference.py"
    return filled("variant.txt", what=what, start=start) + plan.answer


def _variant(derived: Derived) -> str:
    return f"\n[variants.{derived.name}]\ndescribes = {dumps(derived.describes)}\n"


def _mutant(derived: Derived) -> str:
    return (
        f"\n[mutants.{derived.name}]\ndescribes = {dumps(derived.describes)}\n"
        f'misconception = "{derived.misconception}"\nkilled_by = ["{derived.killed_by}"]\n'
    )
