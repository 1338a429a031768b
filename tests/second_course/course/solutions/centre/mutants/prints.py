def centre(values):
    print(sum(values) / len(values))


def variance(values, population=False):
    mean = sum(values) / len(values)
    squares = [(value - mean) ** 2 for value in values]
    return sum(squares) / (len(values) if population else len(values) - 1)
