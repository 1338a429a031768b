"""Hidden checks of constant_init: units counted.

What a mistake would count follows from the labels that a network's units are made of, and the
counts of several networks together name it.
"""

from functools import partial
from itertools import combinations
from types import SimpleNamespace

import numpy as np

from grader.testing import (
    MISCOUNTS,
    CheckFailed,
    Diagnosis,
    check,
    chosen,
    expect_close,
    expect_default,
    fail,
    labelled_network,
    mistake_models,
    near_copies,
)

DEFAULT_TOL = 1e-12
WHOLE = ("rows", "biases", "columns")
# What is compared in place of whole units; `outputs` are rows of W2, `inputs` columns of W1.
PARTS = {" ".join(part): part for size in (1, 2) for part in combinations(WHOLE, size)} | {
    "rows_of_W2": ("rows", "biases", "outputs"),
    "rows_of_W2_no_b1": ("rows", "outputs"),
    "only_rows_of_W2": ("outputs",),
    "columns_of_W1": ("inputs",),
}
COUNTS = dict.fromkeys(PARTS, "incomplete-unit") | dict.fromkeys(MISCOUNTS, "miscounted-units")


def counted(networks, **on):
    """Return what a count gives for each network, right or with mistakes."""
    parts, rule = chosen(PARTS, on, WHOLE), chosen(MISCOUNTS, on, different)
    labels = [[getattr(network, part) for part in parts] for network in networks]
    return np.array([rule([*zip(*each, strict=False)]) for each in labels], dtype=float)


def different(units):
    return len(set(units))


def rank(network):
    p = network.parameters
    return np.linalg.matrix_rank(np.hstack([p["W1"], p["b1"], p["W2"].T]))


def telling(draw, formula, switches, misconception):
    """Draw networks until `misconception` never gives the right counts, or another's."""
    while True:
        networks = draw()
        # The rank of a network's units has no name, and may give the counts of no mistake that has.
        right, found = tuple(formula(networks)), {tuple(map(rank, networks)): {"rank"}}
        for flag, name in switches.items():
            found.setdefault(tuple(formula(networks, **{flag: True})), set()).add(name)
        harmless = found.pop(right, set())
        if misconception not in harmless and all(len(names) == 1 for names in found.values()):
            return networks


def expect_counts(submission, networks, formula, switches):
    """Compare counts, and show a student only which of their own are wrong."""
    count, right = submission.count_distinct_hidden_units, formula(networks)
    # tol is left out where a network has none.
    counts = [count(n.parameters, *([n.tol] if hasattr(n, "tol") else [])) for n in networks]
    models = mistake_models(partial(formula, networks), switches)
    try:
        expect_close(np.array(counts), right, "the counts", mistakes=models)
    except CheckFailed as failure:
        given = [count(n.parameters, getattr(n, "tol", DEFAULT_TOL)) for n in networks]
        expect_default(given != right.tolist(), "tol", DEFAULT_TOL)
        rows = zip(networks, counts, right, strict=True)
        wrong = [
            f"{len(n.parameters['b1'])} hidden units: you count {c:g}" for n, c, r in rows if c != r
        ]
        said = "your counts are what this gives"
        named = [Diagnosis(each.misconception, said) for each in failure.diagnoses]
        headline = f"{len(wrong)} of {len(counts)} networks are counted wrong"
        fail(headline, *wrong, staff=failure.staff, diagnoses=named)


@check(
    "count_distinct_hidden_units: copies count once, wherever they stand",
    points=1.25,
    hint="The units are A, B, A, A, C. Which of them does your function compare, and count?",
)
def test_copies_counted(submission, rng):
    def draw():
        sizes = [(kinds, rng.integers(5, 10)) for kinds in (1, 2, 3, 4, 5, 6)]
        labels = [rng.integers(0, kinds, n_h).tolist() for kinds, n_h in sizes]
        return [labelled_network(rng, each, each, each) for each in labels]

    expect_counts(submission, telling(draw, counted, COUNTS, "miscounted-units"), counted, COUNTS)


