import re
from collections import Counter


def count_words(sentence):
    return dict(Counter(re.findall(r"[a-z]+", sentence.lower())))


def longest(sentence):
    found = re.findall(r"[a-z]+", sentence.lower())
    return sorted(found, key=len, reverse=True)[0] if found else ""
