"""Do a student's own assertions end nothing, unless they do more than end the function?"""

from __future__ import annotations

from typing import Any

import pytest

NOTHING_ENDS = {
    "an assertion": "assert x == 4\n    return x",
    "one with a message": "assert x == 4, f'{x} is not 4'\n    return x",
    "one in a loop": "for n in range(2):\n        assert n > 5\n    return x",
    "one in a function within": "def g():\n        assert x == 4\n        return x\n    return g()",
    "a library's": "import numpy as np\n    np.testing.assert_equal(x, 4)\n    return x",
    "one of the file": "assert_that(x == 4)\n    return x",
    "one behind a caught error": (
        "try:\n        x / 0\n    except ZeroDivisionError:\n        assert x == 4\n    return x"
    ),
    "one after what was tried": (
        "try:\n        y = x\n    except KeyError:\n        pass\n    else:\n"
        "        assert y == 4\n    finally:\n        assert x == 4\n    return y"
    ),
}


@pytest.mark.parametrize("body", NOTHING_ENDS.values(), ids=NOTHING_ENDS)
def test_an_assertion_that_is_not_true_ends_nothing(value: Any, body: str) -> None:
    helper = "def assert_that(truth):\n    if not truth: raise AssertionError\n"
    assert value(f"{helper}def f(x=3):\n    {body}") == 3


MORE_THAN_AN_END = {
    "it binds a name": "assert (y := x)\n    return y",
    "it is caught": (
        "try:\n        assert x == 4\n    except AssertionError:\n        return x\n    return 0"
    ),
    "it is caught in a group": (
        "try:\n        assert x == 4\n    except* AssertionError:\n        x = 3\n    return x"
    ),
    "it is caught around a loop": (
        "try:\n        for n in range(2):\n            assert n == 4\n"
        "    except AssertionError:\n        return x\n    return 0"
    ),
    "another call": "found = []\n    found.append(x)\n    assert found == []\n    return found[0]",
}


@pytest.mark.parametrize("body", MORE_THAN_AN_END.values(), ids=MORE_THAN_AN_END)
def test_what_an_assertion_does_besides_is_done(value: Any, body: str) -> None:
    assert value(f"def f(x=3):\n    {body}") == 3


def test_an_assertion_that_binds_a_name_is_one_still(value: Any) -> None:
    with pytest.raises(AssertionError):
        value("def f(x=3):\n    assert (y := x) == 4\n    return y")
