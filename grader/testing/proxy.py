"""The `submission` that hidden tests call: contract in, validated data or a named failure out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np

from grader.model.exercise import Exercise, Function
from grader.sandbox.deaths import WorkerLost
from grader.sandbox.definitions import Definitions, Found, Lack
from grader.sandbox.session import Session
from grader.source import Misplaced
from grader.testing import absent, contract, lacks, refusals
from grader.testing.brief import brief
from grader.testing.failures import CheckFailed, Diagnosis, cannot_be_left_out
from grader.testing.redaction import LEFT_OUT, Redaction
from grader.testing.wording import IMPORT_ERRORS, is_of_the_code
from grader.wire.messages import Argument, Mismatch, NotSent, Raised, Reply, Returned

_LEFT_AT_NONE = re.compile(r"\b(\w++)=None\b", re.IGNORECASE)
LOST = {"timeout": "timeout", "memory_exceeded": "memory-limit", "crashed": "crashed"}


def derive_seed(*parts: object) -> int:
    """Return a 63-bit seed that depends on every part and on nothing else."""
    text = "\0".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") >> 1


class Submission:
    """Student code as hidden tests see it: every function of the contract is an attribute.

    A call binds its arguments to the contract, crosses the wire, and comes back as data that fits
    the contract's `returns`. Whatever else happens fails the running check with its name.
    """

    def __init__(
        self,
        session: Session,
        exercise: Exercise,
        seed: int,
        misplaced: Iterable[Misplaced] = (),
    ) -> None:
        """Begin with what was handed in; `misplaced` functions stand in cells that are not code."""
        self._session, self._exercise, self._seed = session, exercise, seed
        self._misplaced = tuple(misplaced)
        self._check, self._calls = "", 0
        self._same_seed: int | None = None
        self._redaction = Redaction(session.material.texts, exercise.names)
        self._hidden = False
        self._lacking: dict[str, Lack] = {}
        self.changed: tuple[str, ...] = ()
        """The arguments whose data the last call changed in place."""
        self.too_new: tuple[str, str] | None = None
        """A function that ended for want of a newer Python, and which one."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        try:
            function = self._exercise.function(name)
        except KeyError:
            raise AttributeError(f"{self._exercise.id} has no function {name!r}") from None
        return lambda *args, **kwargs: self._call(function, args, kwargs)

    def begin(self, check_id: str, *, hidden: bool = False) -> None:
        """Start a check: its calls are seeded by its id and their order, not by other checks.

        Of what student code says in a `hidden` one, only that is repeated to the student which
        cannot carry the check's inputs.
        """
        self._check, self._calls, self.changed = check_id, 0, ()
        self._same_seed = None
        self._hidden, self._lacking = hidden, {}
        self._redaction.begin()

    def redacted(self, failure: CheckFailed) -> CheckFailed:
        """Return how the running check failed, as it may be told."""
        redacted = self._redaction.failure(failure) if self._hidden else failure
        # What a function lacks was known before there was any hidden input.
        return lacks.told(redacted, self._lacking)

    @contextmanager
    def repeatable(self) -> Iterator[None]:
        """Give every call inside one and the same seed: what was drawn once is drawn again.

        So a function that starts from random numbers starts every call from the same ones. That
        holds unless it draws from what no call can set back: the clock, or a generator of its own
        that lives on from call to call. Make a first call again as the last one and compare:
        only when both gave the same was everything in between comparable.
        """
        before = self._same_seed
        self._same_seed = derive_seed(self._seed, self._check, self._calls, "repeatable")
        try:
            yield
        finally:
            self._same_seed = before

    @property
    def seed(self) -> int:
        """The seed of this check's hidden inputs."""
        return derive_seed(self._seed, self._check)

    def provenance(self, name: str) -> str:
        """Return where a function is defined (``cell 7, line 3``), empty when nowhere."""
        found = self._session.definitions.find(_names(self._exercise.function(name)))
        return found.place if found else ""

    def signature(self, name: str) -> str:
        """Return a function's parameters with their defaults, as the student wrote them.

        Where no call could tell at a bearable price: ``(X, Y, n_h, num_iterations=10000)``.
        """
        function = self._exercise.function(name)
        with _lost_is_failed(function):
            return self._must_be_there(function).signature

    def _call(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        arguments = _arguments(function, args, kwargs)
        self._calls += 1
        shown = describe_call(function, arguments, hidden=self._hidden)
        if self._hidden:
            self._redaction.asked(arguments)
        with _lost_is_failed(function, shown):
            found = self._must_be_there(function)
            seed = self._same_seed
            if seed is None:
                seed = derive_seed(self._seed, self._check, self._calls)
            reply = self._session.call(_names(function), arguments, seed)
        if isinstance(reply, Raised) and reply.needs:
            self.too_new = function.name, reply.needs
        if isinstance(reply, Raised) and "NoneType" in reply.message:
            unsure = [n for n, a in enumerate(arguments) if _is_left_at_none(a, found.signature)]
            missed = [n for n in unsure if self._is_missed(function, arguments, n, reply, seed)]
            if left_out := [arguments[n].name for n in missed]:
                raise cannot_be_left_out(left_out, f"{function.name}{found.signature:.200}")
        if not isinstance(reply, Returned):
            raise self._failure(function, reply, shown, found.signature)
        for part, item in refusals.unsent_in(reply.value):
            part.fault = self._failure(function, item, shown, found.signature)
        if self._hidden:
            self._redaction.told(reply, found.signature)
        self.changed = tuple(p.name for p in function.parameters if p.name in reply.changed)
        return contract.validate(function.returns, reply.value, f"the result of {function.name}")

    def _is_missed(
        self, function: Function, arguments: list[Argument], place: int, raised: Raised, seed: int
    ) -> bool:
        """Whether the same call ends in another way with a value in this place."""
        given = [*arguments]
        given[place] = replace(arguments[place], value=1, given=True)
        try:
            return self._session.call(_names(function), given, seed) != raised
        except WorkerLost:
            return False

    def _failure(self, function: Function, reply: Reply, shown: str, signature: str) -> CheckFailed:
        """Return how a call failed that gave no value, as it may be told."""
        told = self._redaction.told(reply, signature) if self._hidden else reply
        refusal = _refusal(function, told, shown, self._session.definitions)
        if refusal is None:
            return absent.missing(function, self._session.definitions, self._misplaced)
        return refusal if told == reply else _cut(refusal, told, reply)

    def _must_be_there(self, function: Function) -> Found:
        found = self._session.definitions.find(_names(function))
        if found is None:
            raise absent.missing(function, self._session.definitions, self._misplaced)
        if found.stub:
            raise absent.not_written(function, found, self._misplaced)
        if found.lacks:
            self._lacking[function.name] = found.lacks
        return found


def _cut(refusal: CheckFailed, told: Reply, reply: Reply) -> CheckFailed:
    """Tell staff all of a reply, and the student that something of it was left out."""
    if isinstance(told, Raised) and isinstance(reply, Raised) and told.message != reply.message:
        refusal.lines = (LEFT_OUT, *refusal.lines)
    return refusal.with_staff(f"in full: {reply}")


@contextmanager
def _lost_is_failed(function: Function, *lines: str) -> Iterator[None]:
    try:
        yield
    except WorkerLost as lost:
        ids = [Diagnosis(LOST[lost.outcome])] if lost.outcome in LOST else []
        headline = f"{function.name} could not be judged: {lost.detail}"
        raise CheckFailed(headline, lines, (), ids, lost.outcome) from None


def _refusal(
    function: Function, reply: Reply, shown: str, definitions: Definitions
) -> CheckFailed | None:
    """Return the failure for a call that gave no value, None when there is no function."""
    match reply:
        case Raised():
            sizes = [] if is_of_the_code(reply.type, reply.message) else [shown]
            error = f"{reply.type}: {reply.message}"
            return _raised(function, reply, [*lacks.why_unbound(error, definitions), *sizes])
        case NotSent():
            return refusals.refused(function.name, reply, shown)
        case Mismatch(has, _, names):
            left_out = [p.name for p in function.parameters if p.name in names]
            if left_out:
                return cannot_be_left_out(left_out, f"{function.name}{has[:200]}")
            return CheckFailed(
                f"{function.name} does not take the arguments of its contract",
                [f"expected: {function.signature}", f"yours:    {function.name}{has[:200]}"],
                diagnoses=[Diagnosis("wrong-signature", has=has[:200], wanted=function.signature)],
            )
    return None


def _arguments(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Argument]:
    """Return the call's arguments in contract order; a wrong call is the hidden test's fault."""
    given = dict(zip((p.name for p in function.parameters), args, strict=False)) | kwargs
    unknown = given.keys() - {p.name for p in function.parameters}
    if unknown or len(args) > len(function.parameters):
        raise TypeError(f"{function.signature} has no argument {sorted(unknown) or args[-1]!r}")
    return [
        Argument(p.name, given.get(p.name, p.when_required), p.aliases, p.optional, p.name in given)
        for p in function.parameters
    ]


def _is_left_at_none(argument: Argument, signature: str) -> bool:
    """Whether an argument that was not given is None by the student's own first line."""
    if argument.given or argument.optional:
        return False
    own = {name.lower() for name in (argument.name, *argument.aliases)}
    return any(name.lower() in own for name in _LEFT_AT_NONE.findall(signature))


def describe_call(function: Function, arguments: list[Argument], *, hidden: bool = False) -> str:
    """Show a call with its small numbers, and with the shapes of its arrays in place of values.

    Of a `hidden` call only sizes are shown: whole numbers and shapes.
    """
    given = [a for a in arguments if a.given and not a.optional]
    shown = [f"{a.name}={(_size if hidden else _shown)(a.value)}" for a in given]
    return f"{function.name}({', '.join(shown)})"


def _size(value: Any) -> str:
    if isinstance(value, list | tuple) and not all(type(item) is int for item in value):
        return f"<{len(value)} values>"
    hides = isinstance(value, float | np.floating | complex | str | bytes)
    return f"<{type(value).__name__}>" if hides else _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<array {value.shape}>"
    if isinstance(value, dict):
        keys = islice(value, 6)
        return "{" + ", ".join(k[:60] if type(k) is str else brief(k, 60) for k in keys) + "}"
    if isinstance(value, float | np.floating):
        return f"{float(value):.6g}"
    return brief(value, 60)


def _names(function: Function) -> tuple[str, ...]:
    return (function.name, *function.aliases)


def _raised(function: Function, raised: Raised, lines: list[str]) -> CheckFailed:
    place = f" ({_place(raised.label, raised.line)})" if raised.label else ""
    if raised.out_of_memory:
        return CheckFailed(
            f"{function.name} asked for more memory than a submission may use{place}",
            lines,
            diagnoses=[Diagnosis("memory-limit", place=place.strip(" ()"))],
            outcome="memory_exceeded",
        )
    text = raised.message.strip().splitlines()
    # What a stand-in raises is an ImportError by another name, which tells a learner nothing.
    kind = "ImportError" if raised.type == "PlaceholderUsed" else raised.type[:80]
    said = f"{kind}: {text[0][:160]}" if text else kind
    name = "import-error" if raised.type in IMPORT_ERRORS else "raises-exception"
    return CheckFailed(
        f"{function.name} raised {said}{place}",
        lines,
        diagnoses=[Diagnosis(name, type=raised.type[:80], place=place.strip(" ()"))],
        outcome="error",
    )


def _place(label: Any, line: Any) -> str:
    text = str(label)[:80]
    return f"{text}, line {line}" if isinstance(line, int) and line > 0 else text
