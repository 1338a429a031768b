"""The trusted side of the boundary: starts forkservers, holds sessions, decides blame.

Theory of operation. A `Forkserver` is one clean process (inside bubblewrap where the machine
allows it) that a job keeps for as long as it grades. A `Session` is one submission: it asks the
forkserver for a worker, sends it the submission's cells, calls functions by name, and kills the
worker when a call runs over its limits. The next call gets a fresh worker, so that one bad
function costs only the checks that call it.

Who is blamed is decided here, where it is known. A worker that dies, hangs, floods its output or
breaks the protocol after it has said `ready` is the submission's doing: an outcome. A forkserver
that cannot start, dies, or cannot lock a worker down is ours: a `SandboxError`, and no grade.
"""
