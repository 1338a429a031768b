def centre(values):
    ordered = in_order(values)
    n = len(ordered)
    if n % 2:
        median = ordered[n // 2]
    else:
        median = (ordered[n // 2 - 1] + ordered[n // 2]) / 2
    return {"mean": sum(values) / n, "median": median}


def variance(values, mean, population=False):
    squares = sum((value - mean) ** 2 for value in values)
    return squares / (len(values) - (not population))
