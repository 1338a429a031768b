"""Execute a submission's definitions one by one, in one module, and say where each came from.

A statement that fails costs what it would have defined and nothing else. The last definition that
could be executed counts. Nothing of the student's may end this module's work: every exception is
caught, also those that end a process.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import inspect
import sys
import warnings
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

from grader.worker.binding import STARS
from grader.worker.extract import Broken, Statement, extract
from grader.worker.extract.statements import describe
from grader.worker.extract.stubs import functions_of, is_stub
from grader.worker.placeholders import StandIn, importer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MODULE = "submission"
MAX_REPORTED = 50
MAX_FUNCTIONS = 200
MAX_STATEMENTS = 20_000
MAX_TEXT = 300
MAX_NAME = 100


class Namespace:
    """One module in which a submission's statements are executed."""

    def __init__(self, *, helpers: str = "", starter: str = "") -> None:
        """Define the course's helper functions; the student's own definitions win over them.

        helpers: source of functions that student code may use without defining them.
        starter: source as given out, to recognise functions that were left alone.
        """
        self._missing: dict[str, None] = {}
        self._functions: dict[str, dict[str, Any]] = {}
        self._broken: list[Broken] = []
        self._failed: dict[int, dict[str, Any]] = {}
        self._statements_left = MAX_STATEMENTS
        self._helpers = _public_names(helpers)
        self._starter = functions_of(starter)
        module = ModuleType(MODULE)
        # dataclasses, pickle and typing look a class's module up there
        sys.modules[MODULE] = module
        self.globals: dict[str, Any] = module.__dict__
        import_or_stand_in = importer(builtins.__import__, self._helpers, self._missing)
        self.globals.update(self._helpers)
        self.globals["__builtins__"] = vars(builtins) | {"__import__": import_or_stand_in}

    def define(self, cells: list[tuple[str, str]]) -> dict[str, Any]:
        """Execute what `cells`, pairs of label and source, define; return what became of it."""
        skipped = 0
        early: list[Statement] = []
        for label, source in cells:
            extracted = extract(label.replace("\0", " ")[:MAX_TEXT], source)
            kept = extracted.statements[: self._statements_left]
            self._statements_left -= len(kept)
            self._broken += extracted.broken[:MAX_REPORTED]
            skipped += extracted.skipped + len(extracted.statements) - len(kept)
            early += [s for s in kept if isinstance(self._execute(s), NameError)]
        # A name may be used above the cell that defines it: learners run cells in any order.
        for statement in early:
            if not any(name in self.globals for name in statement.names):
                self._execute(statement)
        return self._summary(skipped)

    def find(self, names: list[str]) -> Callable[..., Any] | None:
        """Return the first of `names` that is defined and can be called."""
        for name in names:
            value = self.globals.get(name)
            if _is_callable(value):
                return value
        return None

    def _execute(self, statement: Statement) -> BaseException | None:
        """Execute one statement; return what it raised, which may be anything."""
        before = {name: self.globals.get(name) for name in statement.names}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(_compiled(statement), self.globals)  # noqa: S102 - this is what a worker is for
        except BaseException as error:
            self._note_failure(statement, error)
            return error
        self._failed.pop(id(statement), None)
        for name, value in before.items():
            self._keep_better(statement, name, value)
        return None

    def _keep_better(self, statement: Statement, name: str, before: Any) -> None:
        """Put `before` back where a stand-in or a plain value took a function's name."""
        now = self.globals.get(name)
        lost = _is_stand_in(now) and before is not None
        lost |= statement.kind == "constant" and _is_callable(before) and not callable(now)
        lost |= statement.kind == "import" and name in self._functions and self._is_helper(name)
        if lost:
            self.globals[name] = before
        elif _is_callable(now) and statement.kind != "import":
            self._note_function(statement, name)

    def _is_helper(self, name: str) -> bool:
        return name in self._helpers and self.globals.get(name) is self._helpers[name]

    def _note_function(self, statement: Statement, name: str) -> None:
        if len(name) > MAX_NAME:
            return  # nobody asks for it, and it would not fit into a report
        earlier = self._functions.pop(name, None)
        self._functions[name] = {
            "label": statement.label,
            "line": statement.line,
            "stub": is_stub(statement.node, statement.text, self._starter.get(name)),
            "count": 1 + (earlier["count"] if earlier else 0),
            "signature": signature_text(self.globals[name]),
        }

    def _note_failure(self, statement: Statement, error: BaseException) -> None:
        if isinstance(error, SyntaxError) and error.filename == statement.label:
            line, message = describe(error)
            names = statement.names
            self._broken.append(Broken(statement.label, line or statement.line, message, names))
            return
        if len(self._failed) >= 10 * MAX_REPORTED:
            return
        self._failed[id(statement)] = {
            "label": statement.label,
            "line": _line_within(error.__traceback__, statement),
            "kind": statement.kind,
            "names": [name[:MAX_TEXT] for name in statement.names[:MAX_REPORTED]],
            "error": error_text(error),
        }

    def _summary(self, skipped: int) -> dict[str, Any]:
        # A constant that fails rarely matters: those go first when there are too many.
        failed = sorted(self._failed.values(), key=lambda entry: entry["kind"] == "constant")
        return {
            "functions": dict(list(self._functions.items())[-MAX_FUNCTIONS:]),
            "broken": _plain(sorted(self._broken, key=lambda b: not b.names)[:MAX_REPORTED]),
            "failed": failed[:MAX_REPORTED],
            "missing_modules": list(self._missing)[:MAX_REPORTED],
            "skipped": skipped,
        }


