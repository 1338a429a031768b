"""Does CONTRIBUTING name every key that an author's files may have, and no other?"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from grader import testing
from grader.catalog import Misconception
from grader.corpus import Mutant, Variant
from grader.model.cases import Cases, Value
from grader.model.exercise import Exercise, Returns
from grader.scaffold.kinds import WORDS

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SECTION = GUIDE.split("## Write an exercise\n")[1].split("\n## ")[0]


def documented(file: str) -> set[str]:
    """Return the keys in the first column of a file's table."""
    table = SECTION.split(f"<!-- keys of {file} -->\n")[1].split("\n\n")[0]
    cells = (row.split("|")[1] for row in table.splitlines()[2:])
    return {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


def keys(model: type[BaseModel], place: str) -> Iterator[str]:
    """Yield the keys of a model, and of the models in it, as an author writes them."""
    for name, field in model.model_fields.items():
        path = f"{place}.{field.alias or name}" if place else name
        inner, many = nested(field.annotation)
        # What an item of a tuple is says the same as what is returned.
        if inner is None or inner is model:
            yield path
        else:
            yield from keys(inner, f"{path}[]" if many else path)


def nested(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model in an annotation, and whether there are several of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    many = get_origin(annotation) not in (None, types.UnionType)
    for part in get_args(annotation):
        inner, _ = nested(part)
        if inner is not None:
            return inner, many
    return None, False


def test_keys_of_an_exercise() -> None:
    assert documented("exercise.toml") == set(keys(Exercise, ""))
    assert {f"functions[].returns.{name}" for name in Returns.model_fields} <= set(
        keys(Exercise, "")
    )


def test_keys_of_a_corpus() -> None:
    wanted = {*keys(Variant, "variants.NAME"), *keys(Mutant, "mutants.NAME")}
    assert documented("corpus.toml") == wanted


def test_keys_of_cases() -> None:
    kinds = {f"….{field.alias or name}" for name, field in Value.model_fields.items()}
    named = {"sizes": "sizes.NAME", "values": "values.NAME", "functions": "functions.NAME.NAME"}
    assert named.keys() == Cases.model_fields.keys()
    assert documented("cases.toml") == {*named.values(), *kinds}


def test_keys_of_misconceptions() -> None:
    assert documented("misconceptions.toml") == set(keys(Misconception, "ids.NAME"))


def test_a_key_too_many_or_too_few_would_be_noticed() -> None:
    assert "functions[].parameters[].optional" in set(keys(Exercise, ""))
    assert "functions[].parameters[].nothing" not in documented("exercise.toml")


def test_every_name_that_is_told_to_import_is_there() -> None:
    table = SECTION.split("| to say that | use |")[1].split("\n\n")[0]
    cells = [row.split("|")[2] for row in table.splitlines()[2:]]
    spans = [span for cell in cells for span in re.findall(r"`([^`]+)`", cell)]
    names = {name for span in spans for name in re.findall(r"^\w+|\w+(?=\()", span)}
    assert {"expect_close", "mistake_models", "Diagnosis", "Faults"} <= names
    assert names <= set(testing.__all__)


def test_kinds_of_the_command_are_those_that_it_reads() -> None:
    sentence = re.search(r"Kinds are (.*?);", SECTION, re.DOTALL)
    assert sentence
    plain = set(re.findall(r"`([a-z]+)`", sentence.group(1)))
    assert plain == set(WORDS.values())


def test_there_are_six_steps() -> None:
    assert re.findall(r"^(\d)\. \*\*", SECTION, re.MULTILINE) == list("123456")
