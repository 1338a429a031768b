"""Sessions of small submissions."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from grader.model.exercise import Limits
from grader.sandbox.session import Material, Session
from grader.wire.messages import Argument, Reply, Returned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from grader.sandbox.forkserver import Forkserver


@pytest.fixture
def submit(forkserver: Forkserver) -> Iterator[Callable[..., Student]]:
    """Return a function that starts a session of the given code, in the given forkserver."""
    begun = []

    def start(code: str, using: Forkserver = forkserver, **limits: Any) -> Student:
        material = Material([("cell 1", dedent(code))])
        begun.append(Student(using, material, Limits(**limits)))
        return begun[-1]

    yield start
    for session in begun:
        session.close()


class Student(Session):
    """A session whose functions are called by name and plain arguments."""

    def __enter__(self) -> Student:
        return self

    def ask(self, name: str, *values: Any, seed: int = 1) -> Reply:
        """Return the reply to a call."""
        arguments = [Argument(f"x{number}", value) for number, value in enumerate(values)]
        return self.call([name], arguments, seed)

    def value(self, name: str, *values: Any, seed: int = 1) -> Any:
        """Return what a call returned."""
        reply = self.ask(name, *values, seed=seed)
        assert isinstance(reply, Returned), reply
        return reply.value
