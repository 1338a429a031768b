"""Find hidden units that are copies of each other, see whether training parts them, make some.

A hidden unit is its incoming row of weights, its bias and its outgoing column. Units related by a
factor look at the input along one and the same direction: factor 1 makes them copies, factor -1
copies up to sign (tanh is odd), any other factor the rank-one start. Shapes follow the course of
most texts: examples are columns, `incoming` is (units, inputs), `bias` (units, 1) or (units,),
`outgoing` (outputs, units).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float64]
Booleans: TypeAlias = npt.NDArray[np.bool_]
Relation: TypeAlias = Literal["equal", "opposite", "multiple"]

# Cosines this close to 1 select the pairs that are then compared number by number: one matrix
# product instead of a loop over pairs, and rounding stays far below.
_NEARLY_PARALLEL = 1e-9


MISCOUNTS: Mapping[str, Callable[[Sequence[object]], int]] = {
    "neighbours": lambda units: 1 + sum(one != other for one, other in pairwise(units)),
    "not_the_first": lambda units: 1 + sum(unit != units[0] for unit in units),
    "all": len,
    "copies": lambda units: len(units) - len(set(units)),
    "groups": lambda units: sum(size > 1 for size in _group_sizes(units)),
    "with_a_copy": lambda units: sum(size for size in _group_sizes(units) if size > 1),
    "without_a_copy": lambda units: sum(size == 1 for size in _group_sizes(units)),
    "largest_group": lambda units: max(_group_sizes(units)),
    "equal_pairs": lambda units: _equal_pairs(units),
    "all_less_pairs": lambda units: len(units) - _equal_pairs(units),
    "different_pairs": lambda units: math.comb(len(units), 2) - _equal_pairs(units),
    "one_less": lambda units: len(set(units)) - 1,
    "whether_different": lambda units: int(len(set(units)) == len(units)),
}
"""What is counted by mistake in the place of different units, from a label for each unit."""


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """Two or more units that are copies of each other, and in which sense."""

    units: tuple[int, ...]
    relation: Relation


@dataclass(frozen=True, slots=True)
class LabelledNetwork:
    """A network whose copies are known: what has the same label has the same numbers."""

    parameters: dict[str, Array]
    rows: Sequence[int]
    """A label for each unit's row of W1."""
    biases: Sequence[int]
    columns: Sequence[int]
    """A label for each unit's column of W2."""
    inputs: Sequence[int]
    """A label for each column of W1."""
    outputs: Sequence[int]
    """A label for each row of W2."""


def labelled_network(
    rng: np.random.Generator, rows: Sequence[int], biases: Sequence[int], columns: Sequence[int]
) -> LabelledNetwork:
    """Draw a network whose hidden units have these labels, numbers from 0 to 9.

    There are fewer hidden units than inputs and outputs, which have random labels of their own: who
    takes a row for a column gets a number and no exception.
    """
    n_x, n_y = (len(rows) + rng.permutation(np.arange(1, 5))[:2]).tolist()
    inputs, outputs = rng.integers(0, 4, n_x).tolist(), rng.integers(0, 3, n_y).tolist()
    spaced = 0.4 * rng.permutation(10) - rng.uniform(1.5, 1.9)
    parameters = {
        "W1": rng.normal(size=(10, 4))[np.ix_(rows, inputs)],
        "b1": spaced[list(biases)].reshape(-1, 1),
        "W2": rng.normal(size=(3, 10))[np.ix_(outputs, columns)],
        "b2": rng.normal(size=(n_y, 1)),
    }
    return LabelledNetwork(parameters, rows, biases, columns, inputs, outputs)


