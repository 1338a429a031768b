"""Is there room for the processes and threads that grading takes? Asked before the first starts.

Where there is not, each library that starts a thread says so in a way of its own: OpenBLAS, when
numpy is imported, by the signal of Ctrl-C.
"""

from __future__ import annotations

import os
import threading
from typing import Final

from grader.errors import UsageError

# Of one job: the suite's thread, bubblewrap's two processes, the forkserver, the worker, and some
# for that one's threads; besides, a pool's own.
_OF_A_JOB: Final = 10
_MOST_TRIED: Final = 400


def must_have_room(jobs: int = 1) -> None:
    """Raise UsageError when what `jobs` take cannot be started now; ask by starting threads.

    The kernel counts threads and processes alike, and those of all programs of a user together.
    """
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
