"""Words of a text: the reference solution."""

MARKS = ".,;:!?"


def words_of(text):
    words = (word.strip(MARKS) for word in text.lower().split())
    return [word for word in words if word]


def count_words(text):
    counts = {}
    for word in words_of(text):
        counts[word] = counts.get(word, 0) + 1
    return counts


def longest_word(text):
    return max(words_of(text), key=len, default="")
