"""Hidden checks of gradient_descent: the parabola, its slope, and a path judged point by point.

Where a path begins, how many points it has and whether each step follows the slope are judged
apart, so that a slip costs what it touches. A step is right when it follows the slope of the
parabola or the one that the submission's own `f_prime` gives: a wrong derivative is paid for once.
"""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from walks import (
    DEFAULTS,
    LONG,
    NEAR,
    RATES,
    SLOPES,
    SWITCHES,
    descend,
    height,
    size_of,
    slope,
    wrong_path,
)

from grader.testing import (
    CheckFailed,
    Diagnosis,
    Mistake,
    check,
    close,
    expect,
    expect_close,
    expect_default,
    fail,
    mistake_models,
)


@pytest.fixture
def walk(rng):
    """Return a start away from the bottom, a rate that is none of the usual ones, and a length."""
    return SimpleNamespace(
        x0=float(rng.choice([-1, 1]) * rng.uniform(1.2, 3.8)),
        rate=float(rng.choice([rng.uniform(0.02, 0.04), rng.uniform(0.06, 0.09)])),
        steps=int(rng.integers(4, 8)),
    )


@pytest.fixture
def places(rng):
    """Return six numbers at which functions are compared, none too near to another."""
    return (np.arange(-3, 3) + rng.uniform(0.2, 0.8, 6)).tolist()


@check(
    "f gives the height of 5x² + 3x - 4",
    points=1,
    hint="Work out f(0), f(1) and f(-1) by hand. Which of the three terms disagrees with yours?",
)
def test_f(submission, places):
    heights = [submission.f(x) for x in places]
    if not close(heights, [height(x) for x in places], **NEAR):
        sentence = f"your f(x) is {in_words(places, heights)}"
        fail("f is another function", diagnoses=[Diagnosis("wrong-function", sentence)])


@check(
    "f_prime gives the slope of 5x² + 3x - 4",
    points=1.5,
    hint="How much does f rise from x - 0.001 to x + 0.001, for each 1 of x?",
)
def test_f_prime(submission, places):
    slopes = [submission.f_prime(x) for x in places]
    if close(slopes, [slope(x) for x in places], **NEAR):
        return
    sentence = f"your f_prime(x) is {in_words(places, slopes)}"
    if close(slopes, own_rises(submission, places), **NEAR):
        sentence += ", which is the slope of your f, but your f is not the parabola asked for"
        fail("f_prime belongs to another f", diagnoses=[Diagnosis("wrong-function", sentence)])
    fail("f_prime is not the slope of f", diagnoses=[Diagnosis("wrong-derivative", sentence)])


@check(
    "gradient_descent: the path begins at x0",
    points=1,
    hint="What is stored first: the point that was handed over, or one that was computed?",
)
def test_start(submission, walk):
    path = walked(submission, walk.x0, walk.rate, walk.steps)
    expect(path.size, "the path holds no point at all", diagnoses=[Diagnosis("wrong-shape")])
    if not close(path.flat[0], walk.x0, **NEAR):
        known = why_not_x0(submission, walk) if path.ndim == 1 else ()
        fail("the first point is not x0", diagnoses=[*known])


@check(
    "gradient_descent: num_steps steps make num_steps + 1 points",
    points=1,
    hint="After no step at all, how many points are there? And how many does each step add?",
)
def test_length(submission, walk):
    for steps in (walk.steps, 0):
        path = walked(submission, walk.x0, walk.rate, steps)
        points, wanted = path.size, steps + 1
        if path.shape != (wanted,):
            one_off = path.ndim == 1 and abs(points - wanted) == 1
            name = "off-by-one-trajectory" if one_off else "wrong-shape"
            sentence = f"after {steps} steps the path has {size_of(path)}, not {wanted} points"
            fail("the path has another length", diagnoses=[Diagnosis(name, sentence)])