def _plain(broken: Iterable[Broken]) -> list[dict[str, Any]]:
    return [
        {"label": b.label, "line": b.line, "message": b.message, "names": list(b.names)}
        for b in broken
    ]


def _public_names(source: str) -> Mapping[str, Any]:
    """Execute a course's helpers in a module of their own and return what they define."""
    module: dict[str, Any] = {"__name__": "helpers"}
    exec(compile(source, "helpers", "exec", dont_inherit=True), module)  # noqa: S102
    return {
        name: value
        for name, value in module.items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }


def _compiled(statement: Statement) -> Any:
    # Annotations are not evaluated: a name that is missing there breaks nothing that is judged.
    return compile(
        ast.Module([statement.node], []),
        statement.label,
        "exec",
        flags=__future__.annotations.compiler_flag,
        dont_inherit=True,
    )


def _is_callable(value: object) -> bool:
    return callable(value) and not _is_stand_in(value)


def _is_stand_in(value: object) -> bool:
    return issubclass(type(value), StandIn)  # isinstance would ask the value, which may lie


def _line_within(trace: TracebackType | None, statement: Statement) -> int:
    """Return the last line of the statement's cell that the traceback passes."""
    line = statement.line
    for _ in range(100):
        if trace is None:
            break
        if trace.tb_frame.f_code.co_filename == statement.label:
            line = trace.tb_lineno or line
        trace = trace.tb_next
    return line


def error_text(error: BaseException) -> str:
    """Return ``ValueError: what it says``, whatever the exception's own methods do."""
    name = str(type.__getattribute__(type(error), "__name__"))
    try:
        text = str.encode(str(error), "utf-8", "replace").decode()
    except BaseException:  # __str__ is the student's
        text = ""
    return (f"{name}: {text}" if text else name)[:MAX_TEXT]


def signature_text(function: object) -> str:
    """Return the parameters of `function` as a student wrote them: ``(n_x, n_h, seed=3)``."""
    try:
        parameters = list(inspect.signature(function).parameters.values())  # type: ignore[arg-type]
        return _parameters_text(parameters)
    except BaseException:  # a class may answer the question with code of its own
        return "(...)"


def _parameters_text(parameters: list[inspect.Parameter]) -> str:
    shown = [_parameter_text(parameter) for parameter in parameters]
    star = [p.kind for p in parameters]
    if inspect.Parameter.KEYWORD_ONLY in star and inspect.Parameter.VAR_POSITIONAL not in star:
        shown.insert(star.index(inspect.Parameter.KEYWORD_ONLY), "*")
    only = star.count(inspect.Parameter.POSITIONAL_ONLY)
    if only:
        shown.insert(only, "/")
    return f"({', '.join(shown)})"[:MAX_TEXT]


def _parameter_text(parameter: inspect.Parameter) -> str:
    text = STARS.get(parameter.kind, "") + parameter.name
    if parameter.default is inspect.Parameter.empty:
        return text
    if type(parameter.default) in (bool, int, float, str, type(None)):
        return f"{text}={parameter.default!r:.40}"
    return f"{text}=..."
