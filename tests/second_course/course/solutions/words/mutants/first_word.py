def words_of(text):
    words = [word.strip(".,;:!?") for word in text.lower().split()]
    return [word for word in words if word]


def count_words(text):
    words = words_of(text)
    return {word: words.count(word) for word in words}


def longest_word(text):
    longest = ""
    for word in words_of(text):
        if not longest:
            longest = word
    return longest
