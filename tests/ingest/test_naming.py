"""Any class gives names that every file system keeps apart and nobody has to escape."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.ingest.naming import MAX_BYTES, student_stems
from grader.model.submission import Student, SubmissionInfo

labels = st.one_of(
    st.text(st.characters(codec=None, categories=None), min_size=1, max_size=200),
    st.sampled_from(["CON", "con", "nul.txt", "Ada", "ada", "ADA", "..", ".", "-rf", "a/b", "a~b"]),
    st.text("aA.~ é\u0301/\\", min_size=1, max_size=6),
)


def folded(stem):
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())


@given(st.lists(labels, max_size=30, unique=True))
def test_any_class_has_unique_and_safe_names(labels):
    stems = student_stems(labels)
    assert set(stems) == set(labels)
    assert len({folded(stem) for stem in stems.values()}) == len(labels)
    for stem in stems.values():
        assert len(stem.encode()) <= MAX_BYTES
        SubmissionInfo(
            id=f"{stem}.zero_init",
            student=Student(label="x"),
            digest="sha256:" + "0" * 64,
            files=("a.py",),
        )


@given(labels, st.lists(labels, max_size=5))
def test_a_name_does_not_depend_on_classmates_it_does_not_clash_with(label, others):
    alone = student_stems([label])[label]
    together = student_stems([label, *others])[label]
    clashes = [o for o in others if o != label and folded(student_stems([o])[o]) == folded(alone)]
    assert together == alone or clashes


@pytest.mark.parametrize(
    "label",
    ["ada", "Ada Lovelace", "Zoë Müller", "李雷", "Мария", "علي", "o'neil", "x.y_2", "प्रिया"],
)
def test_ordinary_names_stay_as_they_are(label):
    label = unicodedata.normalize("NFC", label)
    assert student_stems([label]) == {label: label}


@pytest.mark.parametrize(
    ("label", "start"),
    [
        ("CON", "student CON~"),
        ("nul.txt", "student nul.txt~"),
        ("../../etc", "_.._etc~"),
        ("a/b", "a_b~"),
        ("   ", "student~"),
        (".hidden", "hidden~"),
        ("-rf", "rf~"),
        ("ends.", "ends~"),
        ("a~12345678", "a_12345678~"),
        ("\u202eevil", "_evil~"),
        ("x" * 500, "x" * 100),
    ],
)
def test_other_names_stay_readable_and_get_a_mark(label, start):
    stem = student_stems([label])[label]
    assert stem.startswith(start)
    assert "~" in stem


def test_names_that_differ_in_case_or_composition_are_kept_apart():
    stems = student_stems(["Ada", "ada", "e\u0301va", "\u00e9va "])
    assert len({s.casefold() for s in stems.values()}) == 4
    assert stems["Ada"].startswith("Ada~")
