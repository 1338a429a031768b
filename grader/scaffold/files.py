"""Write the files of a new exercise from its functions and, if there is one, from its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from json import dumps
from pathlib import Path
from typing import Final

from grader.scaffold.answers import blank_reference
from grader.scaffold.checks import (
    HIDDEN_POINTS,
    PUBLIC_POINTS,
    Block,
    hidden_blocks,
    public_blocks,
    with_points,
)
from grader.scaffold.kinds import Kind
from grader.scaffold.signatures import Function, Parameter

TEMPLATES: Final = Path(__file__).with_name("templates")
_TESTING: Final = (
    "Diagnosis", "Mistake", "check", "expect", "expect_close", "expect_equal", "expect_shape",
    "expect_unchanged", "mistake_models",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What is known of a new exercise."""

    id: str
    title: str
    functions: tuple[Function, ...]
    answer: str = ""
    """The text of an answer that is there already; empty when the author has yet to write it."""

    @property
    def reference(self) -> str:
        """The text of the reference."""
        if self.answer:
            return self.answer
        blank = blank_reference(self.functions)
        numpy = "import numpy as np\n\n\n" if uses_arrays(self.functions) else ""
        return f'"""{self.title}: the reference solution."""\n\n{numpy}{blank}'


def public_files(plan: Plan) -> dict[str, str]:
    """Return the files of `exercises/<id>/` by name."""
    signatures = "\n".join(
        f"- `{f.header[4:-1]}` returns {f.returns.words()}." for f in plan.functions
    )
    functions = "".join(_contract(function) for function in plan.functions)
    title = dumps(plan.title, ensure_ascii=False)
    return {
        "exercise.toml": filled("exercise.toml", id=plan.id, title=title, functions=functions),
        "README.md": filled("lesson.md", title=plan.title, signatures=signatures),
        "starter.py": _starter(plan),
        "hints.md": filled("hints.md", id=plan.id),
        "test_examples.py": _checks_file(
            "test_examples.py.txt", plan, public_blocks(plan.functions), PUBLIC_POINTS
        ),
    }


def staff_files(plan: Plan) -> dict[str, str]:
    """Return the files of `solutions/<id>/` by their paths in it, without the corpus."""
    blocks = hidden_blocks(plan.functions)
    return {
        "reference.py": plan.reference,
        "test_hidden.py": _checks_file("test_hidden.py.txt", plan, blocks, HIDDEN_POINTS),
        "cases.toml": _cases(plan.functions),
    }


def uses_arrays(functions: Iterable[Function]) -> bool:
    """Whether any argument or result is an array."""
    kinds = [kind for f in functions for kind in (f.returns, *(p.kind for p in f.parameters))]
    return any(k.name == "array" or any(p.name == "array" for _, p in k.parts) for k in kinds)


def filled(template: str, **values: str) -> str:
    """Return a template with its ``<<names>>`` filled in."""
    text = (TEMPLATES / template).read_text("utf-8")
    for name, value in values.items():
        text = text.replace(f"<<{name}>>", value)
    return text


def _contract(function: Function) -> str:
    lines = [
        "",
        "[[functions]]",
        f'name = "{function.name}"',
        "aliases = []  # other names to accept",
    ]
    guess = "  # FILL IN: is it an array, a number, a dict with keys, a tuple, any?"
    lines.append(
        f"returns = {_returns(function.returns)}{guess if function.returns.guessed else ''}"
    )
    returned = (function.returns, *(part for _, part in function.returns.parts))
    if function.returns.name != "dict" and any(kind.name == "array" for kind in returned):
        lines.append('# { kind = "array", allow_list = true } accepts a list of numbers as well.')
    parameters = [f'  {{ name = "{p.name}", aliases = [] }},' for p in function.parameters]
    lines += ["parameters = [", *parameters, "]"] if parameters else ["parameters = []"]
    return "\n".join(lines) + "\n"


