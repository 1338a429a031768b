"""Given to students: the values in order."""


def in_order(values):
    """Return a new list of the values, smallest first."""
    return sorted(float(value) for value in values)
