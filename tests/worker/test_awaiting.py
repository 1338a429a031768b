"""A cell may await what needs time, and nothing that never comes."""

from __future__ import annotations

import ast
import asyncio
from typing import Any

import pytest

from grader.worker import awaiting
from grader.worker.extract import magics


async def never() -> Any:
    yield await asyncio.get_running_loop().create_future()


def test_what_never_comes_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="never comes"):
        awaiting.first_of(never())


def test_the_loop_is_woken_by_nothing_else() -> None:
    async def wake() -> Any:
        yield asyncio.get_running_loop().call_soon_threadsafe(print)

    assert awaiting.first_of(wake()) is not None


def test_functions_keep_what_they_await() -> None:
    source = "async def g():\n    return await h()\ndef k():\n    return g()"
    module = ast.parse(source)
    magics.run_awaited(module)
    assert ast.unparse(module) == ast.unparse(ast.parse(source))


def test_what_is_too_deep_to_be_looked_at_stays() -> None:
    deep: ast.expr = ast.Name("x", ast.Load())
    for _ in range(5000):
        deep = ast.UnaryOp(ast.Not(), deep)
    module = ast.Module([ast.Expr(deep)], [])
    magics.run_awaited(module)
    assert module.body[0].value is deep  # type: ignore[attr-defined]
