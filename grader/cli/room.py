"""Is there room for the processes and threads that grading takes? Asked before the first starts.

Where there is not, each library that starts a thread says so in a way of its own: OpenBLAS, when
numpy is imported, by the signal of Ctrl-C, and for want of memory by the exit code 1.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

from grader.errors import UsageError

if sys.platform != "win32":
    import resource

# Of one job: the suite's thread, bubblewrap's two processes, the forkserver, the worker, and some
# for that one's threads; besides, a pool's own.
_OF_A_JOB: Final = 10
_MOST_TRIED: Final = 400
# Address space: with numpy's threads, of which each has a stack and a buffer.
_MIB: Final = 1280
_MIB_OF_A_THREAD: Final = 64


def must_have_room(jobs: int = 1) -> None:
    """Raise UsageError when what `jobs` take cannot be started now; ask by starting threads.

    The kernel counts threads and processes alike, and those of all programs of a user together.
    """
    _must_have_memory()
    each = _OF_A_JOB + (os.cpu_count() or 1)  # numpy starts a thread for each processor
    wanted = min(jobs * each, _MOST_TRIED)
    over = threading.Event()
    threads: list[threading.Thread] = []
    try:
        for _ in range(wanted):
            thread = threading.Thread(target=over.wait)
            thread.start()
            threads.append(thread)
    except RuntimeError:
        raise UsageError(
            f"only {len(threads)} more processes and threads can be started here, and grading "
            f"takes {wanted}: raise the limit (ulimit -u, or the container's) or use fewer --jobs"
        ) from None
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _must_have_memory() -> None:
    """Raise UsageError where a limit leaves a process too little address space (ulimit -v)."""
    if sys.platform == "win32":
        return
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _MIB + _MIB_OF_A_THREAD * (os.cpu_count() or 1)
    if limit != resource.RLIM_INFINITY and limit < wanted << 20:
        raise UsageError(
            f"a process may use {limit >> 20} MiB of memory here, and grading takes {wanted}: "
            "raise the limit (ulimit -v)"
        )
