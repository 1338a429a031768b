"""Where the middle is."""


def centre(values):
    """Return a dict with the mean and the median of a list of numbers."""
    # TODO: put the values in order, then find their middle.
    raise NotImplementedError


def variance(values, population=False):
    """Return the variance of a list of numbers, of a sample unless they are the population."""
    # TODO: average the squared distances from the mean.
    raise NotImplementedError
