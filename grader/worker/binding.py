"""Match the arguments of a contract to the parameters of a student's function.

By name first, then by alias without regard to case, then by position in the order of the contract.
What the function asks for beyond the contract must have a default.
"""

from __future__ import annotations

import inspect
from inspect import Parameter
from itertools import takewhile
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Argument = dict[str, Any]
"""One argument of the contract: `name`, `aliases`, `optional`, `given` and, when given, `value`.

An optional one may have a value without being given: it is for functions that cannot do without.
"""

EXTRAS = frozenset(
    {
        *("seed", "random_seed", "random_state", "rng", "debug", "verbose", "print_cost", "plot"),
        *("dtype", "eps", "epsilon"),
    }
)
"""Defaulted parameters that learners add; an argument of another name is never put there."""

STARS: dict[Any, str] = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
_BY_POSITION = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


class SignatureMismatch(Exception):
    """The function cannot be called with the contract's arguments."""

    def __init__(self, has: str, wanted: str, left_out: list[str]) -> None:
        super().__init__(f"takes {has} where {wanted} is wanted")
        self.has = has
        self.wanted = wanted
        self.left_out = left_out


def bind(
    function: Callable[..., Any], arguments: list[Argument]
) -> tuple[list[Any], dict[str, Any]]:
    """Return (args, kwargs) with which to call `function`; raise `SignatureMismatch`."""
    parameters = _parameters(function)
    if parameters is None:  # builtins and the like do not say; the call itself will tell
        return [a["value"] for a in arguments if a["given"] and not a["optional"]], {}
    slots = [p for p in parameters if p.kind in (*_BY_POSITION, Parameter.KEYWORD_ONLY)]
    bound = _match_names(slots, arguments)
    rest = _match_positions(slots, arguments, bound)
    kinds = {p.kind for p in parameters}
    unmet = [slot.name for slot in slots if _is_unmet(slot, bound)]
    # A position behind an argument that is left out would be that argument's own.
    starred = Parameter.VAR_POSITIONAL in kinds
    by_place = list(takewhile(lambda a: a["given"], rest)) if starred else []
    by_name = [a for a in rest[len(by_place) :] if a["given"]]
    if unmet or (by_name and Parameter.VAR_KEYWORD not in kinds):
        left_out = [bound[name] for name in unmet if name in bound]
        known = len(left_out) == len(unmet) and (starred or not by_name)
        left_out += rest[len(by_place) : rest.index(by_name[-1])] if by_name else []
        names = [a["name"] for a in left_out if not a["given"]]
        raise SignatureMismatch(_has(parameters), _wanted(arguments), names if known else [])
    called = {a["name"]: a["name"] for a in by_name}
    called |= _names_within(function, arguments) if by_name else {}
    named = {called[a["name"]]: a["value"] for a in by_name}
    return _call(slots, bound, by_place, named)


def fits(function: Callable[..., Any], arguments: list[Argument]) -> bool:
    """Whether `function` can be called with the arguments of its contract."""
    try:
        bind(function, [a | {"given": True, "value": None} for a in arguments])
    except SignatureMismatch:
        return False
    return True


def is_named(function: Callable[..., Any], arguments: list[Argument]) -> bool:
    """Whether half of the parameters that `function` cannot do without are called as arguments."""
    parameters = _parameters(function) or []
    slots = [p for p in parameters if p.kind not in STARS and p.default is Parameter.empty]
    return 2 * len(_match_names(slots, arguments)) >= len(slots)


def _parameters(function: Callable[..., Any]) -> list[Parameter] | None:
    try:
        return list(inspect.signature(function).parameters.values())
    except Exception:  # `__signature__` and metaclasses are the student's
        return None


def _match_names(slots: list[Parameter], arguments: list[Argument]) -> dict[str, Argument]:
    """Return which argument each slot takes by its name, exactly first and then loosely."""
    bound: dict[str, Argument] = {}
    for loosely in (False, True):
        for argument in arguments:
            if any(taken is argument for taken in bound.values()):
                continue
            slot = _named(slots, argument, bound, loosely)
            if slot is not None:
                bound[slot] = argument
    return bound