def near_copies(
    rng: np.random.Generator,
    labels: Sequence[int],
    length: int,
    *,
    tol: float,
    size: tuple[float, float],
    step: float | None = None,
) -> Floats:
    """Draw a row of numbers for each label, and move every row that is the last of its label a bit.

    A bit is at most `tol` / 100. Different labels differ in every number, by `step` or at random,
    and magnitudes are between the two of `size`. All numbers lie a quarter of `tol` above a
    multiple of it, where rounding and cutting off agree.
    """
    count = max(labels) + 1
    low, width = int(size[0] / tol), int((size[1] - size[0]) / tol) // count
    # A range of its own for each label, in every column another, so that no two share a number.
    ranges = rng.permuted(np.tile(np.arange(count)[:, None], length), axis=0)
    numbers = low + width * ranges + rng.integers(0, width, (count, length))
    numbers *= rng.choice([-1, 1], length)
    if step is not None:
        numbers = numbers[0] + round(step / tol) * np.arange(count)[:, None]
    rows = tol * (numbers + 0.25)[list(labels)]
    for label in range(count):
        last = max(i for i, each in enumerate(labels) if each == label)
        rows[last] += tol / 100 * rng.uniform(-1, 1, length)
    return np.asarray(rows, dtype=np.float64)


@np.errstate(over="ignore", invalid="ignore")
def symmetric_groups(
    incoming: Array, bias: Array | None = None, outgoing: Array | None = None
) -> list[UnitGroup]:
    """Find the groups of units that are equal, opposite or multiples of each other.

    A unit is in one group at most, and the group has the closest relation that holds for all of
    it. Only what is given is compared: the incoming rows alone, or with the biases and outgoing
    columns. Multiples are looked for in incoming rows alone, of three inputs or more: one input
    makes every two rows proportional. Units that are all zero are equal. Numbers count as equal
    within 1e-12 of the largest of their unit, 1e-6 for float32.
    """
    vectors = _unit_vectors(incoming, bias, outgoing)
    rtol = 1e-12 if np.asarray(incoming).dtype.itemsize >= 8 else 1e-6
    multiples = bias is None and outgoing is None and vectors.shape[1] >= 3
    groups = _gather(vectors, _directions(vectors) if multiples else vectors, rtol)
    return [UnitGroup(group, _relation(vectors[list(group)], rtol)) for group in groups]


def explain_group(group: UnitGroup, rows: Array, name: str) -> Iterator[str]:
    """Say in words and with its own numbers how a group of rows of the array `name` is related."""
    first, second = group.units[:2]
    more = f" and {len(group.units) - 5} more" if len(group.units) > 5 else ""
    listed = ", ".join(map(str, group.units[:5])) + more
    if group.relation == "multiple":
        largest = int(np.argmax(np.abs(rows[first])))
        factor = float(rows[second][largest]) / float(rows[first][largest])
        yield f"rows {listed} of {name} are multiples of each other"
        yield f"{name}[{second}] = {factor:.4g} * {name}[{first}]"
        yield "so all these units look at the input in one and the same direction"
        return
    up_to_sign = " up to the sign" if group.relation == "opposite" else ""
    yield f"hidden units {listed} are copies of each other{up_to_sign}"
    for unit in (first, second):
        numbers = ", ".join(f"{number:.4g}" for number in rows[unit][:6].tolist())
        yield f"{name}[{unit}] = [{numbers}{', …' if len(rows[unit]) > 6 else ''}]"


@np.errstate(over="ignore", invalid="ignore")
def stays_symmetric(
    parameters: Mapping[str, Array],
    units: Sequence[int],
    *,
    steps: int = 50,
    learning_rate: float = 1.2,
    rtol: float = 1e-6,
) -> bool:
    """Whether the given units of a tanh-sigmoid network are still equal after some training.

    `parameters`: W1 (n_h, n_x), b1 (n_h, 1), W2 (n_y, n_h), b2 (n_y, 1). The training set is
    small, fixed, and asks each output for something else, so that units part if they can. False
    also when the arrays do not fit together, because then nothing was seen to stay.
    """
    if not _fit(parameters):
        return False
    trained = train(parameters, steps=steps, learning_rate=learning_rate)
    vectors = _unit_vectors(trained["W1"], trained["b1"], trained["W2"])[list(units)]
    return bool(_equal(vectors, vectors[0], rtol).all())


