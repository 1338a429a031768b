"""What module-level statements need is allowed in a worker with every layer, too."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from grader.model.exercise import Function, Limits
from grader.sandbox.session import Material, Session
from grader.wire.messages import Returned

if TYPE_CHECKING:
    from grader.sandbox.forkserver import Forkserver

FORMS = Path(__file__).parent.parent / "worker" / "module_level.txt"
CONTRACT = [Function.model_validate({"name": "f", "parameters": (), "returns": {"kind": "any"}})]


@pytest.mark.parametrize("form", FORMS.read_text("utf-8").split("\n---\n"))
def test_what_works_in_python_works_in_a_worker(forkserver: Forkserver, form: str) -> None:
    material = Material([("cell 1", form)], functions=CONTRACT, path="lab/answer.py")
    with closing(Session(forkserver, material, Limits())) as session:
        reply = session.call(["f"], [], seed=1)
    assert isinstance(reply, Returned), reply
    assert reply.value is True