def _named(
    slots: list[Parameter], argument: Argument, bound: dict[str, Argument], loosely: bool
) -> str | None:
    free = [slot.name for slot in slots if slot.name not in bound]
    if not loosely:
        return argument["name"] if argument["name"] in free else None
    for wanted in (argument["name"], *argument["aliases"]):
        for name in free:
            if name.casefold() == wanted.casefold():
                return name
    return None


def _match_positions(
    slots: list[Parameter], arguments: list[Argument], bound: dict[str, Argument]
) -> list[Argument]:
    """Fill free slots in the order of the contract; return the arguments that found none."""
    free = [
        slot
        for slot in slots
        if slot.name not in bound
        and slot.kind in _BY_POSITION
        and (slot.default is Parameter.empty or slot.name.casefold() not in EXTRAS)
    ]
    # What is optional and not given is known by its name alone.
    unmatched = [
        a
        for a in arguments
        if (a["given"] or not a["optional"]) and not any(taken is a for taken in bound.values())
    ]
    needed = sum(slot.default is Parameter.empty for slot in free)
    spare = needed - sum(not a["optional"] for a in unmatched)
    chosen: list[Argument] = []
    for argument in unmatched:
        if argument["optional"]:
            spare -= 1
            if spare < 0:
                continue
        chosen.append(argument)
    for slot, argument in zip(free, chosen, strict=False):
        bound[slot.name] = argument
    return [a for a in chosen[len(free) :] if not a["optional"]]


def _is_unmet(slot: Parameter, bound: dict[str, Argument]) -> bool:
    return slot.default is Parameter.empty and not _is_supplied(slot, bound)


def _is_supplied(slot: Parameter, bound: dict[str, Argument]) -> bool:
    """Whether the slot takes a value: one that is given, or one that it cannot do without."""
    argument = bound.get(slot.name)
    if argument is None or argument["given"]:
        return argument is not None
    has_value = argument["optional"] and argument.get("value") is not None
    return has_value and slot.default is Parameter.empty


def _call(
    slots: list[Parameter],
    bound: dict[str, Argument],
    by_place: list[Argument],
    by_name: dict[str, Any],
) -> tuple[list[Any], dict[str, Any]]:
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    supplied = {slot.name: bound[slot.name] for slot in slots if _is_supplied(slot, bound)}
    # Positions must have no gaps before the last that can only be reached by position.
    last = -1
    for index, slot in enumerate(slots):
        if (slot.kind is Parameter.POSITIONAL_ONLY and slot.name in supplied) or (
            by_place and slot.kind in _BY_POSITION
        ):
            last = index
    for index, slot in enumerate(slots):
        if index <= last:
            args.append(supplied[slot.name]["value"] if slot.name in supplied else slot.default)
        elif slot.name in supplied:
            _place(slot, index, supplied[slot.name]["value"], args, kwargs)
    args += [argument["value"] for argument in by_place]
    return args, kwargs | by_name


def _names_within(
    function: Callable[..., Any], arguments: list[Argument], deepest: int = 8
) -> dict[Any, str]:
    """Return what a function that a wrapper holds calls the arguments, where it takes them all.

    Only that function knows the names of what a wrapper of `**kwargs` hands on.
    """
    for held in _held(function):
        parameters = _parameters(held) or []
        slots = [p for p in parameters if p.kind not in STARS]
        bound = _match_names(slots, arguments)
        if slots and not _match_positions(slots, arguments, bound):
            return {argument["name"]: name for name, argument in bound.items()}
        if not slots and deepest and (found := _names_within(held, arguments, deepest - 1)):
            return found
    return {}


def _held(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Return the functions that a wrapper holds: in its closure, or as what an object has."""
    try:
        if type(function) is FunctionType:
            held = [cell.cell_contents for cell in function.__closure__ or ()]
        else:
            held = [*vars(function).values()]
    except Exception:  # a cell may be empty, and `__dict__` is the student's
        return []
    return [part for part in held if callable(part)]


def _place(
    slot: Parameter, index: int, value: Any, args: list[Any], kwargs: dict[str, Any]
) -> None:
    if slot.kind in _BY_POSITION and len(args) == index:
        args.append(value)
    else:
        kwargs[slot.name] = value


def _has(parameters: list[Parameter]) -> str:
    return f"({', '.join(STARS.get(p.kind, '') + p.name for p in parameters)})"[:300]


def _wanted(arguments: list[Argument]) -> str:
    return f"({', '.join(a['name'] for a in arguments if not a['optional'])})"
