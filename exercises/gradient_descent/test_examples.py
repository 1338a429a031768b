"""Public examples of gradient_descent: a few heights and slopes, and three steps worked by hand."""

import numpy as np

from grader.testing import Diagnosis, Mistake, check, close, expect_close, fail

# From x = 2 with a learning rate of 0.02: the slope there is 23, so the first step is -0.46. The
# fifth point is one too many; the others are what known mistakes make of the walk.
WALKS = {
    (): [2, 1.54, 1.172, 0.8776, 0.64208],
    ("ascends",): [2, 2.46, 3.012, 3.6744, 4.46928],
    ("ignores-learning-rate",): [2, -21, 186, -1677, 15090],
    ("ignores-learning-rate", "ascends"): [2, 25, 278, 3061, 33674],
    ("ignores-initial-value",): [4, 3.14, 2.452, 1.9016, 1.46128],
    ("ignores-initial-value", "ascends"): [4, 4.86, 5.892, 7.1304, 8.61648],
    ("stale-gradient",): [2, 1.54, 1.08, 0.62, 0.16],
    ("wrong-derivative",): [2, 1.56, 1.30304, 1.13506628, 1.01812475],
    ("records-heights",): [22, 12.478, 6.38392, 2.4837088, -0.01242637],
}
OTHERS = {
    ("ignores-learning-rate",): [2, 0.85, 0.275, -0.0125],
    ("integer-arrays",): [2, 1, 0, 0],
}
PATH = WALKS[()][:4]
SHOWN = {"rtol": 1e-4, "atol": 1e-4}


@check(
    "Example: the height of the parabola",
    points=0.5,
    hint="At x = -2 the first term is 20 and the second -6. What remains to be subtracted?",
)
def test_example_f(submission):
    heights = [submission.f(x) for x in (0.0, 1.0, -2.0)]
    if not close(heights, [-4.0, 4.0, 10.0], 1e-6, 1e-6):
        said = f"yours are {heights[0]:.6g}, {heights[1]:.6g} and {heights[2]:.6g}"
        fail(
            "f(0) is -4, f(1) is 4 and f(-2) is 10",
            said,
            diagnoses=[Diagnosis("wrong-function", heights=heights)],
        )


@check(
    "Example: the slope of the parabola",
    points=0.5,
    hint="From f(1) = 4 to f(1.001) the parabola rises by 0.013. How much is that for each 1 of x?",
)
def test_example_f_prime(submission):
    slopes = [submission.f_prime(x) for x in (0.0, 1.0, -2.0)]
    if not close(slopes, [3.0, 13.0, -17.0], **SHOWN):
        said = f"yours are {slopes[0]:.6g}, {slopes[1]:.6g} and {slopes[2]:.6g}"
        rises = [submission.f(x + 0.5) - submission.f(x - 0.5) for x in (0.0, 1.0, -2.0)]
        name = "wrong-function" if close(slopes, rises, **SHOWN) else "wrong-derivative"
        fail(
            "the slope is 3 at x = 0, 13 at x = 1 and -17 at x = -2",
            said,
            diagnoses=[Diagnosis(name, slopes=slopes)],
        )


@check(
    "Example: three steps from 2 with a learning rate of 0.02",
    points=1,
    hint="The slope at 2 is 23, and 2 - 0.02 * 23 = 1.54. Where is the slope taken next?",
)
def test_example_path(submission):
    path = submission.gradient_descent(2.0, 0.02, 3)
    if not close(path, PATH, **SHOWN) and follows_own_slope(submission, path):
        return  # a wrong f_prime has an example of its own
    expect_close(path, PATH, "the path", mistakes=known_mistakes(), reveal=True, **SHOWN)


def known_mistakes():
    """Yield what known mistakes make of the path, alone and with a point too many or too few."""
    for ids, points in (*WALKS.items(), *OTHERS.items()):
        if ids:
            yield Mistake(ids, np.array(points[:4]))
    for ids, points in WALKS.items():
        start, *after = points
        odd = points[:3], points, after[:3], after, [0, *after[:3]]
        twice_or_never = [start, *points[:3]], [*points[:3], 0]
        for wrong in (*odd, *twice_or_never):
            yield Mistake((*ids, "off-by-one-trajectory"), np.array(wrong))


def follows_own_slope(submission, path):
    """Whether the path is right for the slopes that the submission's own f_prime gives."""
    if path.shape != (4,) or path[0] != 2 or path.min() == path.max():
        return False
    own = [x - 0.02 * submission.f_prime(x) for x in path[:-1].tolist()]
    return close(path[1:], own, **SHOWN)
