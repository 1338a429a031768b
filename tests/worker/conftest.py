"""What tests of the worker do in this process is undone."""

from __future__ import annotations

import asyncio.events
import warnings
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from grader.worker.namespace import Namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    _POLICY: Any = asyncio.events.get_event_loop_policy()


@pytest.fixture(autouse=True)
def _loops_of_python() -> Iterator[None]:
    """Let asyncio make its own loops again."""
    with mock.patch.dict(vars(_POLICY)):
        yield


@pytest.fixture
def value() -> Callable[[str], Any]:
    """Return a function that defines a file and returns what its function `f` returns."""

    def called(source: str) -> Any:
        namespace = Namespace(contract=[{"names": ["f"], "arguments": []}])
        namespace.define([("cell 1", source)])
        function = namespace.find(["f"])
        assert function is not None
        return function()

    return called
