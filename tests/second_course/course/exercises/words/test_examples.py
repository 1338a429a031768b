"""Public examples for words: run them with `grader check` as often as you like."""

from grader.testing import check, expect, expect_close


@check("count_words: three words", points=1, hint="How often does each of them occur?")
def test_example_count(submission):
    counts = submission.count_words("one two one")
    expect(counts.keys() == {"one", "two"}, "other words are counted than one and two")
    expect_close(counts["one"], 2, "one", reveal=True)
    expect_close(counts["two"], 1, "two", reveal=True)


@check("longest_word: three words", points=1, hint="Which word has most letters?")
def test_example_longest(submission):
    expect(submission.longest_word("a longer word") == "longer", "it is not the word longer")
