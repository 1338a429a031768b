"""Write the checks of a new exercise: what its signatures tell is written, the rest is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from json import dumps
from typing import Final

from grader.scaffold.kinds import Kind
from grader.scaffold.signatures import Function, Parameter

PUBLIC_POINTS: Final = 2.0
HIDDEN_POINTS: Final = 8.0
FEWEST_HIDDEN: Final = 4
SPECIAL: Final = "special_case"
_WHICH: Final = {"dict": "name", "tuple": "place"}
_SMALL: Final = ((1.0, 2.0, 3.0), (3.0, 5.0, 4.0), (5.0, 8.0, 8.0))
_EQUAL: Final = ('expect_equal(got, right, "the result")', 'expect_close(got, right, "the result")')


@dataclass(frozen=True)
class Block:
    """The text of one check: `about` says what it looks at, `{points}` stands for its points."""

    id: str
    about: str
    text: str
    weight: float = 1.0
    """Of what the checks with a weight above 1 share when all others have their points."""


def hidden_blocks(functions: Sequence[Function]) -> list[Block]:
    """Return the hidden checks of an exercise, without points."""
    several = len(functions) > 1
    blocks = []
    for function in functions:
        prefix = f"{function.name}_" if several else ""
        blocks += [replace(b, id=prefix + b.id) for b in _of_function(function)]
    special = max(1, FEWEST_HIDDEN - len(blocks))
    names = [SPECIAL, *(f"{SPECIAL}_{number}" for number in range(2, special + 1))]
    return blocks + [_special(name, functions[0]) for name in names]


def with_points(blocks: Sequence[Block], total: float) -> list[str]:
    """Return the texts with points: as many each as fit, and the rest to those that weigh more."""
    each = next(p for p in (1.0, 0.5, 0.25, 0.1, 0.01) if p * (len(blocks) + 1) <= total)
    heavy = [block for block in blocks if block.weight > 1] or list(blocks[:1])
    rest = round(total - each * len(blocks), 6)
    share = round(rest / len(heavy) // 0.01 * 0.01, 2)
    points = {b.id: each + (share if b in heavy else 0.0) for b in blocks}
    points[heavy[0].id] += rest - share * len(heavy)
    return [_finished(block, points[block.id]) for block in blocks]


def _finished(block: Block, points: float) -> str:
    text = block.text.replace("{points}", f"{round(points, 6):g}")
    return text.replace("{id}", block.id)


def _of_function(function: Function) -> Iterator[Block]:
    if _arrays(function.returns):
        yield Block("shape", "shape", _shape(function))
    models = f"{_models(function)}\n\n" if _is_numeric(function.returns) else ""
    yield Block("values", "values", models + _values(function), weight=2.0)
    for parameter in function.heeded:
        yield Block(f"heeds_{parameter.name}", parameter.name, _heeds(function, parameter))
    if any(p.kind.name == "array" for p in function.parameters):
        yield Block("unchanged", "unchanged", _unchanged(function))


def _arrays(kind: Kind) -> bool:
    return kind.name == "array" or any(part.name == "array" for _, part in kind.parts)


def _is_numeric(kind: Kind) -> bool:
    """Whether there is a number or an array in it, whose mistakes can be computed."""
    return kind.is_numeric or any(part.is_numeric for _, part in kind.parts)


def _check(title: str, hint: str, arguments: str, body: list[str]) -> str:
    head = f"@check(\n    {dumps(title)},\n    points={{points}},\n    hint={dumps(hint)},\n)"
    lines = "\n".join(f"    {line}" for line in body)
    return f"{head}\ndef test_{{id}}({arguments}):\n{lines}\n"


def _usual(function: Function, *but: str) -> list[str]:
    """Return lines that give defaults to what has checks of its own, so that these alone fail."""
    return [f"case.{p.name} = {p.default}" for p in function.heeded if p.name not in but]


def _both(function: Function) -> list[str]:
    return [f"got = {function.call('submission')}", f"right = {function.call('reference')}"]


def _shape(function: Function) -> str:
    hint = "Print the shape of what you return. Which number in it did you not expect, and why?"
    shapes = _each(function.returns, "expect_shape({}, np.shape({}), {})")
    body = [*_usual(function), *_both(function), *shapes]
    return _check(f"{function.name}: the right shape", hint, "submission, reference, case", body)


def _each(kind: Kind, template: str, models: str = "") -> list[str]:
    """Return a statement for the result, or a loop over its arrays and numbers."""
    before = [f"models = {models}"] if models else []
    if not kind.parts:
        return [*before, template.format("got", "right", '"the result"')]
    if kind.name == "dict":
        numeric = [dumps(key) for key, part in kind.parts if part.is_numeric]
        each = template.format("got[name]", "right[name]", "name")
    else:
        numeric = [str(place) for place, (_, part) in enumerate(kind.parts) if part.is_numeric]
        each = template.format("got[place]", "right[place]", 'f"value {place + 1}"')
    inner = [f"    {line}" for line in (*before, each)]
    comma = "," if len(numeric) == 1 else ""
    return [f"for {_WHICH[kind.name]} in ({', '.join(numeric)}{comma}):", *inner]


def _values(function: Function) -> str:
    hint = "FILL IN: a question that leads to the usual mistake, without naming it"
    body = [*_usual(function), *_both(function), *_compared(function)]
    title = f"{function.name}: the right values"
    return _check(title, hint, "submission, reference, case", body)


def _compared(function: Function) -> list[str]:
    """Return lines that compare `got` with `right`, and look for known mistakes."""
    kind = function.returns
    if _is_numeric(kind):
        which = f", {_WHICH[kind.name]}" if kind.parts else ""
        models = f"mistakes_of_{function.name}(reference, case{which})"
        return _each(kind, "expect_close({}, {}, {}, mistakes=models)", models)
    return [*_same_kind(kind), _EQUAL[kind.name == "flag"]]


def _same_kind(kind: Kind) -> list[str]:
    if kind.name == "flag":
        return []
    return [
        "# The contract looks at numbers only: of anything else, the type is the first thing.",
        "expect(",
        "    type(got) is type(right),",
        '    f"the result is {type(got).__name__}, not {type(right).__name__}",',
        '    diagnoses=[Diagnosis("wrong-return-type")],',
        ")",
    ]


def _models(function: Function) -> str:
    """Return the function that computes what wrong answers give."""
    kind, which, item = function.returns, "", ""
    ids = {f"ignores_{p.name}": f"ignores-{p.name}" for p in function.heeded}
    turned, call = "right", function.call("reference")
    if kind.parts:
        which, item = f", {_WHICH[kind.name]}", f"[{_WHICH[kind.name]}]"
    if kind.is_numeric or kind.parts[0][1].is_numeric:
        ids = {"negative": "wrong-sign"} | ids
        turned = "-right if negative else right"
    if kind.parts and "negative" in ids:
        first = dumps(kind.parts[0][0]) if kind.name == "dict" else "0"
        turned = f"-right if negative and {_WHICH[kind.name]} == {first} else right"
    lines = [
        f"def mistakes_of_{function.name}(reference, case{which}):",
        '    """Return what wrong answers give, each by the misconceptions behind it."""',
        "",
        "    # FILL IN: a flag for each mistake in mutants/ that gives numbers of its own.",
        "    # Its id goes into exercises/misconceptions.toml. Flags are also tried in pairs;",
        "    # return None for two that exclude each other.",
        f"    def result({', '.join(f'{flag}=False' for flag in ids)}):",
    ]
    for p in function.heeded:
        lines.append(f"        {p.name} = {p.default} if ignores_{p.name} else case.{p.name}")
        call = call.replace(f"case.{p.name}", p.name)
    lines += [f"        right = {call}{item}", f"        return {turned}", ""]
    named = ", ".join(f'"{flag}": "{id_}"' for flag, id_ in ids.items())
    lines.append(f"    return mistake_models(result, {{{named}}})")
    return "\n".join(lines) + "\n"


def _heeds(function: Function, parameter: Parameter) -> str:
    name = parameter.name
    body = _usual(function, name)
    if not _is_numeric(function.returns):
        body.append(f"case.{name} = {parameter.default}")
        body.append(f"ignored = {function.call('reference')}")
    body += [f"case.{name} = {parameter.other_value}", *_both(function)]
    if _is_numeric(function.returns):
        body += _compared(function)
    else:
        body += [*_same_kind(function.returns), *_ignored(name)]
        body.append(_EQUAL[function.returns.name == "flag"])
    title = f"{function.name}: {name} has its effect"
    hint = f"Call {function.name} twice, with another {name} the second time. What changes?"
    return _check(title, hint, "submission, reference, case", body)


def _ignored(name: str) -> list[str]:
    return [
        "expect(",
        "    got == right or got != ignored,",
        f'    "{name} has no effect",',
        f'    diagnoses=[Diagnosis("ignores-{name}")],',
        ")",
    ]


def _unchanged(function: Function) -> str:
    hint = "Which of your lines writes into an array that the caller gave you?"
    body = [*_usual(function), function.call("submission"), "expect_unchanged(submission)"]
    title = f"{function.name}: the caller's arrays stay as they are"
    return _check(title, hint, "submission, case", body)


def _special(name: str, function: Function) -> Block:
    body = ["# FILL IN: what else must hold of the result?"]
    for parameter in function.parameters[:1]:
        body = [f"# FILL IN: make it so: case.{parameter.name} = …"]
    body += [*_usual(function), *_both(function), *_compared(function)]
    title = "FILL IN: a case that learners forget: one row, equal numbers, nothing at all"
    hint = "FILL IN: a question, not the answer"
    text = _check(title, hint, "submission, reference, case", body)
    return Block(name, name, text)


def public_blocks(functions: Sequence[Function]) -> list[Block]:
    """Return the public checks; the author types their numbers, for learners to follow by hand."""
    several = len(functions) > 1
    return [
        Block(f"example_{f.name}" if several else "example", "values", _example(f))
        for f in functions
    ]


def _example(function: Function) -> str:
    kind = function.returns
    # The rows of an array that is as long as a tuple pass for its values: no array here is.
    length = 3 if kind.name == "tuple" and len(kind.parts) == 2 else 2
    asked = [p for p in function.parameters if p.default is None]
    arguments = ", ".join(f"{p.name}={_small(p, length)}" for p in asked)
    body = ["# FILL IN: arguments that can be followed by hand, and what comes out."]
    body.append(f"got = submission.{function.name}({arguments})")
    if kind.parts:
        if kind.name == "dict":
            right = "{" + ", ".join(f"{dumps(key)}: None" for key, _ in kind.parts) + "}"
        else:
            right = "(" + ", ".join("None" for _ in kind.parts) + ")"
        body.append(f"right = {right}")
        body += _each(kind, "expect_close({}, {}, {}, reveal=True)")
    elif kind.is_numeric or kind.name == "flag":
        body.append("right = None")
        body.append('expect_close(got, right, "the result", reveal=True)')
    else:
        body += ["right = None", *_same_kind(kind)]
        body.append('expect_equal(got, right, "the result", reveal=True)')
    hint = "FILL IN: a question about these numbers"
    return _check(f"{function.name}: a small example", hint, "submission", body)


def _small(parameter: Parameter, length: int) -> str:
    """Return small numbers of the right form for an example, `length` along each axis."""
    match parameter.kind.name:
        case "array":
            rows = [list(row[:length]) for row in _SMALL[:length]]
            is_matrix = len(parameter.kind.shape or ("n", "m")) == 2
            return f"np.array({rows if is_matrix else [row[0] for row in rows]})"
        case "integer":
            return "2"
        case "number":
            return "0.5"
        case "flag":
            return "True"
        case "text":
            return '"a word"'
    return "None"
