"""Put into words what student code was seen to do besides computing, for staff.

The notes come from the worker, which is not to be trusted: names are taken from a closed list, the
rest is shown as the plain text it is. Words are neutral: "opened" says nothing of why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

MOST: Final = 32
LONGEST_DETAIL: Final = 80
# What a note's name means, and the layers that refuse such a thing whatever its aim.
WORDS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "rebound": ("rebound {}", ()),
    "open": ("tried to open {}", ()),
    "list": ("tried to list the folder {}", ()),
    "change": ("tried to change files ({})", ("seccomp", "landlock")),
    "fork": ("tried to start a process", ("seccomp",)),
    "program": ("tried to start a program ({})", ("seccomp",)),
    "network": ("tried to use the network", ("seccomp",)),
    "signal": ("tried to send a signal", ("seccomp",)),
    "ctypes": ("loaded a library through ctypes ({})", ()),
    "frames": ("looked at the frames of its callers", ()),
    "objects": ("looked through all objects of its process", ()),
    "trace": ("installed a trace or profile function", ()),
    "audit": ("installed an audit hook", ()),
    "limits": ("tried to change its limits ({})", ()),
}


def read_notes(notes: Any, layers: Collection[str]) -> Iterator[str]:
    """Yield each note of a worker in words; what is not a note is passed over."""
    if type(notes) is not list:
        return
    for note in notes[:MOST]:
        if type(note) is list and len(note) == 2 and all(type(part) is str for part in note):
            name, detail = note
            if name in WORDS:
                words, refusing = WORDS[name]
                printable = "".join(c if c.isprintable() else "?" for c in detail[:LONGEST_DETAIL])
                refused = ": denied" if set(refusing) & set(layers) else ""
                yield words.format(printable) + refused
