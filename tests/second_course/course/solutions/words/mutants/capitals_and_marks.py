def words_of(text):
    words = text.split()
    return [word for word in words if word]


def count_words(text):
    words = words_of(text)
    return {word: words.count(word) for word in words}


def longest_word(text):
    longest = ""
    for word in words_of(text):
        if len(word) > len(longest):
            longest = word
    return longest
