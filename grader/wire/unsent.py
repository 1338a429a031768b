"""What stands in a dict for an item that could not cross: it tells why when it is used."""

from __future__ import annotations

from typing import Any, Final, NoReturn

_NOT_KEPT: Final = "what stood here is no plain data and was not kept from call to call"
_UNARY: Final = "neg pos abs invert bool float int index complex len iter next hash call"
_BINARY: Final = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift divmod"
_COMPARED: Final = "eq ne lt le gt ge contains getitem setitem array array_ufunc array_function"


class Unsent:
    """The place of an item that was refused, as `Refused` says: reason, type, and where in it.

    Whoever computes with it, compares it or looks into it gets `fault`.
    """

    __slots__ = ("fault", "path", "reason", "type")

    def __init__(self, reason: str, type_name: str, path: str = "") -> None:
        self.reason, self.type, self.path = reason, type_name, path
        self.fault: Exception = TypeError(_NOT_KEPT)

    def __copy__(self) -> Unsent:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Unsent:
        return self

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # what Python and numpy look for in any object
            raise AttributeError(name)
        raise self.fault.with_traceback(None)


def _use(unsent: Unsent, *_: Any, **__: Any) -> NoReturn:
    raise unsent.fault.with_traceback(None)  # what it went through before is kept alive by none


for _name in (*_UNARY.split(), *_BINARY.split(), *_COMPARED.split()):
    setattr(Unsent, f"__{_name}__", _use)
for _name in _BINARY.split():
    setattr(Unsent, f"__r{_name}__", _use)
