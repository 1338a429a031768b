"""Does each value meet each value of another dimension, in few tests?"""

from __future__ import annotations

from itertools import combinations, product

import pytest
from pairs import in_pairs


@pytest.mark.parametrize("sizes", [(3, 2), (2, 2, 2), (16, 5, 8), (13, 10, 3), (6, 3, 2), (1, 4)])
def test_each_two_meet(sizes: tuple[int, ...]) -> None:
    dimensions = [range(size) for size in sizes]
    rows = in_pairs(*dimensions)
    assert {*rows} <= {*product(*dimensions)}
    for first, second in combinations(range(len(sizes)), 2):
        met = {(row[first], row[second]) for row in rows}
        assert met == {*product(dimensions[first], dimensions[second])}


def test_there_are_fewer_than_of_the_product() -> None:
    assert len(in_pairs("ab", "cd", "ef")) == 4
    assert len(in_pairs("abcdef", "ghi", "jk")) < 6 * 3 * 2 * 2 / 3
