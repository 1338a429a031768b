"""Stand-ins for modules that are not there, so that a missing one costs nothing until it is used.

Two kinds. A `Placeholder` may be imported, passed about and asked for attributes, and raises
`PlaceholderUsed` when it is called or computed with. A `Quiet` stands for what leaves every value
alone, like plotting: whatever is done to it does nothing and gives a `Quiet` again, until something
is computed with it. `grader.worker.quiet` lists the names of the second kind.
"""

from __future__ import annotations

import dis
import sys
from contextlib import contextmanager
from functools import cache
from types import FrameType, ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from grader.worker.awaiting import adopt
from grader.worker.pyplot import NAMES, of_numpy
from grader.worker.quiet import GIVES, PROGRESS, QUIET, QUIET_MODULES, is_among

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_UNPACK = {dis.opmap["UNPACK_SEQUENCE"], dis.opmap["UNPACK_EX"]}


class PlaceholderUsed(ImportError):
    """Student code used something from a module that is not there."""

    def __init__(self, text: str, name: str) -> None:
        super().__init__(text, name=name)
        self.module = name.partition(".")[0]


def _use(thing: StandIn, *_: Any, **__: Any) -> NoReturn:
    name = str(thing.__dict__.get("_name", "?"))
    module = name.partition(".")[0]
    raise PlaceholderUsed(f"{name} is used here, but the module {module!r} is not available", name)


class StandIn:
    """What both kinds share: a name, attributes on demand, and copies that are the same object."""

    def __init__(self, name: str, provided: Mapping[str, Any] | None = None) -> None:
        self.__dict__.update(_name=name[:200], _provided=provided or {})

    def __getattr__(self, name: str) -> Any:
        # Protocols (copy, numpy, pickle, IPython) probe for dunders; a stand-in has none of them.
        if name.startswith("__") and name.endswith("__"):
            if name == "__all__":
                return []
            raise AttributeError(name)
        state = self.__dict__
        if name in state.get("_provided", ()):
            return state["_provided"][name]
        full = f"{state.get('_name', '?')}.{name}"
        child = _kind(full)(full, state.get("_provided"))
        state[name] = child
        return child

    def __repr__(self) -> str:
        return f"<{self.__dict__.get('_name', '?')}, which is not available here>"

    def __copy__(self) -> StandIn:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> StandIn:
        return self

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return ()

    def __bool__(self) -> bool:
        return True

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _use
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _use
    __lt__ = __gt__ = __le__ = __ge__ = __float__ = __int__ = __index__ = _use
    __array_ufunc__ = None  # an array that is computed with one leaves it to the stand-in


class Placeholder(StandIn):
    """Something from a missing module; using it raises `PlaceholderUsed`."""

    __call__ = __getitem__ = __setitem__ = __iter__ = __len__ = __enter__ = _use
    __contains__ = __array__ = _use

    def __exit__(self, *_: object) -> None:
        """Make `with` reach `__enter__`, which raises."""


class Quiet(StandIn):
    """Something that draws, shows, notes or checks; whatever is done to it does nothing."""

    @property
    def __all__(self) -> list[str]:
        return list(self.__dict__["_provided"])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do nothing; give back what is decorated."""
        name = str(self.__dict__.get("_name", "?"))
        if gives := GIVES.get(name.rpartition(".")[2]):
            return gives(*args, **kwargs)
        if len(args) == 1 and callable(args[0]) and not issubclass(type(args[0]), StandIn):
            return args[0]
        return Quiet(name)

    def __getitem__(self, key: object) -> Quiet:
        return Quiet(str(self.__dict__.get("_name", "?")))

    def __setitem__(self, key: object, value: object) -> None:
        """Take any item: ``plt.rcParams["figure.figsize"] = (5, 4)``."""

    def __delitem__(self, key: object) -> None:
        """Let go of any item."""

    def __iter__(self) -> Iterator[Quiet]:
        # `fig, ax = plt.subplots()` wants two and `line, = plt.plot(x)` one, while a loop over
        # axes should do nothing: only the instruction that asks tells them apart.
        count = _unpacked(sys._getframe(1))  # noqa: SLF001
        return iter([self[0] for _ in range(count)])

    def __len__(self) -> int:
        return 0

    def __contains__(self, item: object) -> bool:
        return False

    def __enter__(self) -> Quiet:
        return self

    def __exit__(self, *_: object) -> None:
        """Let exceptions of the block through."""


class Progress(Quiet):
    """What shows progress: a loop over what it is called with must still run."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return a bar for what is iterated over; it shows nothing."""
        name = str(self.__dict__.get("_name", "?"))
        if gives := GIVES.get(name.rpartition(".")[2]):
            given = gives(*args, **kwargs)
        else:  # iterable, sequence, gen: each library has a word of its own for it
            by_name = (value for value in kwargs.values() if not isinstance(value, str))
            given = args[0] if args else next(filter(_is_iterable, by_name), None)
        return Bar(name, given) if _is_iterable(given) else Progress(name)