def _returns(kind: Kind) -> str:
    match kind.name:
        case "dict":
            values = "" if kind.numeric_parts else ', values = "any"'
            keys = ", ".join(dumps(key) for key, _ in kind.parts)
            return f'{{ kind = "dict", keys = [{keys}]{values} }}'
        case "tuple":
            items = ", ".join(_returns(part) for _, part in kind.parts)
            return f'{{ kind = "tuple", items = [{items}] }}'
        case "integer" | "flag":
            return '{ kind = "number" }'
        case "text":
            return '{ kind = "any" }'
    return f'{{ kind = "{kind.name}" }}'


def _starter(plan: Plan) -> str:
    numpy = "import numpy as np\n\n\n" if uses_arrays(plan.functions) else "\n"
    stubs = "\n\n\n".join(_stub(function) for function in plan.functions)
    return f'"""{plan.title}."""\n\n{numpy}{stubs}\n'


def _stub(function: Function) -> str:
    told = [f"{p.name}: {p.kind.words()}" for p in function.parameters if not p.kind.guessed]
    told[:0] = [""] if told else []
    sentence = f"FILL IN: return {function.returns.words()}, which is what?"
    docstring = function.docstring or sentence + "".join(
        f"\n    {line}".rstrip(" ") for line in told
    )
    # A one-line docstring closes on its line, as everywhere.
    end = "\n    " if "\n" in docstring else ""
    return (
        f'{function.header}\n    """{docstring.rstrip()}{end}"""\n'
        "    # TODO: FILL IN: one imperative sentence.\n"
        "    raise NotImplementedError"
    )


def _checks_file(template: str, plan: Plan, blocks: Sequence[Block], points: float) -> str:
    checks = "\n\n".join(with_points(blocks, points)).rstrip() + "\n"
    used = [name for name in _TESTING if re.search(rf"\b{name}\(", checks)]
    imports = f"from grader.testing import {', '.join(used)}"
    if len(imports) > 100:
        imports = "from grader.testing import (\n" + "".join(f"    {n},\n" for n in used) + ")"
    if "np." in checks:
        imports = f"import numpy as np\n\n{imports}"
    return filled(template, id=plan.id, imports=imports, checks=checks.rstrip("\n"))


def _cases(functions: Sequence[Function]) -> str:
    values: dict[str, str] = {}
    sizes: dict[str, None] = {}
    for parameter in (p for f in functions for p in f.parameters):
        kind = parameter.kind
        if kind.name == "array" and kind.shape is None:
            kind = replace(kind, shape=("n", "m"))
        if parameter.name not in values:
            values[parameter.name] = _value(kind, parameter)
            sizes |= dict.fromkeys(kind.sizes())
    # A parameter that is itself a size is one number under both names.
    values |= {name: f'{{ size = "{name}" }}' for name in sizes if name in values}
    # The rows of an array that is as long as a tuple pass for its values: no size here is.
    least = 1 + max([2, *(len(f.returns.parts) for f in functions if f.returns.name == "tuple")])
    ends = f"[{least}, {least + 4 + len(sizes)}]"
    table = "\n[sizes]\n" + "".join(f"{name} = {ends}\n" for name in sizes)
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    return filled("cases.toml", sizes=table if sizes else "", values=lines.rstrip("\n"))


def _value(kind: Kind, parameter: Parameter | None = None) -> str:
    default = parameter.value if parameter else None
    match kind.name:
        case "array":
            lengths = ", ".join(dumps(length) for length in kind.shape or ("n", "m"))
            guess = "  # FILL IN: which shape, which numbers?" if kind.guessed else ""
            return f"{{ normal = [{lengths}] }}{guess}"
        case "integer" if isinstance(default, int):
            return f"{{ choice = [{default}, {default + 1}] }}"
        case "integer":
            return "{ integer = [2, 9] }"
        case "number" if isinstance(default, float) and default:
            low, high = sorted((default / 2, default * 2))
            return f"{{ uniform = [{low!r}, {high!r}] }}"
        case "number":
            return "{ uniform = [-2.0, 2.0] }"
        case "flag":
            return "{ choice = [true, false] }"
        case "dict":
            inner = ", ".join(f"{dumps(key)} = {_value(part)}" for key, part in kind.parts)
            return f"{{ dict = {{ {inner} }} }}"
    shown = dumps(default) if isinstance(default, str) else '"one"'
    return f'{{ choice = [{shown}, "another"] }}  # FILL IN: values it may take'
