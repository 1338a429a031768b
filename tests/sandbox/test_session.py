"""Do calls, replies, changed arguments, prints and usage come through as they are?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.deaths import WorkerLost
from grader.wire.messages import Mismatch, Missing, NotSent, Returned

IMPORTS = """
import matplotlib.pyplot as plt, cv3
import numpy as np
def fine(x0=0): return 5
class Net: pass
"""
FORGE = """
import os
from grader.wire.frames import pack
def forge(message): os.write(100, pack(message))
"""
NOT_SENT: dict[str, tuple[str, str, str, str]] = {
    "generator": ("(i for i in [])", "type", "generator", ""),
    "part": ("[{'W1': 1}, [2, map]]", "type", "type", "[1][1]"),
    "objects": ("np.array([None])", "type", "array of objects", ""),
    "class": ("Net()", "type", "Net", ""),
    "figure": ("[plt.figure()]", "stand_in", "matplotlib.pyplot.figure", "[0]"),
    "missing module": ("cv3.imread", "stand_in", "cv3.imread", ""),
    "missing module as a key": ("{cv3: 1}", "stand_in", "cv3", ""),
    "keys": ("{Net(): 2}", "keys", "Net", ""),
    "keys below": ("[{('a', Net()): 2}]", "keys", "Net", "[0]"),
    "itself": ("loop", "depth", "list", "[0]" * 31),
    "long text": ("'x' * (1 << 26)", "size", "str", ""),
    "large array": ("np.zeros(1 << 18)", "size", "ndarray", ""),
    "many arrays": ("[np.zeros(1 << 16)] * 3", "size", "ndarray", "[2]"),
    "many numbers": ("[0.5] * 150_000", "size", "list", ""),
    "more numbers": ("[0] * 200_000", "count", "int", "[199996]"),
}


@pytest.mark.parametrize("name", NOT_SENT)
def test_what_is_not_plain_data_is_named_with_its_place(submit: Any, name: str) -> None:
    body, reason, kind, path = NOT_SENT[name]
    code = f"{IMPORTS}\nloop = []\ndef f():\n    loop[:] = [loop]\n    return {body}\n"
    student = submit(code, reply_mib=1)
    assert student.ask("f") == NotSent(reason, kind, path)
    assert student.value("fine") == 5


def test_a_forged_answer_is_an_answer_and_the_true_one_comes_too_late(submit: Any) -> None:
    answer = "{'kind': 'returned', 'number': 2, 'value': 7, 'changed': []}"
    student = submit(f"{FORGE}\ndef f(): forge({answer})\n")
    assert student.value("f") == 7
    with pytest.raises(WorkerLost, match="out of turn"):
        student.ask("f")


def test_functions_are_found_and_bound_by_the_contract(submit: Any) -> None:
    student = submit("def f(x0, x1): return x0 - x1\nno = 3\n")
    assert student.value("f", 3, 1) == 2
    assert student.ask("g") == Missing()
    assert student.ask("no") == Missing()
    assert isinstance(student.ask("f", 3), Mismatch)
    assert student.definitions.functions["f"].place == "cell 1, line 1"


def test_arguments_changed_in_place_are_named(submit: Any) -> None:
    code = """
    import numpy as np
    def f(x0, x1, x2):
        x0 += 1
        x1["W"][0] = np.zeros(2)
        return x2
    """
    reply = submit(code).ask("f", np.zeros(3), {"W": [np.ones(2)]}, np.ones(2))
    assert isinstance(reply, Returned)
    assert reply.changed == ("x0", "x1")
    assert submit("def f(x0): x0 = x0 + 1; return x0").ask("f", np.zeros(2)).changed == ()


def test_what_is_printed_is_kept_apart_and_capped(submit: Any) -> None:
    code = """
    import os, sys
    def f(n):
        print("x" * n)
        print("error", file=sys.stderr)
        os.write(1, b"direct")
        return n
    """
    student = submit(code, output_kib=1)
    student.ask("f", 3)
    student.close()
    assert bytes(student.output) == b"directxxx\nerror\n"
    student = submit(code, output_kib=1)
    with pytest.raises(WorkerLost) as lost:
        student.ask("f", 3000)
    assert lost.value.outcome == "output_exceeded"
    assert len(student.output) == 1024


def test_usage_is_what_was_used(submit: Any) -> None:
    code = """
    import numpy as np, time
    def f(mib):
        kept = np.ones(mib << 17)
        time.sleep(0.05)
        return float(kept[-1])
    """
    idle, busy = submit(code), submit(code)
    idle.ask("f", 0)
    busy.ask("f", 100)
    before, after = idle.close(), busy.close()
    assert 90 < after.peak_mib - before.peak_mib < 140
    assert after.wall_seconds > 0.05
    assert 0 < after.cpu_seconds < after.wall_seconds + 1


def test_a_file_that_no_longer_defines_is_the_files_fault_however_often_it_is_asked(
    submit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = submit("import os\ndef f(): os._exit(3)\n")
    with pytest.raises(WorkerLost):
        student.ask("f")

    def dies(worker: Any) -> None:
        student._reap()
        raise WorkerLost("crashed", "ended")

    monkeypatch.setattr(student, "_define", dies)
    for _ in range(5):
        with pytest.raises(WorkerLost, match="ended"):
            student.ask("f")
    monkeypatch.undo()
    with pytest.raises(WorkerLost):
        student.ask("f")