@check(
    "count_distinct_hidden_units: a unit is its row of W1, its b1 and its column of W2",
    points=1.25,
    hint="Where are the numbers of unit 2 in W1, in b1 and in W2? Does your function see them all?",
)
def test_whole_units(submission, rng):
    def draw():
        # Copies stand side by side: who compares neighbours only has lost a check already.
        labels = [sorted(rng.integers(0, 3, (n_h, 3)).tolist()) for n_h in rng.integers(7, 12, 6)]
        return [labelled_network(rng, *zip(*each, strict=True)) for each in labels]

    expect_counts(submission, telling(draw, counted, COUNTS, "incomplete-unit"), counted, COUNTS)


# When two units are the same to those who use another tolerance; the last axis is a unit's numbers.
SAME = {
    "exact": lambda u, v, _: (u == v).all(axis=-1),
    "close": lambda u, v, _: np.isclose(u, v).all(axis=-1),
    "close_within": lambda u, v, tol: np.isclose(u, v, atol=tol).all(axis=-1),
    "relative": lambda u, v, tol: np.isclose(u, v, rtol=tol).all(axis=-1),
    "only_relative": lambda u, v, tol: np.isclose(u, v, rtol=tol, atol=0.0).all(axis=-1),
    "always_1e_12": lambda u, v, _: within(u, v, 1e-12),
    "always_1e_8": lambda u, v, _: within(u, v, 1e-8),
    "squared": lambda u, v, tol: ((u - v) ** 2).sum(axis=-1) <= tol,
}
# Units that are read wrongly all differ here, and so count as many as there are.
OTHERS = [rule for rule in MISCOUNTS if rule != "all"]
TOLERANCES = dict.fromkeys(SAME, "wrong-tolerance") | dict.fromkeys(OTHERS, "miscounted-units")


def within(u, v, tol):
    return np.abs(u - v).max(axis=-1) <= tol


def tolerated(networks, **on):
    """Return what a count gives for each network, right or with mistakes."""
    same, rule = chosen(SAME, on, within), chosen(MISCOUNTS, on, different)
    pairs = [same(n.units[:, None], n.units, getattr(n, "tol", DEFAULT_TOL)) for n in networks]
    # A unit's label is the first unit that is the same.
    return np.array([rule(each.argmax(axis=1).tolist()) for each in pairs], dtype=float)


@check(
    "count_distinct_hidden_units: two numbers are equal when they differ by at most tol",
    points=0.75,
    hint="Which units are the same when tol is 0.001? Which are when tol is left out?",
)
def test_tolerance(submission, rng):
    tol = 10.0 ** -int(rng.integers(2, 5))

    def draw():
        kinds = rng.permutation([2, 3, 4, 5, 6, 7]).tolist()
        return [
            near(rng, kinds[0], (0.1, 2.0)),
            near(rng, kinds[1], (0.1, 2.0), step=2e-8),
            near(rng, kinds[2], (0.1, 2.0), step=2e-8),
            near(rng, kinds[3], (0.1, 2.0), tol=tol),
            near(rng, kinds[4], (0.1, 2.0), tol=tol / 10),
            near(rng, kinds[5], (800.0, 999.0), tol=tol, step=100 * tol),
        ]

    networks = telling(draw, tolerated, TOLERANCES, "wrong-tolerance")
    expect_counts(submission, networks, tolerated, TOLERANCES)


def near(rng, kinds, size, step=None, **tol):
    """Return a network of units that differ by far more than the tolerance, or by far less."""
    labels = sorted([*range(kinds), *rng.integers(0, kinds, 2), 0, 0, 1])
    units = near_copies(rng, labels, 21, size=size, step=step, **({"tol": DEFAULT_TOL} | tol))
    W1, b1, columns = np.split(units, [11, 12], axis=1)
    parameters = {"W1": W1, "b1": b1, "W2": columns.T, "b2": rng.normal(size=(9, 1))}
    return SimpleNamespace(parameters=parameters, units=units, **tol)
