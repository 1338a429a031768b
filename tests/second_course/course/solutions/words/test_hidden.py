"""Hidden checks of words: texts are put together anew, so that none can be learnt by heart."""

from itertools import combinations

import pytest

from grader.testing import Diagnosis, check, close, expect, fail

WORDS = ["tree", "river", "stone", "cloud", "bridge", "garden", "window", "lantern"]
MARKS = ".,;:!?"
RULES = {"capitals": "case-counts", "marks": "marks-count", "gaps": "empty-words"}


@pytest.fixture
def write(rng):
    """Return a function that writes a text with capitals, marks and gaps, as asked."""

    def _write(capitals=False, marks=False, gaps=False):
        words = [WORDS[i] for i in rng.integers(len(WORDS), size=24)]
        if capitals:
            words = [w.capitalize() if i % 3 == 0 else w for i, w in enumerate(words)]
        if marks:
            words = [w + MARKS[i % 6] if i % 2 == 0 else w for i, w in enumerate(words)]
        return ("  " if gaps else " ").join(words)

    return _write


def without_rules(text, left_out):
    """Count words with some of the rules left out."""
    text = text if "capitals" in left_out else text.lower()
    found = text.split(" ") if "gaps" in left_out else text.split()
    words = found if "marks" in left_out else [word.strip(MARKS) for word in found]
    return {word: words.count(word) for word in words if word or "gaps" in left_out}


def same(counts, right):
    return counts.keys() == right.keys() and all(close(counts[w], right[w]) for w in right)


def expect_counts(submission, text):
    counts, right = submission.count_words(text), without_rules(text, ())
    if same(counts, right):
        return
    for many in (1, 2):
        for left_out in combinations(RULES, many):
            wrong = without_rules(text, left_out)
            if wrong != right and same(counts, wrong):
                fail(
                    "words are counted apart that are the same, or that are none",
                    diagnoses=[Diagnosis(RULES[rule], left_out=rule) for rule in left_out],
                )
    found = sum(word in counts and bool(close(counts[word], right[word])) for word in right)
    fail(f"{found} of {len(right)} words have the right number, {len(counts)} are counted")


def expect_longest(submission, text, right, diagnoses=()):
    word = submission.longest_word(text)
    if not isinstance(word, str):
        fail("longest_word returns no text", diagnoses=[Diagnosis("wrong-return-type")])
    for wrong, name in diagnoses:
        expect(word != wrong, "it is not the longest word", diagnoses=[Diagnosis(name)])
    expect(word == right, "it is not the longest word", f"yours has {len(word)} letters")


@check("count_words: plain words", points=2, hint="Count the words of one line by hand.")
def test_plain(submission, write):
    expect_counts(submission, write())


@check("count_words: capitals and small letters", points=1.5, hint="Are The and the one word?")
def test_capitals(submission, write):
    expect_counts(submission, write(capitals=True))


@check("count_words: marks and gaps", points=1.5, hint="What stands between two spaces?")
def test_marks(submission, write):
    expect_counts(submission, write(capitals=True, marks=True, gaps=True))


@check("longest_word: among words with marks", points=1.5, hint="Are the marks letters?")
def test_longest(submission, rng):
    short, long = "window", "lantern"
    first, last = rng.permutation(["tree", f"{short}?!!"]).tolist()
    text = f"{first} {long.capitalize()}; {last}"
    wrong = [(f"{short}?!!", "marks-count"), (f"{long};", "marks-count")]
    wrong.append((long.capitalize(), "case-counts"))
    expect_longest(submission, text, long, wrong)


@check("longest_word: the first of several", points=1, hint="Is a tie a reason to change?")
def test_ties(submission, rng):
    first, last = rng.permutation(["bridge", "garden", "window"]).tolist()[:2]
    expect_longest(submission, f"{first} tree {last}", first, [(last, "last-of-ties")])


@check("both: a text without words", points=0.5, hint="What is left of a line of marks?")
def test_no_words(submission):
    expect(submission.count_words(" . !") == {}, "words are counted where there are none")
    expect_longest(submission, " ", "")
