"""Where the middle is: the reference solution."""


def centre(values):
    ordered = sorted(float(value) for value in values)
    n = len(ordered)
    median = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    return {"mean": sum(ordered) / n, "median": median}


def variance(values, population=False):
    mean = sum(values) / len(values)
    squares = [(value - mean) ** 2 for value in values]
    return sum(squares) / (len(values) if population else len(values) - 1)
