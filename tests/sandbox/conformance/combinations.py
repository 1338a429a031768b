"""The environments, the layers that each may have, and what counts as a layer besides them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

# By environment: what its machine can enforce at best. Each subset is a combination.
LAYERS = {
    "root": ("seccomp", "landlock", "namespaces", "uid"),
    "user": ("seccomp", "landlock", "namespaces"),
    "container": ("seccomp", "landlock", "uid"),
    "user container": ("seccomp", "landlock"),
    "old container": ("seccomp", "uid"),
}
# Layers that need nothing, or that other layers need.
LEFT_ON = ("process", "limits", "no_new_privs")
# Landlock learned to refuse TCP in its version 4, signals and sockets without a file in 6.
LANDLOCK_GREW = (4, 6)


@dataclass(frozen=True)
class Combination:
    """The layers that are switched on in an environment."""

    environment: str
    layers: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.environment}: {' '.join(self.layers) or 'no layer'}"

    def stoppers(self, landlock: int) -> set[str]:
        """Return the layers, and the circumstances that stop something by themselves.

        ``root`` and ``user``: who started the grader. ``own users``: bubblewrap, started by an
        ordinary user, has a user namespace, where processes can be counted. ``landlock 4``: that
        version or newer.
        """
        who = "user" if self.environment.startswith("user") else "root"
        found = {who, *self.layers}
        if who == "user" and "namespaces" in self.layers:
            found.add("own users")
        if "landlock" in self.layers:
            found |= {f"landlock {version}" for version in LANDLOCK_GREW if landlock >= version}
        return found


def combinations() -> Iterator[Combination]:
    """Yield every combination, the strictest of each environment first."""
    for environment, layers in LAYERS.items():
        for count in range(len(layers), -1, -1):
            for chosen in itertools.combinations(layers, count):
                yield Combination(environment, chosen)
