"""Read what strangers wrote in a process of its own, so that no file costs more than its own row.

Theory of operation. All that is read before there is a sandbox (notebooks, archives, tables) is
read by a child of this process. It is forked when it is first needed, answers one request after the
other, and has a limit of memory and, for each request, of processor time, at which the kernel ends
it, whatever it is doing, be it in a library written in C. Its end is the fault of the file that was
being read only where that can be seen: by the signal of the limit, or because a second child, which
has read nothing before, ends in the same way. Else it is nobody's, and the file is one that could
not be read here. A child for which memory is not enough ends, too: what files before left in it is
no fault of this one.

The child runs the same code as this process and may do what this process may: the limits bound
what a file costs, and are no sandbox. Where there is no fork, all is read in this process.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import os
import signal
import time
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, TypeVarTuple

from grader.errors import GraderError
from grader.source.cells import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

REQUEST_SECONDS: Final = 20.0
"""Of processor time; the largest notebook takes about four."""
STALL_SECONDS: Final = 600.0
"""Until a request is given up that uses none of it: a disk that does not answer."""
ATTEMPTS: Final = 2
MEMORY_MIB: Final = 3072
"""More than this process has; the largest notebook takes about one gigabyte."""
_TOO_SLOW: Final = "it takes too long to read: hand in the code of this exercise alone"
_TOO_MUCH: Final = "it takes too much memory to read: hand in the code of this exercise alone"
_ENDS_READER: Final = "it ends the program that reads it: save it again and hand in the new file"
_NOT_HERE: Final = (
    "the process that reads it was ended or may have too little memory, or its disk does not answer"
)
_NO_MEMORY: Final = 77
_NO_MEMORY_HERE: Final = 78
"""Under a limit of the machine, which is lower than ours."""
# What a program does to itself; SIGKILL and SIGTERM come from others.
_OWN_ENDS: Final = {_NO_MEMORY: _TOO_MUCH} | dict.fromkeys(
    (-number for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE, signal.SIGILL)),
    _ENDS_READER,
)


class Apart:
    """Calls functions on what strangers wrote. Use it as a context manager, from one thread."""

    def __init__(
        self,
        seconds: float = REQUEST_SECONDS,
        memory_mib: int = MEMORY_MIB,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        """Prepare; the child is forked for the first call."""
        self._seconds, self._memory_mib = seconds, memory_mib
        self._stall_seconds = stall_seconds
        self._child: ForkProcess | None = None
        self._channel: Connection | None = None
        self.spent = 0.0
        """Seconds of processor time that requests have taken so far, however they ended."""
        self._spent_by_child = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, function: Callable[[*Ts], T], *args: *Ts, patience: float = 1.0) -> T:
        """Return what `function` returns for arguments that can be pickled, as its result can.

        patience: times the seconds, for what is no single student's. Raise what `function` raises
        of Unreadable, OSError and GraderError; Unreadable when it runs over a limit or ends its
        process; OSError for all else, which is no student's fault.
        """
        if "fork" not in get_all_start_methods():
            return function(*args)
        ends: list[int | None] = []
        while len(ends) < ATTEMPTS:
            try:
                value, error, spent = self._asked((patience * self._seconds, function, args))
            except TimeoutError:
                self._end()
                break
            except (EOFError, BrokenPipeError, ConnectionResetError):
                ends.append(self._end())
                if ends[-1] == -signal.SIGPROF:
                    raise Unreadable(_TOO_SLOW) from None
            else:
                self._count(spent)
                if error is not None:
                    raise error
                return value  # type: ignore[no-any-return]
        if len(ends) == ATTEMPTS and len({*ends}) == 1 and ends[0] in _OWN_ENDS:
            raise Unreadable(_OWN_ENDS[ends[0]])
        raise OSError(errno.EIO, _NOT_HERE)

    def close(self) -> None:
        """End the child."""
        if self._channel is not None:
            self._channel.close()  # which ends it, in its own time
            self._end(1.0)

    def _asked(self, request: Any) -> tuple[Any, Exception | None, float]:
        if self._channel is None:
            self._start()
        assert self._channel is not None
        self._channel.send(request)
        if not self._channel.poll(self._stall_seconds):
            raise TimeoutError
        return self._channel.recv()  # type: ignore[no-any-return]

    def _count(self, seconds: float) -> None:
        self.spent += seconds
        self._spent_by_child += seconds

    def _start(self) -> None:
        context = get_context("fork")
        self._channel, theirs = context.Pipe()
        self._child = context.Process(
            target=_serve, args=(self._channel, theirs, self._memory_mib), daemon=True
        )
        self._child.start()
        theirs.close()

    def _end(self, patience: float = 0.1) -> int | None:
        """End the child and return how it ended; it may be ending by itself."""
        assert self._child is not None
        assert self._channel is not None
        child, channel = self._child, self._channel
        self._child = self._channel = None
        channel.close()
        before = _seconds_of_children()
        child.join(patience)
        if child.exitcode is None:
            child.kill()
            child.join()
        # What it took for the request at which it ended, and could not say any more.
        self._count(max(_seconds_of_children() - before - self._spent_by_child, 0.0))
        self._spent_by_child = 0.0
        code = child.exitcode
        child.close()
        return code


def _seconds_of_children() -> float:
    """Return the processor time of all children that have ended and were waited for."""
    times = os.times()
    return times.children_user + times.children_system


def _serve(ours: Connection, channel: Connection, memory_mib: int) -> None:
    """Answer requests until the other end is closed."""
    ours.close()  # the parent's end, or it would never be seen closed
    faulthandler.disable()  # its parent tells what its end means
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent's to answer
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as well
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    without_memory = _NO_MEMORY if _limit_memory(memory_mib) else _NO_MEMORY_HERE
    while True:
        try:
            seconds, function, args = channel.recv()
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = _answer(function, args)
        except EOFError:
            return
        except MemoryError:
            os._exit(without_memory)
        signal.setitimer(signal.ITIMER_PROF, 0)
        channel.send_bytes(answer)


def _answer(function: Callable[..., Any], args: Any) -> memoryview:
    """Return what a function returned, or what it raised, and its processor time, in bytes."""
    started = time.process_time()
    error: Exception
    try:
        value = function(*args)
        return ForkingPickler.dumps((value, None, time.process_time() - started))
    except MemoryError:
        raise
    except (Unreadable, OSError, GraderError) as found:
        error = found.with_traceback(None)
    except Exception as found:
        # A fault of ours, which must cost no more than this file, nor its student a grade.
        fault = f"a fault of this program, {type(found).__name__}: {found!s:.200}"
        error = OSError(errno.EIO, fault)
    return ForkingPickler.dumps((None, error, time.process_time() - started))


def _limit_memory(mib: int) -> bool:
    """Hold this process to `mib` MiB more than it has, and let it leave no dump.

    Return False where the machine has a lower limit.
    """
    import resource  # where there is a fork there is this

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):  # where there is no /proc, time alone is bounded
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        space = pages * os.sysconf("SC_PAGE_SIZE") + (mib << 20)
        if hard != resource.RLIM_INFINITY and hard <= space:
            return False
        resource.setrlimit(resource.RLIMIT_AS, (space, space))
    return True
