"""Check a returned value against its function's contract, before a hidden test touches it.

What passes here is what the contract says: real, finite numeric arrays under the right keys. A
hidden test can therefore compute with it and cannot trip over a student's `None`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, NoReturn

import numpy as np

from grader.model.exercise import Returns
from grader.testing.failures import Diagnosis, fail
from grader.wire import Unsent

MOST_VALUES: Final = 20_000
WORDS = {"dict": "a dict", "array": "an array", "number": "a number", "tuple": "a tuple"}


def validate(returns: Returns, value: Any, name: str) -> Any:
    """Return `value` in its canonical form, or fail the check saying what is wrong with `name`."""
    match returns.kind:
        case "dict":
            return _dict(returns, value, name)
        case "tuple":
            return _tuple(returns, value, name)
        case "number":
            return _number(value, name, finite=returns.finite)
        case "array":
            array = _from_list(value) if returns.allow_list else value
            return _array(array, name, finite=returns.finite)
        case "none":
            return None
    return value


def type_name(value: Any) -> str:
    """Name the type of a value that crossed the wire, as a student would say it."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        numbers = "" if _is_numeric(value) else f"{value.dtype.name} "
        return f"{with_article(f'{numbers}array')} of shape {value.shape}"
    if isinstance(value, complex):
        return "a complex number"
    return with_article(type(value).__name__)


def with_article(name: str) -> str:
    """Return ``a list``, ``an array``."""
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _dict(returns: Returns, value: Any, name: str) -> dict[Any, Any]:
    in_order = returns.allow_tuple and _is_sequence(value)
    if in_order and len(value) == len(returns.keys):
        value = dict(zip(returns.keys, value, strict=True))
    if not isinstance(value, dict):
        keys = f" with the keys {', '.join(returns.keys)}" if returns.keys else ""
        _wrong_type(name, value, f"a dict{keys}")
    missing = [key for key in returns.keys if key not in value]
    if missing:
        headline = f"{name} is a dict without {' and '.join(missing)}"
        _wrong_keys(headline, value, expected=returns.keys, missing=missing)
    if returns.values == "any":
        return value
    if not returns.keys:
        _expect_few(value, name)
        if any(type(key) is not str for key in value):
            _wrong_keys(f"{name} is a dict whose keys are not all text", value)
        # Which are extra, nobody can say: what could not be sent costs whoever uses it.
        return {
            k: v if isinstance(v, Unsent) else _array(v, k[:40] or "''", finite=returns.finite)
            for k, v in value.items()
        }
    # Extra keys are the student's business: names of numbers are kept, the rest is left out.
    checked = {key: _array(value[key], key, finite=returns.finite) for key in returns.keys}
    extra = {k: np.asarray(v) for k, v in value.items() if k not in checked and _is_extra(k, v)}
    return checked | extra


def _wrong_keys(
    headline: str, value: dict[Any, Any], expected: Sequence[str] = (), **evidence: Any
) -> NoReturn:
    # Quotes tell text from numbers, where a student has both: 'W1', ('W', 1).
    show: Callable[[Any], str] = repr if any(type(key) is not str for key in value) else str
    present = [show(key)[:40] for key in list(value)[:12]]
    has = ", ".join(present)[:160] or "no key at all"
    fail(
        headline,
        *([f"expected keys: {', '.join(map(show, expected))}"] if expected else []),
        f"your keys:     {has}",
        diagnoses=[Diagnosis("wrong-return-keys", **evidence, keys=present)],
    )


def _is_extra(key: Any, value: Any) -> bool:
    return type(key) is str and _is_numeric(value)


def _tuple(returns: Returns, value: Any, name: str) -> tuple[Any, ...]:
    length = returns.length or len(returns.items)
    if not _is_sequence(value):
        _wrong_type(name, value, f"{length} values" if length else "a tuple")
    if length and len(value) != length:
        fail(
            f"{name} has {len(value)} values instead of {length}",
            diagnoses=[Diagnosis("wrong-return-type", expected=length, actual=len(value))],
        )
    _expect_few(value, name)
    parts = returns.items or (Returns(kind="array", finite=returns.finite),) * len(value)
    return tuple(
        validate(part, item, f"value {i} of {name}")
        for i, (part, item) in enumerate(zip(parts, value, strict=True), 1)
    )


def _is_sequence(value: Any) -> bool:
    """Whether a value is a tuple in all but name: `np.array([mean, std])` of two numbers is.

    Python would take rows apart, too, but a column of two is as likely one value of the two.
    """
    return isinstance(value, tuple | list) or (isinstance(value, np.ndarray) and value.ndim == 1)


def _expect_few(values: Collection[Any], name: str) -> None:
    """Fail for so many values that looking at each would keep the rest of a class waiting."""
    if len(values) > MOST_VALUES:
        fail(
            f"{name} holds more values than can be looked at",
            f"{len(values)} where at most {MOST_VALUES} are",
            diagnoses=[Diagnosis("wrong-return-type", name=name, count=len(values))],
        )


def _number(value: Any, name: str, *, finite: bool) -> float:
    """Return a float; an array of one element is a number too, because learners' costs are."""
    if not _is_numeric(value) or np.size(value) != 1:
        _wrong_type(name, value, "a number")
    return float(_array(value, name, finite=finite).reshape(()))


def _array(value: Any, name: str, *, finite: bool) -> np.ndarray[Any, Any]:
    if not _is_numeric(value):
        _wrong_type(name, value, "an array of numbers")
    array = np.asarray(value)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        # What is larger than any double is infinite to everyone who computes with it.
        with np.errstate(over="ignore"):
            array = array.astype(np.float64)
    if finite and array.dtype.kind == "f" and not np.isfinite(array).all():
        bad = int(array.size - np.isfinite(array).sum())
        fail(
            f"{name} holds NaN or infinity",
            f"{bad} of its {array.size} values are not finite",
            diagnoses=[Diagnosis("nan-or-inf", name=name, count=bad, size=array.size)],
        )
    return array


def _from_list(value: Any) -> Any:
    """Return the array that a list stands for, or the value itself when it stands for none."""
    if not isinstance(value, tuple | list):
        return value
    parts = [_from_list(part) for part in value]
    fit = all(map(_is_numeric, parts)) and len({np.shape(part) for part in parts}) <= 1
    return np.array(parts) if fit else value


def _is_numeric(value: Any) -> bool:
    if isinstance(value, np.ndarray | np.generic):
        return value.dtype.kind in "biuf"
    if isinstance(value, int) and not isinstance(value, bool):
        return value.bit_length() < 64
    return isinstance(value, bool | float)


def _wrong_type(name: str, value: Any, expected: str) -> NoReturn:
    if isinstance(value, Unsent):
        raise value.fault
    fail(
        f"{name} is {type_name(value)}, not {expected}"
        if value is not None
        else f"{name} is None: was something left out, or the return forgotten?",
        f"expected: {expected}",
        f"yours:    {type_name(value)}",
        diagnoses=[Diagnosis("wrong-return-type", name=name, actual=type_name(value))],
    )
