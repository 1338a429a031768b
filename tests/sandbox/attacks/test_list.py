"""Is the corpus whole: does every attack say what it does, and has each a control or a reason?"""

from __future__ import annotations

from collections import Counter

from attack_corpus import AIMS, HERE, attacks

CORPUS = {aim: attacks(aim) for aim in AIMS}
# Where each attack of a group has a control of its own kind; the others are run against a naive
# grader, in the process of the secret, in the same worker, or in a public check.
CONTROLS = {"limits": {"room", "off", "control"}, "files": {"small", "points", "members"}}


def test_every_table_is_used() -> None:
    assert {path.stem for path in (HERE / "list").iterdir()} == set(AIMS)


def test_every_attack_says_what_it_does() -> None:
    said = Counter(entry["describes"] for group in CORPUS.values() for entry in group.values())
    assert all(5 < len(text) <= 100 and "\n" not in text for text in said)
    assert [text for text, count in said.items() if count > 1] == []


def test_every_attack_has_a_control() -> None:
    for group, kinds in CONTROLS.items():
        assert [n for n, entry in CORPUS[group].items() if not kinds.intersection(entry)] == []


def test_exceptions_are_few() -> None:
    entries = [entry for group in CORPUS.values() for entry in group.values()]
    assert len(entries) >= 150
    assert sum("control" in entry for entry in entries) <= len(entries) // 10