@check(
    "gradient_descent: every step goes against the slope, as far as the learning rate says",
    points=2,
    hint="Take the second point of your path. Which slope, which sign, which factor led to it?",
)
def test_steps(submission, walk):
    path = walked(submission, walk.x0, walk.rate, walk.steps)
    expect(path.ndim == 1 and path.size > 1, f"there is no step in a path of shape {path.shape}")
    path = path[: walk.steps + 2]
    right = descend(path[0], walk.rate, path.size - 1, slope)
    if close(path, right, **NEAR) or not follows_own_slope(submission, path, walk.rate):
        mistakes = known_mistakes(submission, walk, path)
        expect_close(path, right, "the path", mistakes=mistakes, **NEAR)


@check(
    "gradient_descent: a long walk does not end before its last step",
    points=0.5,
    hint="Near the bottom the steps are tiny. Is there anything in your loop that stops it there?",
    needs=["steps"],
)
def test_long_walk(submission, walk):
    # A slope of their own may lead anywhere, so such a walk is kept short and slow.
    steps, rate = (LONG, walk.rate) if own_slope(submission) is None else (12, 0.01)
    path = walked(submission, walk.x0, rate, steps)
    # One point too many or too few has a check of its own.
    if path.ndim != 1 or abs(path.size - steps - 1) > 1:
        sentence = f"after {steps} steps the path has {size_of(path)}"
        fail("the path has another length", diagnoses=[Diagnosis("wrong-shape", sentence)])
    right = path[:-1] - rate * slope(path[:-1])
    if not close(path[1:], right, **NEAR) and not follows_own_slope(submission, path, rate):
        fail(f"after {steps} steps the walk is not where its slopes lead it")


@check(
    "gradient_descent: a whole number is a start like any other",
    points=0.5,
    hint="What does numpy keep of 1.54 in an array that was made from the whole number 2?",
)
def test_whole_start(submission, walk, rng):
    start = int(rng.integers(2, 8))
    with submission.repeatable():  # a start of their own is paid for elsewhere
        with_float = walked(submission, float(start), walk.rate, walk.steps)
        with_int = walked(submission, start, walk.rate, walk.steps)
    expect(moves(with_float), "the path does not move")
    if not close(with_int, with_float, **NEAR):
        diagnoses = []
        if with_int.dtype.kind in "iu":
            sentence = f"from a whole number the path is an array of {with_int.dtype} numbers"
            diagnoses = [Diagnosis("integer-arrays", sentence)]
        fail("the path from a whole number is another one", diagnoses=diagnoses)


@check(
    "gradient_descent: x0 = 4.0, learning_rate = 0.05 and num_steps = 100 when left out",
    points=0.5,
    hint="What does the first line of your function say about its arguments?",
)
def test_defaults(submission, rng):
    # Compared with the submission's own walk: a wrong walk is paid for in its own checks.
    given = {"x0": 0.4, "learning_rate": float(rng.uniform(1e-4, 2e-4)), "num_steps": 2}
    with submission.repeatable():
        for name, value in DEFAULTS.items():
            others = {key: given[key] for key in given if key != name}
            expected = submission.gradient_descent(**others, **{name: value})
            actual = submission.gradient_descent(**others)
            expect(moves(expected), "the path does not move")
            expect_default(close(actual, expected), name, value)


def walked(submission, *arguments):
    """Return the student's path; numbers that are not finite fail the check."""
    path = submission.gradient_descent(*arguments)
    if not np.isfinite(path).all():
        sentence = f"{np.isfinite(path).sum()} of {path.size} numbers are finite"
        fail("the path holds NaN or infinity", diagnoses=[Diagnosis("nan-or-inf", sentence)])
    return path


def moves(path):
    return path.size > 1 and path.min() < path.max()


def follows_own_slope(submission, path, rate):
    """Whether a path that moves does so by the slopes that the submission's own f_prime gives."""
    if not moves(path):
        return False
    some = np.unique(np.linspace(0, path.size - 2, 8).astype(int))
    try:
        slopes = [submission.f_prime(float(x)) for x in path[some]]
    except CheckFailed:
        return False
    return close(path[some + 1], path[some] - rate * np.array(slopes), **NEAR)


