def centre(values):
    ordered = list(values)
    n = len(ordered)
    if n % 2:
        median = ordered[n // 2]
    else:
        median = ordered[n // 2]
    return {"mean": sum(values) / n, "median": median}


def variance(values, population=False):
    mean = sum(values) / len(values)
    squares = [(value - mean) ** 2 for value in values]
    return sum(squares) / (len(values) if population else len(values) - 1)
