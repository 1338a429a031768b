"""Is Gradescope's metadata read as what it is, whatever a text in it is, and within bounds?"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from grader.errors import UsageError
from grader.ingest.layouts import metadata
from grader.ingest.layouts.metadata import DEEPEST, MOST_SUBMITTERS, read_metadata
from grader.ingest.stored import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], dict[str, list[Any]]]:
    """Return a function that reads metadata, and returns what is known of each submitter."""

    def submitters(text: str | bytes) -> dict[str, list[Any]]:
        blob = tmp_path / "blob"
        blob.write_bytes(text if isinstance(text, bytes) else text.encode())
        found = read_metadata(StoredFile(PurePosixPath("submission_metadata.yml"), blob))
        return {
            key: [(one.name, one.sis_id, one.email) for one in students]
            for key, students in found.items()
        }

    return submitters


def one(sid: str) -> str:
    return f"submission_1:\n  :submitters:\n  - :name: Ada\n    :sid: {sid}\n"


def test_what_is_larger_than_the_limit_is_refused_unread(
    read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "MOST_MIB", 1)
    text = one("1003")
    fits = text + "#" * ((1 << 20) - len(text))
    assert read(fits) == {"submission_1": [("Ada", "1003", None)]}
    for more in (fits + "#", "[" * (2 << 20), b"\xff" * (2 << 20)):
        with pytest.raises(UsageError, match=r"submission_metadata\.yml is larger than 1 MiB"):
            read(more)


SIDS = {
    "'S1'": "S1",
    "1003": "1003",
    "007": "007",
    "0x10": "0x10",
    "1_000": "1_000",
    "1e3": "1e3",
    "9" * 300: "9" * 300,
    "2026-11-30": "2026-11-30",
    "yes": "yes",
    "!!python/object/apply:os.system 5": "5",
    "!ruby/object:User 5": "5",
    "~": None,
    "null": None,
    "": None,
    "'~'": "~",
    "[1]": None,
    "{a: b}": None,
    "'\x07'": None,
}


@pytest.mark.parametrize("sid", [sid for sid in SIDS if sid != "'\x07'"])
def test_an_id_is_the_text_that_stands_there(read: Any, sid: str) -> None:
    assert read(one(sid)) == {"submission_1": [("Ada", SIDS[sid], None)]}


def test_a_number_of_any_length_is_a_text(read: Any) -> None:
    [(_, sid, _)] = read(one("9" * 6000))["submission_1"]
    assert sid.startswith("9" * 300)
    with pytest.raises(ValueError, match="Exceeds the limit"):  # the control
        yaml.load(one("9" * 6000), yaml.CSafeLoader)


FORMS = {
    "a list in a value": "a: " + "[" * 100_000,
    "tables in each other": "a: " + "{a: " * 100_000,
    "lists of lists": "- " * 100_000,
    "keys of keys": "? " * 100_000,
    "in submitters": "a: {':submitters': " + "[" * 100_000,
    "in a submitter": "a: {':submitters': [{':name': " + "[" * 100_000,
    "in a key": "a: {" + "[" * 100_000,
    "one too many": "a: " + "[" * DEEPEST + "]" * DEEPEST,
}


@pytest.mark.parametrize("form", FORMS)
def test_what_nests_deeper_than_an_export_is_refused_in_a_sentence(read: Any, form: str) -> None:
    with pytest.raises(UsageError, match=r"^submission_metadata\.yml cannot be read: it nests"):
        read(FORMS[form])


def test_what_nests_less_is_passed_over(read: Any) -> None:
    less = "[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)
    assert read(f"a: {less}\n{one('5')}") == {"a": [], "submission_1": [("Ada", "5", None)]}


def test_merge_keys_and_aliases_make_nothing_grow(read: Any) -> None:
    bomb = "a0: &a0 {k: v}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 60)
    )
    lists = "b0: {':submitters': &b0 [x, x]}\n" + "".join(
        f"b{n}: {{':submitters': &b{n} [{', '.join([f'*b{n - 1}'] * 9)}]}}\n" for n in range(1, 60)
    )
    assert read(bomb + lists + one("5"))["submission_1"] == [("Ada", "5", None)]
    people = "s: {':submitters': &a [" + "{':name': a}," * 1000 + "]}\n"
    many = "".join(f"s{n}: {{':submitters': *a}}\n" for n in range(MOST_SUBMITTERS // 1000))
    with pytest.raises(UsageError, match="lists more than 200000 submitters"):
        read(people + many)


def test_an_alias_is_what_it_names(read: Any) -> None:
    text = (
        "s1: {':submitters': &g [&p {':name': Ada, ':email': &e a@x}]}\n"
        "s2: {':submitters': [*p, {':name': Bo, ':email': *e}]}\n"
        "s3: {other: [&t 77], ':submitters': [{':name': Cy, ':sid': *t}]}\n"
        "s4: {':submitters': *g}\n"
    )
    ada = ("Ada", None, "a@x")
    assert read(text) == {
        "s1": [ada], "s2": [ada, ("Bo", None, "a@x")], "s3": [("Cy", "77", None)], "s4": [ada],
    }  # fmt: skip


ENDS = ["...\n", "... \n", "...\n---\n", "---\n", "...\n...\n", "... # so\n", "...\r\n"]


@pytest.mark.parametrize("end", ENDS)
def test_several_documents_are_one_list(read: Any, end: str) -> None:
    other = one("6").replace("_1", "_2")
    assert read(one("5") + end + other + end) == {
        "submission_1": [("Ada", "5", None)], "submission_2": [("Ada", "6", None)],
    }  # fmt: skip
    quoted = one("'a ...b'") + "  :output: |\n    ...\n    x\n"
    assert read(quoted) == {"submission_1": [("Ada", "a ...b", None)]}


@pytest.mark.parametrize(
    "text",
    ["", "x", "- a", "--- {}\n--- [a]", "a: [", "&a [*a", "a: b: c", b"\xff", b"\xff\xfea", "\0",
     "%TAG ! x\n%TAG ! y\n--- {}", "!!python/object/apply:os.system [touch x]", "\t- a"],
)  # fmt: skip
def test_what_is_no_metadata_is_said_in_a_sentence(read: Any, text: str | bytes) -> None:
    with pytest.raises(UsageError, match=r"^submission_metadata\.yml ") as refused:
        read(text)
    assert "\n" not in str(refused.value)
    assert "blob" not in str(refused.value)


@pytest.mark.parametrize("name", ['"\\x07"', '"\\e]0;"', "' '", "''"])
def test_a_name_of_nothing_to_show_costs_nobody_anything(read: Any, name: str) -> None:
    text = f"submission_1: {{':submitters': [{{':name': {name}}}]}}\n{one('5').replace('_1', '_2')}"
    assert read(text)["submission_2"] == [("Ada", "5", None)]
    assert read(text)["submission_1"][0][0] is None