def own_slope(submission):
    """Return the polynomial that a wrong f_prime computes; None for others, and for the right."""
    places = [-3.1, -1.7, -0.4, 0.9, 2.2, 3.5]
    try:
        slopes = [submission.f_prime(x) for x in places]
    except CheckFailed:
        return None
    own = polynomial(places, slopes)
    return None if own is None or close(slopes, list(map(slope, places)), **NEAR) else own


def own_rises(submission, places):
    """Return the slopes of the submission's own f, if it is a polynomial."""
    try:
        own = polynomial(places, [submission.f(x) for x in places])
    except CheckFailed:
        return []
    return [] if own is None else own.deriv()(places)


def polynomial(places, values):
    """Return the cubic or simpler polynomial through all values, None when there is none."""
    if np.abs(values).max() > 1e9:
        return None
    fitted = np.poly1d(np.polyfit(places, values, 3))
    return fitted if close(fitted(places), values, 1e-7, 1e-7 * np.abs(values).max()) else None


def in_words(places, values):
    """Name the polynomial that the student's own numbers lie on, such as ``10x - 3``."""
    found = polynomial(places, values)
    if found is None:
        return "no polynomial of degree 3 or less"
    powers = zip(found.coeffs.round(5).tolist(), range(found.order, -1, -1), strict=True)
    terms = [(c, ("", "x", "x²", "x³")[power]) for c, power in powers if c]
    # A factor of 1 is written only where it stands alone.
    said = [
        f"{'-' if c < 0 else '+'} {'' if x and abs(c) == 1 else f'{abs(c):g}'}{x}" for c, x in terms
    ]
    return " ".join(said).removeprefix("+ ") or "0"


def why_not_x0(submission, walk):
    """Yield the mistake that explains a first point other than x0, if one does exactly."""
    with submission.repeatable():
        starts = (walk.x0, -walk.x0, walk.x0)
        path, other, again = (walked(submission, x, walk.rate, walk.steps) for x in starts)
    if np.array_equal(path, again) and np.array_equal(path, other):
        yield Diagnosis("ignores-initial-value", "another start gives the same path")
        return
    rates = np.array([walk.rate, *RATES.values()])
    slopes = [at(walk.x0) for at in (slope, *SLOPES.values())]
    steps = np.outer([rates, -rates], slopes + from_own(submission.f_prime, walk.x0))
    after_a_step = walk.x0 - steps
    first, second = path[0], path[min(1, path.size - 1)]
    if path.dtype.kind in "iu" and first == int(walk.x0):
        yield Diagnosis("integer-arrays", f"the path is an array of {path.dtype} numbers")
    elif is_among(first, [height(walk.x0), *from_own(submission.f, walk.x0)]):
        yield Diagnosis("records-heights", "the path begins with the height of x0")
    elif is_among(first, after_a_step):
        yield Diagnosis("off-by-one-trajectory", "the path begins after the first step")
    elif is_among(second, after_a_step):
        yield Diagnosis("off-by-one-trajectory", "the place of the first point is left empty")


def from_own(function, x):
    try:
        return [function(x)]
    except CheckFailed:
        return []


def is_among(value, candidates):
    return bool((np.abs(value - np.asarray(candidates)) < 1e-6 * max(1, abs(value))).any())


def known_mistakes(submission, walk, path):
    """Yield the paths of mistakes, made with the submission's own slope or with the right one."""
    holds_integers = path.dtype.kind in "iu"
    switches = SWITCHES | ({"cut": "integer-arrays"} if holds_integers else {})
    for base in (own_slope(submission), slope):
        if base:
            formula = partial(wrong_path, path, walk, base)
            yield from mistake_models(formula, switches)
    faster = walked(submission, walk.x0, 2 * walk.rate, walk.steps)[: path.size]
    if np.array_equal(path, faster) and moves(path):
        yield Mistake(("ignores-learning-rate",), path)
    if holds_integers:
        yield Mistake(("integer-arrays",), path)
