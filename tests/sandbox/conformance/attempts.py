"""The conformance list: what every sandbox stops, and what each layer stops besides."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
GROUPS = ("reading", "writing", "network", "processes", "limits", "honest")
PRELUDE = (HERE / "prelude.py").read_text("utf-8")


@dataclass(frozen=True)
class Attempt:
    """Student code that tries one thing.

    `function` returns something true when it got there. When `leave` is not empty, that function is
    called before, in another worker, and what it returns is in `aim["left"]`.
    """

    name: str
    group: str
    number: int
    code: str
    stopped_by: tuple[str, ...] = ()
    """Layers, and circumstances, of which one is enough; none when every sandbox stops it."""
    alone: bool = False
    """It changes the process that it runs in."""
    limits: dict[str, Any] = field(default_factory=dict)

    @property
    def function(self) -> str:
        return f"f{self.number}"

    @property
    def leave(self) -> str:
        return f"leave{self.number}" if "def leave(" in self.code else ""

    @property
    def source(self) -> str:
        """The code under names of its own; it needs the prelude before it."""
        code = self.code.replace("def f(", f"def {self.function}(")
        return code.replace("def leave(", f"def {self.leave}(")

    @property
    def honest(self) -> bool:
        return self.group == "honest"


def load() -> list[Attempt]:
    """Return the whole list."""
    entries = [
        (name, group, entry)
        for group in GROUPS
        for name, entry in tomllib.loads(
            (HERE / "list" / f"{group}.toml").read_text("utf-8")
        ).items()
    ]
    return [
        Attempt(name, group, number, **_parts(entry))
        for number, (name, group, entry) in enumerate(entries)
    ]


def _parts(entry: dict[str, Any]) -> dict[str, Any]:
    alone = "limits" in entry or "def leave(" in entry["code"] or entry.get("alone", False)
    return entry | {"alone": alone, "stopped_by": tuple(entry.get("stopped_by", ()))}
