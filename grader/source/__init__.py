"""Read what a student handed in: bytes become cells of text, and nothing is ever executed.

Theory of operation. This is the trusted side's only contact with a submission's files. It decodes
text, takes notebooks and archives apart, and stops there: Python is parsed by the worker, since a
parser can be made to crash. Everything is checked against `Limits` before memory is taken, archives
are never unpacked to disk, links are never followed. What cannot be read raises `Unreadable`, and
nothing else, with a sentence for the student; what can be read in spite of a flaw gets a note.
"""

from grader.source.apart import Apart
from grader.source.archives import Budget, Entry, iter_entries
from grader.source.cells import Cell, Limits, Misplaced, Source, Unreadable
from grader.source.files import name_meant, read_source, shown_name
from grader.source.outputs import lean
from grader.source.paths import Place, place, printable

__all__ = [
    "Apart",
    "Budget",
    "Cell",
    "Entry",
    "Limits",
    "Misplaced",
    "Place",
    "Source",
    "Unreadable",
    "iter_entries",
    "lean",
    "name_meant",
    "place",
    "printable",
    "read_source",
    "shown_name",
]
