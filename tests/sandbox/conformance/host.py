"""Make every attempt in every combination of layers, on one of the environments' machines.

A program: it reads a request (an environment, and combinations of layers) from stdin and writes
what came of each attempt to stdout, as JSON. Here it plays the grader, and has what one has: a
secret word, files, sockets.
"""

from __future__ import annotations

import builtins
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import aims
import environments
import outside
from attempts import PRELUDE, Attempt, load
from combinations import LEFT_ON

from grader.errors import ForkserverDied
from grader.model.exercise import Limits
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.launch import Launched, launch
from grader.sandbox.layers import LAYERS
from grader.sandbox.session import Material, Session
from grader.wire.messages import Argument, NotSent, Raised, Reply, Returned

# Machines are busy: nothing here may run out of time.
PATIENT = {"call_wall_seconds": 60, "submission_wall_seconds": 600, "call_cpu_seconds": 20}


class Round:
    """All attempts under one combination of layers, in one forkserver."""

    def __init__(self, off: list[str], launched: Launched, aim: dict[str, Any]) -> None:
        self._off, self._aim = off, aim
        self._forkserver = Forkserver(off, launched)
        self._signals: list[int] = []
        signal.signal(signal.SIGUSR2, lambda number, _: self._signals.append(number))

    def run(self, attempts: list[Attempt]) -> dict[str, Any]:
        """Return the layers that held, why the others did not, and each attempt's end."""
        aims.renew(self._aim)
        held = {"layers": self._forkserver.layers, "reasons": self._forkserver.reasons}
        together = [a for a in attempts if not a.alone]
        try:
            with self._session(together) as shared:
                ends = {a.name: self._attempt(a, shared) for a in together}
            ends |= {a.name: self._alone(a) for a in attempts if a.alone}
        finally:
            self._forkserver.close()
        return held | {"ends": ends}

    def _session(self, attempts: list[Attempt]) -> Session:
        cells = [("prelude", PRELUDE), *((a.name, a.source) for a in attempts)]
        limits = Limits(**PATIENT | attempts[0].limits)
        return Session(self._forkserver, Material(cells), limits)

    def _alone(self, attempt: Attempt) -> str:
        """Make an attempt in a worker of its own, or in two when something is left in the first."""
        aim, end = self._aim, ""
        self._signals.clear()
        try:
            if attempt.leave:
                with self._session([attempt]) as session:
                    left = self._call(session, attempt.leave, aim)
                if not isinstance(left, Returned):
                    return _end(left)
                aim = aim | {"left": left.value}
            with self._session([attempt]) as session:
                end = _end(self._call(session, attempt.function, aim))
        except ForkserverDied:
            self._forkserver.close()
            self._forkserver = Forkserver(self._off)
            return "reached: the forkserver is dead"
        said = b"REACHED" in session.output
        return "reached: as was heard from it" if said or self._signals else end

    def _attempt(self, attempt: Attempt, session: Session) -> str:
        return _end(self._call(session, attempt.function, self._aim))

    @staticmethod
    def _call(session: Session, function: str, aim: dict[str, Any]) -> Reply | WorkerLost:
        try:
            return session.call([function], [Argument("aim", aim)], 1)
        except WorkerLost as lost:
            return lost


def _end(reply: Reply | WorkerLost) -> str:
    """Say how an attempt ended: ``reached``, ``stopped``, or ``broken`` when it is wrong itself."""
    match reply:
        case Returned(value):
            return f"reached: {value!r:.60}" if value else "stopped: it found nothing"
        case NotSent():
            return f"reached: {reply.type}"
        case Raised():
            kind = getattr(builtins, reply.type, str)
            word = "stopped" if issubclass(kind, OSError | MemoryError) else "broken"
            return f"{word}: {reply.type}: {reply.message:.150}"
    # What the filter takes for another processor's call ends the process.
    return f"{'stopped' if 'signal 31' in str(reply) else 'broken'}: {reply}"


def rounds(
    combinations: list[Sequence[str]], attempts: list[Attempt], aim: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Yield what came of each combination; the next one's forkserver starts meanwhile."""
    offs = [[n for n in LAYERS if n not in (*LEFT_ON, *layers)] for layers in combinations]
    launched = [launch(offs[0])]
    for off, following in zip(offs, [*offs[1:], None], strict=True):
        current = Round(off, launched.pop(), aim)
        if following is not None:
            launched.append(launch(following))
        yield current.run(attempts)


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    attempts = load()
    try:
        environments.ENVIRONMENTS[request["environment"]]()
    except environments.CannotBeMade as reason:
        json.dump({"cannot": str(reason)}, sys.stdout)
        return
    with aims.planted() as aim:
        aims.renew(aim)
        answer: dict[str, Any] = {"outside": outside.make(attempts, aim)}
        answer["rounds"] = list(rounds(request["combinations"], attempts, aim))
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
