"""Tell a name that a newer Python's library has from a name that no Python has.

An error says what it did not find: an attribute of an object, a name in a module, a module. It is
looked up in a table of what the library gained. Only an error that ends a call or a statement is
asked, so whoever has a fallback, or a function of that name, needs no other Python.
"""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Final

from grader.worker.placeholders import Importer, PlaceholderUsed

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_IN_MODULE = re.compile(r"cannot import name '(\w+)'")
_PRIVATE = re.compile(r"(?<=\w)\._\w+$")


def since(error: BaseException) -> str:
    """Return the newer version of Python that has what was not found; empty when none has."""
    try:
        found = [_SINCE[name] for name in _not_found(error) if name in _SINCE]
    except BaseException:  # the error, its class and the object may all be the student's
        return ""
    newer = [version for version in found if version > sys.version_info[:2]]
    return f"{newer[0][0]}.{newer[0][1]}" if newer else ""


def _not_found(error: BaseException) -> Iterator[str]:
    """Yield by which full names of the library an error's cause may be known."""
    match error:
        case PlaceholderUsed():
            parts = str(error.name).split(".")
            yield from (".".join(parts[:n]) for n in range(1, len(parts) + 1))
        case ImportError():
            name = _NOT_IN_MODULE.match(str(error))
            if name and not _is_students(sys.modules.get(str(error.name))):
                yield f"{error.name}.{name[1]}"
        case AttributeError(obj=ModuleType() as module):
            if not _is_students(module):
                yield f"{module.__name__}.{error.name}"
        case AttributeError(obj=owner):
            for kind in (owner if isinstance(owner, type) else type(owner)).__mro__:
                # Some modules keep their classes in a private one below: `pathlib._local`.
                public = _PRIVATE.sub("", kind.__module__)
                yield f"{public}.{kind.__qualname__}.{error.name}"


def _is_students(module: ModuleType | None) -> bool:
    """Whether a module was handed in, under whatever name: what it imports with is ours."""
    own = vars(module).get("__builtins__") if module else None
    return type(own) is dict and isinstance(own.get("__import__"), Importer)


ADDED: Final = {
    (3, 12): (
        "builtins.ImportError.name_from builtins.int.is_integer collections.UserDict.get "
        "collections.abc.Buffer csv.QUOTE_NOTNULL csv.QUOTE_STRINGS "
        "fractions.Fraction.is_integer itertools.batched math.sumprod "
        "pathlib.Path.is_junction pathlib.Path.walk pathlib.PurePath.with_segments "
        "random.Random.binomialvariate random.binomialvariate "
        "types.AsyncGeneratorType.ag_suspended types.get_original_bases typing.TypeAliasType "
        "typing.override"
    ),
    (3, 13): (
        "builtins.PythonFinalizationError copy.replace enum.EnumDict glob.translate math.fma "
        "pathlib.Path.from_uri pathlib.PurePath.full_match pathlib.PurePath.parser "
        "pathlib.UnsupportedOperation re.PatternError statistics.kde statistics.kde_random "
        "types.CapsuleType typing.NoDefault typing.ParamSpec.has_default typing.ReadOnly "
        "typing.TypeIs typing.TypeVar.has_default typing.TypeVarTuple.has_default "
        "typing.get_protocol_members typing.is_protocol warnings.deprecated"
    ),
    (3, 14): (
        "annotationlib builtins.bytearray.resize builtins.complex.from_number "
        "builtins.float.from_number compression concurrent.interpreters dataclasses.Field.doc "
        "datetime.date.strptime datetime.time.strptime decimal.Decimal.from_number "
        "decimal.IEEEContext decimal.IEEE_CONTEXT_MAX_BITS fractions.Fraction.from_number "
        "functools.Placeholder heapq.heapify_max heapq.heappop_max heapq.heappush_max "
        "heapq.heappushpop_max heapq.heapreplace_max operator.is_none operator.is_not_none "
        "pathlib.Path.copy pathlib.Path.copy_into pathlib.Path.info pathlib.Path.move "
        "pathlib.Path.move_into string.templatelib types.CodeType.co_branches "
        "types.FrameType.f_generator typing.ParamSpec.evaluate_default "
        "typing.TypeAliasType.evaluate_value typing.TypeVar.evaluate_bound "
        "typing.TypeVar.evaluate_constraints typing.TypeVar.evaluate_default "
        "typing.TypeVarTuple.evaluate_default typing.evaluate_forward_ref"
    ),
}
"""What modules that learners import gained, made by tests/worker/typeshed.py."""

_SINCE: Final = {name: version for version, names in ADDED.items() for name in names.split()}