def train(
    parameters: Mapping[str, Array], *, steps: int, learning_rate: float
) -> dict[str, Floats]:
    """Train a tanh-sigmoid network by gradient descent on the cross-entropy of a fixed problem."""
    w1, b1, w2, b2 = (np.array(parameters[k], dtype=np.float64) for k in ("W1", "b1", "W2", "b2"))
    x, y = _problem(w1.shape[1], w2.shape[0])
    for _ in range(steps):
        a1 = np.tanh(w1 @ x + b1)
        dz2 = (_sigmoid(w2 @ a1 + b2) - y) / x.shape[1]
        dz1 = (w2.T @ dz2) * (1 - a1**2)
        w1 -= learning_rate * (dz1 @ x.T)
        b1 -= learning_rate * dz1.sum(axis=1, keepdims=True)
        w2 -= learning_rate * (dz2 @ a1.T)
        b2 -= learning_rate * dz2.sum(axis=1, keepdims=True)
    return {"W1": w1, "b1": b1, "W2": w2, "b2": b2}


def _group_sizes(units: Sequence[object]) -> Iterable[int]:
    return Counter(units).values()


def _equal_pairs(units: Sequence[object]) -> int:
    return sum(math.comb(size, 2) for size in _group_sizes(units))


def _fit(parameters: Mapping[str, Array]) -> bool:
    w1, b1, w2, b2 = (np.shape(parameters[name]) for name in ("W1", "b1", "W2", "b2"))
    matrices = len(w1) == len(w2) == 2 and w1[0] == w2[1]
    return matrices and b1 == (w1[0], 1) and b2 == (w2[0], 1)


def _problem(n_x: int, n_y: int, examples: int = 24) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(1)
    x = rng.standard_normal((n_x, examples))
    return x, (rng.standard_normal((n_y, n_x)) @ x + 0.5 > 0).astype(np.float64)


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(z / 2)))  # this form cannot overflow


def _unit_vectors(rows: Array, bias: Array | None, outgoing: Array | None) -> Floats:
    parts = [np.asarray(rows, dtype=np.float64)]
    if bias is not None:
        parts.append(np.asarray(bias, dtype=np.float64).reshape(-1, 1))
    if outgoing is not None:
        parts.append(np.asarray(outgoing, dtype=np.float64).T)
    return np.hstack(parts)


def _gather(vectors: Floats, keys: Floats, rtol: float) -> list[tuple[int, ...]]:
    """Group the vectors whose keys are equal or opposite, each group around its first member."""
    near = _nearly_parallel(vectors)
    free = np.ones(len(vectors), dtype=bool)
    groups = []
    for unit in np.flatnonzero(near.sum(axis=1) > 1):
        members = np.flatnonzero(near[unit] & free)
        members = members[_alike(keys[members], keys[unit], rtol)]
        if free[unit] and len(members) > 1:
            free[members] = False
            groups.append(tuple(int(member) for member in members))
    return groups


def _relation(vectors: Floats, rtol: float) -> Relation:
    if _equal(vectors, vectors[0], rtol).all():
        return "equal"
    return "opposite" if _alike(vectors, vectors[0], rtol).all() else "multiple"


def _equal(vectors: Floats, model: Floats, rtol: float) -> Booleans:
    allowed = rtol * np.abs(model).max(initial=0.0)
    return np.asarray((np.abs(vectors - model) <= allowed).all(axis=1))


def _alike(vectors: Floats, model: Floats, rtol: float) -> Booleans:
    return _equal(vectors, model, rtol) | _equal(-vectors, model, rtol)


def _nearly_parallel(vectors: Floats) -> Booleans:
    directions = _directions(vectors)
    zero = ~directions.any(axis=1)
    cosines = np.abs(directions @ directions.T)
    return np.asarray((cosines > 1 - _NEARLY_PARALLEL) | np.outer(zero, zero))


def _directions(vectors: Floats) -> Floats:
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0.0)
    scaled = vectors / np.where(largest > 0, largest, 1.0)
    norms = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    return np.asarray(scaled / np.where(norms > 0, norms, 1.0))
