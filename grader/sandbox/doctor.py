"""Find out what this machine enforces: what a forkserver's trials say, and one submission."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from grader.errors import SandboxError
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.forkserver import Forkserver
from grader.sandbox.layers import DEFAULT_LEVEL, LAYERS, Level, advice, missing, reached
from grader.sandbox.material import Material
from grader.sandbox.session import Session
from grader.wire.messages import Argument, Returned

RIGHT: Final = Material([("cell 1", "import numpy as np\ndef f(x): return np.exp(x).sum()")])


@dataclass(frozen=True)
class Findings:
    """Which layers hold here, and why the others do not."""

    active: tuple[str, ...]
    reasons: dict[str, str]

    @property
    def level(self) -> Level:
        """The highest level that these layers reach."""
        return reached(self.active)

    def as_dict(self) -> dict[str, Any]:
        """Return the findings for programs."""
        layers = {
            name: {
                "active": name in self.active,
                "gives": gives,
                "reason": self.reasons.get(name),
                "advice": None if name in self.active else advice(name, self._reason(name)),
            }
            for name, gives in LAYERS.items()
        }
        return {
            "system": f"{platform.system()} {platform.release()}",
            "python": platform.python_version(),
            "level": self.level,
            "default_level": DEFAULT_LEVEL,
            "layers": layers,
        }

    def text(self) -> str:
        """Return the findings for people."""
        system = f"{platform.system()} {platform.release()}"
        lines = [f"{system}, Python {platform.python_version()}", ""]
        for name, gives in LAYERS.items():
            held = name in self.active
            lines.append(f"{'yes' if held else 'no ':<4}{name:<14}{gives}")
            if not held:
                reason = self._reason(name)
                lines.append(f"      because: {reason}")
                lines += [f"      to get it: {remedy}"] if (remedy := advice(name, reason)) else []
        lines.append(f"\nisolation level reached: {self.level} (for grading: {DEFAULT_LEVEL})")
        if missing(DEFAULT_LEVEL, self.active):
            lines.append("`grader grade` refuses here unless --require-isolation asks for less")
        return "\n".join(lines) + "\n"

    def _reason(self, name: str) -> str:
        return self.reasons.get(name, "it does not hold here")


def examine() -> Findings:
    """Try every layer, then a right submission; raise SandboxError when that cannot be graded."""
    with Forkserver() as forkserver, Session(forkserver, RIGHT) as session:
        try:
            reply = session.call(["f"], [Argument("x", np.arange(3.0))], seed=1)
        except WorkerLost as lost:
            raise SandboxError(f"a right submission does not run here: {lost}") from None
        if not isinstance(reply, Returned):
            raise SandboxError(f"a right submission does not run here: {reply}")
        return Findings(forkserver.layers, forkserver.reasons)
