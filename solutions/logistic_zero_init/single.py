"""What logistic_zero_init asks of a single number, and how near is near enough."""

from grader.model.exercise import Returns

NUMBER = Returns(kind="number", finite=False)
NEAR = {"rtol": 1e-4, "atol": 1e-6}


def number(array):
    """Return a single number without the brackets that it may come in."""
    return array.reshape(()) if array.size == 1 else array
