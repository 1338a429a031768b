"""How a command ends: by its exit code, by a fault said in one sentence, or stopped in order.

    0, 1, 3    as the help of the command says
    2          it could not be carried out: what staff can mend, or what the machine refused
    128 + n    it was stopped by the signal n: Ctrl-C, SIGTERM and SIGHUP end it in the same way

What stderr cannot take is dropped, since a run matters more than what is said of it. What stdout
cannot take is a fault, since there it is the result.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from grader.cli.room import must_have_room
from grader.cli.terminal import note_error, work_in_any_locale
from grader.errors import GraderError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COULD_NOT = 2
_HEARD_WITHIN_SECONDS: Final = 0.2
_stopped_by: list[int] = []


class Commands(TyperGroup):
    """The commands, whose interrupts and faults of files end here.

    Typer ends with 1 for a broken pipe, which for `check` says that not all checks passed.
    """

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Read the command line, and show the help that it asks for."""
        with _ended_here():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was chosen."""
        with _ended_here():
            return super().invoke(ctx)


class Command(TyperCommand):
    """A command that begins where there is room for what it starts; its help takes none."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; raise UsageError where there is too little room."""
        must_have_room()
        return super().invoke(ctx)


@contextmanager
def _ended_here() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(stopped_code()) from None
    except OSError as error:
        raise GraderError(_sentence(error)) from error


def stopped_code() -> int:
    """Return the exit code of a command that was stopped."""
    return 128 + (_stopped_by[0] if _stopped_by else signal.SIGINT)


def carried_out(command: Callable[[], object]) -> int:
    """Run the command line; return its exit code, after a sentence on stderr when it is 2."""
    try:
        work_in_any_locale()
        _judge_folder()
        with _stoppable(), _awake():
            code = _code_of(command)
        if _stopped_by:  # click ends with 1 where it is met outside of a command
            code = stopped_code()
        sys.stdout.flush()
    except GraderError as error:
        return _fault(str(error))
    except OSError as error:
        return _fault(_sentence(error))
    except KeyboardInterrupt:
        return stopped_code()
    except RuntimeError as error:
        # Until Python 3.13, `Path.resolve` says so of links that lead in a circle.
        if not str(error).startswith("Symlink loop"):
            raise
        return _fault(str(error))
    return code


def _code_of(command: Callable[[], object]) -> int:
    try:
        command()
    except SystemExit as ended:
        return int(ended.code or 0)
    except (GraderError, OSError):
        raise
    except Exception:
        # What is interrupted may fail in a way of its own, such as an import.
        if not _stopped_by:
            raise
    return 0


def _judge_folder() -> None:
    """Refuse to work in a folder that was removed: nothing could be found from there."""
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as error:
        said = f"the current folder cannot be used: {error.strerror}. Go to one that is there"
        raise UsageError(said) from None


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block as Ctrl-C does, but where they are ignored (nohup)."""
    _stopped_by.clear()
    stops = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    before = {n: signal.getsignal(n) for n in stops if n is not None}
    defaults = (signal.SIG_DFL, signal.default_int_handler)
    heeded = [number for number, handler in before.items() if handler in defaults]
    for number in heeded:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])


@contextmanager
def _awake() -> Iterator[None]:
    """Interrupt whatever the block waits for, again and again, so that a signal is always heard.

    Python hears a signal between two steps. One that comes just before a step begins to wait, or
    that the system hands to another thread, does not interrupt that wait; the timer's next does.
    """
    number = getattr(signal, "SIGALRM", None)  # other systems interrupt no wait at all
    if number is None or signal.getsignal(number) is not signal.SIG_DFL:
        yield
        return
    signal.signal(number, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, _HEARD_WITHIN_SECONDS, _HEARD_WITHIN_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _: object) -> None:
    _stopped_by.append(number)
    # Once is enough, since what puts things in order is not to be cut short; but who presses Ctrl-C
    # again means it.
    if len(_stopped_by) == 1 or number == signal.SIGINT:
        raise KeyboardInterrupt


def _sentence(error: OSError) -> str:
    name = error.filename or ""
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    reason = error.strerror or str(error)
    return f"{name}: {reason}" if name else reason


def _fault(sentence: str) -> int:
    note_error(sentence)
    try:
        sys.stdout.flush()
    except OSError:
        # What waits to be written must not fail once more when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return COULD_NOT
