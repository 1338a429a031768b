"""Do item statistics show a check that does nothing, and one that another makes needless?"""

from __future__ import annotations

from grader.verify.items import Items

ITEMS = Items(
    points={"example": 1.0, "shape": 2.0, "value": 3.0, "twin": 3.0, "idle": 1.0},
    public=frozenset({"example"}),
    deaths={
        "transposed": frozenset({"example", "shape"}),
        "minus:3#1": frozenset({"value", "twin"}),
        "wrong": frozenset({"value", "twin", "example"}),
        "only_example": frozenset({"example"}),
    },
)


def test_a_check_is_alone_when_no_other_hidden_check_kills() -> None:
    assert ITEMS.alone("shape") == ["transposed"]
    assert ITEMS.alone("value") == ITEMS.alone("twin") == ITEMS.alone("idle") == []


def test_an_example_is_alone_only_where_all_hidden_checks_are_blind() -> None:
    assert ITEMS.alone("example") == ["only_example"]


def test_the_summary_counts_hidden_checks() -> None:
    assert ITEMS.summary() == "1 of 4 hidden checks kill some mutant alone"


def test_the_table_tells_of_each_check_and_names_what_people_wrote() -> None:
    assert list(ITEMS.table()) == [
        "example: public, 1 points, 3 kills (3 written), 1 alone",
        "  alone: only_example",
        "  with others: transposed, wrong",
        "shape: hidden, 2 points, 1 kills (1 written), 1 alone",
        "  alone: transposed",
        "value: hidden, 3 points, 2 kills (1 written), 0 alone",
        "  with others: wrong",
        "twin: hidden, 3 points, 2 kills (1 written), 0 alone",
        "  with others: wrong",
        "idle: hidden, 1 points, 0 kills (0 written), 0 alone",
    ]
