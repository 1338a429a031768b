MARKS = ".,;:!?"


def clean(text):
    for mark in MARKS:
        text = text.replace(mark, " ")
    return text.lower().split()


def count_words(text):
    counts = {}
    for word in clean(text):
        if word not in counts:
            counts[word] = 0
        counts[word] += 1
    return counts


def longest_word(text):
    words = clean(text)
    if not words:
        return ""
    return max(words, key=len)
