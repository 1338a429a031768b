"""Say in the student's words what a result holds that is no plain data, and how to mend it."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any, Final

from grader.testing.brief import brief
from grader.testing.contract import with_article
from grader.testing.failures import CheckFailed, Diagnosis
from grader.wire import Unsent
from grader.wire.messages import NotSent

_PLAIN: Final = "return numbers, text, numpy arrays, or lists, tuples and dicts of them"
_LIST: Final = "wrap it in list(…)"
_CALL: Final = "call it, with brackets (), and return what it gives"
_NO_ASYNC: Final = "define the function without async"
_FLOATS: Final = "make all of it numbers; np.array(…, dtype=float) says what is none"
_TEXTS: Final = "return a list of text with .tolist(), or numbers with .astype(float)"
_TIMES: Final = "return numbers: .astype(float) counts in the unit of the dates"
# What the worker calls it: what it is to a student, and what to do.
KINDS: Final[dict[str, tuple[str, str]]] = {
    "generator": ("a generator", _LIST),
    "map": ("a map object", _LIST),
    "filter": ("a filter object", _LIST),
    "zip": ("a zip object", _LIST),
    "enumerate": ("an enumerate object", _LIST),
    "reversed": ("a reversed object", _LIST),
    "coroutine": ("a coroutine", _NO_ASYNC),
    "async_generator": ("an async generator", _NO_ASYNC),
    "ellipsis": ("the ellipsis (...)", "write the value that belongs there"),
    "function": ("a function", _CALL),
    "method": ("a function", _CALL),
    "builtin_function_or_method": ("a function", _CALL),
    "numpy.ufunc": ("a function", _CALL),
    "numpy.vectorize": ("a function", _CALL),
    "cython_function_or_method": ("a function", _CALL),
    "functools.partial": ("a function", _CALL),
    "functools._lru_cache_wrapper": ("a function", _CALL),
    "type": ("a class", _PLAIN),
    "module": ("a module", _PLAIN),
    "types.SimpleNamespace": ("a SimpleNamespace", "wrap it in vars(…)"),
    "collections.UserList": ("a UserList", _LIST),
    "collections.UserString": ("a UserString", "wrap it in str(…)"),
    "array.array": ("an array of the module array", "wrap it in np.array(…)"),
    "bytearray": ("a bytearray", "wrap it in bytes(…)"),
    "memoryview": ("a memoryview", "wrap it in bytes(…) or np.array(…)"),
    "array of objects": ("an array of objects", _FLOATS),
    "array of text": ("an array of text", _TEXTS),
    "array of bytes": ("an array of bytes", _TEXTS),
    "array of dates": ("an array of dates", _TIMES),
    "array of durations": ("an array of durations", _TIMES),
    "structured array": ("a structured array", "return its columns as arrays"),
    "array with masked entries": ("an array with masked entries", "fill them with .filled(…)"),
    "key twice": ("two keys that are the same when they are plain data", ""),
    "int": ("a whole number beyond 64 bits", ""),
    "complex": ("a complex number", ""),
    "object": ("an object of a class", _PLAIN),
    "torch.Tensor": ("a torch.Tensor", "convert it with .detach().numpy()"),
    "torch.Parameter": ("a torch.Parameter", "convert it with .detach().numpy()"),
    "scipy.csr_matrix": ("a sparse matrix", "convert it with .toarray()"),
    "scipy.csc_matrix": ("a sparse matrix", "convert it with .toarray()"),
    "scipy.coo_matrix": ("a sparse matrix", "convert it with .toarray()"),
    "scipy.csr_array": ("a sparse array", "convert it with .toarray()"),
    "scipy.csc_array": ("a sparse array", "convert it with .toarray()"),
    "scipy.coo_array": ("a sparse array", "convert it with .toarray()"),
}
# Packages whose inner modules nobody writes.
_PACKAGES: Final = ("torch", "tensorflow", "pandas", "scipy", "jax", "jaxlib")
_KEYS: Final = "keys are text, numbers, True, False, None, or tuples of them"
_REASONS: Final = {
    "type": "{verb} {what}, which is not plain data",
    "stand_in": "{verb} {what}, which comes from a module that is not available here",
    "keys": "{verb} a dict with {what} as a key",
    "depth": "is nested too deeply, or contains itself",
    "count": "holds too many values",
    "size": "is too large",
}


def short(kind: str) -> str:
    """Return a type's name without the inner modules of a package: ``pandas.DataFrame``."""
    root, _, rest = kind.partition(".")
    return f"{root}.{rest.rpartition('.')[2]}" if rest and root in _PACKAGES else kind


def refused(name: str, reply: NotSent, shown: str) -> CheckFailed:
    """Return the failure of a call of the function `name` whose result could not be sent."""
    kind = short(reply.type)[:80]
    what, way = (kind, "") if reply.reason == "stand_in" else _kind(kind)
    said = _REASONS.get(reply.reason, "cannot be read")
    said = said.format(verb="holds" if reply.path else "is", what=what)
    way = {"type": way, "stand_in": _PLAIN, "keys": _KEYS}.get(reply.reason, "")
    where = f"result{reply.path[:80]}"
    return CheckFailed(
        f"the result of {name} {said}",
        [
            *([f"where: {where}"] if reply.path else []),
            *([f"to mend it: {way}"] if way else []),
            shown,
        ],
        diagnoses=[Diagnosis("wrong-return-type", path=where, type=kind)],
    )


def unsent_in(value: Any) -> Iterator[tuple[Unsent, NotSent]]:
    """Yield what in a result stands for an item that could not be sent, and which item it was."""
    waiting = [(value, "")]
    while waiting:
        part, path = waiting.pop()
        if type(part) is Unsent:
            yield part, NotSent(part.reason, part.type, path + part.path)
        elif type(part) is dict:
            waiting += ((item, f"{path}[{brief(key, 40)}]") for key, item in part.items())
        elif type(part) is list or type(part) is tuple:
            waiting += ((item, f"{path}[{place}]") for place, item in enumerate(part))


def _kind(kind: str) -> tuple[str, str]:
    """Return what a type is to a student, and what to do with it."""
    if kind in KINDS:
        return KINDS[kind]
    root = kind.partition(".")[0]
    if root == "grader":  # what student code can reach of ours is nothing that it wrote
        return KINDS["object"]
    if kind.endswith("iterator") or root == "itertools":
        return "an iterator", _LIST
    if hasattr(builtins, kind) or root in (*_PACKAGES, "numpy", "datetime", "collections"):
        return with_article(kind), _PLAIN
    return f"an object of the class {kind}", _PLAIN