class Bar(Progress):
    """A progress bar: it iterates as what it was given, and bears any method."""

    def __init__(self, name: str, given: Any) -> None:
        super().__init__(name)
        self.__dict__["_given"] = given

    def __iter__(self) -> Iterator[Any]:
        return iter(self.__dict__["_given"])

    def __len__(self) -> int:
        return len(self.__dict__["_given"])

    def __getitem__(self, key: Any) -> Any:
        return self.__dict__["_given"][key]

    def __contains__(self, item: object) -> bool:
        return item in self.__dict__["_given"]


def _is_iterable(value: object) -> bool:
    return hasattr(type(value), "__iter__") or hasattr(type(value), "__getitem__")


def _kind(name: str) -> Callable[[str, Mapping[str, Any] | None], StandIn]:
    """Return the kind of stand-in that a name has, whatever the way to it."""
    if is_among(name, PROGRESS):
        return Progress
    return Quiet if is_among(name, QUIET) else Placeholder


def _unpacked(frame: FrameType) -> int:
    """Return how many items the instruction at which `frame` stands unpacks; 0 if it does not."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if not 0 <= at < len(code) - 1 or code[at] not in _UNPACK:
        return 0
    return code[at + 1]


def stand_in(module: str, provided: Mapping[str, Any]) -> StandIn:
    """Return what `import module` gives when the module is not there."""
    if module in ("pylab", "matplotlib.pylab", "matplotlib.pyplot"):
        return Quiet(module, _given(module))
    kind = _kind(module)
    return kind(module, provided if kind is Placeholder else None)


@cache
def _given(module: str) -> dict[str, Any]:
    """Return what ``from matplotlib.pyplot import *`` gives, or ``from pylab import *``."""
    found: dict[str, Any] = {name: Quiet(f"{module}.{name}") for name in NAMES} | {"np": np}
    if module.endswith("pylab"):
        found |= {"plt": stand_in("matplotlib.pyplot", {})} | of_numpy()
    return found


def _display(*values: object, **_: object) -> None:
    print(*values, sep="\n")  # noqa: T201


IN_NOTEBOOKS: dict[str, Any] = {
    "display": _display,
    "get_ipython": stand_in("IPython", {}).get_ipython,
}
"""What code in a notebook may use without an import."""


class Importer:
    """An `__import__` that never fails: what cannot be imported becomes a stand-in."""

    def __init__(
        self,
        real: Callable[..., Any],
        provided: Mapping[str, Any],
        own: Callable[[str, str | None], ModuleType | str | None] = lambda _, __: None,
    ) -> None:
        """Build on the `real` import; `provided` are functions that a course's module used to give.

        `own` tells a submission's own modules: it returns the module of a file that goes before a
        library of its name, or the place of a module of that name.
        """
        self._real, self._provided, self._own = real, provided, own
        self._strict = 0
        self.missing: dict[str, None] = {}
        """Modules that were not there."""

    @contextmanager
    def strictly(self) -> Iterator[None]:
        """Let imports inside fail as they do in Python, for a `try` that has its own answer."""
        self._strict += 1
        try:
            yield
        finally:
            self._strict -= 1

    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Iterable[str] | None = (),
        level: int = 0,
    ) -> Any:
        """Import as Python does, else stand in for what is not there."""
        root = name.partition(".")[0]
        own = None if level else self._own(name, (globals or {}).get("__file__"))
        if isinstance(own, ModuleType):
            return own
        if level == 0 and root in QUIET_MODULES and own is None and not self._strict:
            return stand_in(name if fromlist else root, self._provided)
        try:
            module = self._import(name, globals, locals, fromlist or (), level)
            if root == "asyncio":
                adopt()
            return module
        except Exception:  # a module may fail in any way: denied, half installed, out of memory
            full = "." * level + name
            if len(self.missing) < 50:
                self.missing[full[:80]] = None
            if self._strict:
                raise
            loaded = None if fromlist or level else sys.modules.get(root)
            return loaded or stand_in(full if fromlist else root or full, self._provided)

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None,  # noqa: A002
        locals: Mapping[str, Any] | None,  # noqa: A002
        fromlist: Iterable[str],
        level: int,
    ) -> Any:
        if level and not (globals or {}).get("__package__"):
            # What was handed in need not be the package that its author had.
            if name:
                return self._real(name, globals, locals, fromlist, 0)
            for module in fromlist:  # from . import tools
                self._real(module, globals, locals, (), 0)
            return SimpleNamespace(**{m: sys.modules[m] for m in fromlist})
        return self._real(name, globals, locals, fromlist, level)
