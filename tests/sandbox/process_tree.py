"""The processes below another one."""

from __future__ import annotations

from pathlib import Path


def descendants(pid: int) -> dict[int, str]:
    """Return the processes below `pid`, each with the moment it was started, as a clock tick."""
    parents, started = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(folder.name)], started[int(folder.name)] = int(fields[1]), fields[19]
    found: dict[int, str] = {}
    while new := {p for p, parent in parents.items() if parent in {pid, *found}} - found.keys():
        found |= {p: started[p] for p in new}
    return found
