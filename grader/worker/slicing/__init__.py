"""Choose the module-level statements that the functions of a contract need.

Theory of operation. A learner's file is a lab book: beside what a function needs (`SCALE = 0.01`,
a table that a loop fills, a function made by another) stand training runs, plots and downloads.
Imports, functions and classes are always executed, since that costs nothing. Of all other
statements those are executed that the wanted names need: from a name to the statements above that
bind or change it, from each of them to the names that it reads, and so on. What stands below a
function is an experiment, unless it fills what was empty or adds what was not there, as a table of
functions is filled. `statement` says what one statement reads, binds and changes, `functions` what
a call changes and gives, `sharing` which names share values, `effects` what a statement does by all
its calls and other names, `needs` follows the names, `choice` adds what nobody names, as settings
and seeds, and `grader.worker.execution` executes what was chosen, in the order of the file, within
a time of its own.
"""

from grader.worker.slicing.choice import Beside, Choice
from grader.worker.slicing.effects import Effects
from grader.worker.slicing.index import NOBODYS, Index, Origin
from grader.worker.slicing.statement.facts import Facts, compiled

__all__ = ["NOBODYS", "Beside", "Choice", "Effects", "Facts", "Index", "Origin", "compiled"]
