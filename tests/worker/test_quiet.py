"""Does a library that leaves every value alone cost nothing, and no other one pass for such?"""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pytest

from grader.worker.namespace import Namespace
from grader.worker.placeholders import PlaceholderUsed, stand_in


def called(code: str, *args: Any) -> Any:
    namespace = Namespace()
    namespace.define([("cell 1", code)])
    function = namespace.find(["f"])
    assert function is not None
    return function(*args)


# In the place of a loop over 1, 2 and 3, which `found` takes.
BARS = {
    "tqdm with a handle": """
        from tqdm import tqdm
        bar = tqdm(range(1, n))
        for l in bar:
            bar.set_description('x')
            bar.set_postfix(loss=1)
            found.append(l)
    """,
    "tqdm in a with": """
        import tqdm.notebook as t
        with t.tqdm(range(1, n), unit='x') as bar:
            for l in bar:
                bar.update(0); found.append(l)
            bar.close()
    """,
    "trange": """
        from tqdm.auto import trange
        bar = trange(1, n, leave=False)
        for l in bar:
            bar.write('x')
            found.append(l)
    """,
    "tqdm's enumerate": """
        from tqdm.contrib import tenumerate
        for k, l in tenumerate(range(n - 1), start=1, desc='x'): found.append(k)
    """,
    "tqdm's zip": """
        from tqdm.contrib import tzip
        for k, l in tzip(range(1, n), range(n), desc='x'): found.append(k)
    """,
    "rich": """
        from rich.progress import track
        for l in track(description='x', sequence=range(1, n)): found.append(l)
    """,
    "rich with a handle": """
        import rich.progress
        with rich.progress.Progress() as bar:
            task = bar.add_task('x', total=n)
            for l in bar.track(range(1, n)):
                bar.advance(task)
                found.append(l)
    """,
    "alive_progress": """
        from alive_progress import alive_bar, alive_it
        bar = alive_it(range(1, n))
        for l in bar:
            bar.text('x'); found.append(l)
        with alive_bar(3) as bar: bar()
    """,
    "fastprogress": """
        from fastprogress.fastprogress import master_bar, progress_bar
        bar = master_bar(range(1, n))
        for l in bar:
            found += [l for _ in progress_bar(range(1), parent=bar)]
            bar.child.comment = 'x'
    """,
    "IPython": """
        from IPython.display import ProgressBar
        for l in ProgressBar(n - 1): found.append(l + 1)
    """,
    "progressbar": """
        import progressbar
        bar = progressbar.ProgressBar(max_value=n)
        for l in bar(range(1, n)):
            found.append(l)
        bar.finish()
    """,
    "a manual one": """
        from tqdm import tqdm
        bar = tqdm(total=n, postfix={'a': 1})
        for l in range(1, n):
            bar.update(1); found.append(l)
    """,
}


@pytest.mark.parametrize("library", BARS)
def test_a_loop_behind_a_progress_bar_runs(library: str) -> None:
    loop = textwrap.indent(textwrap.dedent(BARS[library]), "    ")
    assert called(f"def f(n):\n    found = []\n{loop}\n    return found", 4) == [1, 2, 3]


def test_a_bar_is_what_it_was_given() -> None:
    bar = stand_in("tqdm", {}).tqdm([3, 4], desc="x")
    assert (len(bar), bar[1], bar[-2:], 4 in bar, 5 in bar) == (2, 4, [3, 4], True, False)
    assert list(enumerate(bar)) == [(0, 3), (1, 4)]
    assert list(reversed(bar)) == [4, 3]
    assert list(stand_in("tqdm", {}).tqdm(iter("ab"))) == ["a", "b"]
    with pytest.raises(TypeError, match="no len"):
        len(stand_in("tqdm", {}).tqdm(iter("ab")))


DECORATED = {
    "njit": "from numba import njit\n@njit",
    "jit with options": "import numba as nb\n@nb.jit(nopython=False, cache=True)",
    "njit with a signature": "import numba as n\n@n.njit(n.float64[:](n.float64))",
    "no_grad": "import torch\n@torch.no_grad()",
    "inference_mode": "from torch import inference_mode\n@inference_mode",
    "a graph": "import tensorflow as tf\n@tf.function",
    "a graph with options": "import tensorflow as t\n@t.function(input_signature=[t.TensorSpec()])",
    "beartype": "from beartype import beartype\n@beartype",
    "typeguard": "from typeguard import typechecked\n@typechecked",
    "jaxtyping": "import beartype, jaxtyping as j\n@j.jaxtyped(typechecker=beartype.beartype)",
    "line_profiler": "import line_profiler\n@line_profiler.profile",
    "memory_profiler": "import memory_profiler\n@memory_profiler.profile(precision=4)",
    "loguru": "from loguru import logger\n@logger.catch(reraise=True)",
    "two of them": "from numba import njit\nfrom typeguard import typechecked\n@typechecked\n@njit",
    "one that is cached": "import functools, line_profiler as p\n@p.profile\n@functools.cache",
}  # fmt: skip


@pytest.mark.parametrize("library", DECORATED)
def test_a_decorator_that_changes_no_value_costs_nothing(library: str) -> None:
    assert called(f"{DECORATED[library]}\ndef f(l): return l + 1", 2) == 3


def test_a_decorated_class_stays_one() -> None:
    code = "from typeguard import typechecked\n@typechecked\nclass Net:\n    k = 2\n"
    assert called(f"{code}def f(l): return Net().k + l", 1) == 3


DONE = {
    "icecream": ("from icecream import ic", "l = ic(l)"),
    "icecream of several": ("from icecream import ic", "l, _ = ic(l, 3); ic()"),
    "icecream by its module": ("import icecream", "icecream.ic.disable(); l = icecream.ic(l)"),
    "loguru": ("from loguru import logger", "logger.info('x {}', l)"),
    "wandb": ("import wandb", "run = wandb.init(project='x'); wandb.log({'l': l}); run.finish()"),
    "tensorboardX": ("import tensorboardX as t", "t.SummaryWriter().add_scalar('l', l)"),
    "tensorboard of torch": (
        "from torch.utils.tensorboard import SummaryWriter",
        "with SummaryWriter(log_dir='x') as writer: writer.add_scalar('l', l, 1)",
    ),
    "tensorboard below torch": ("import torch", "torch.utils.tensorboard.SummaryWriter().flush()"),
    "no_grad": ("import torch", "with torch.no_grad(): l = l"),
    "prange": ("from numba import prange", "l = [k for k in prange(l + 1)][-1]"),
    "typeguard": ("from typeguard import check_type", "l = check_type(l, int)"),
    "a profiler": ("from line_profiler import LineProfiler", "l = LineProfiler()(lambda: l)()"),
    "rich": ("from rich import print, console", "print([l]); console.Console().log(l)"),
}  # fmt: skip


@pytest.mark.parametrize("library", DONE)
def test_a_call_that_changes_no_value_costs_nothing(library: str) -> None:
    imports, call = DONE[library]
    assert called(f"{imports}\ndef f(l):\n    {call}\n    return l", 2) == 2


CHANGES = {
    "jax.grad": "import jax\n@jax.grad",
    "numba.vectorize": "import numba\n@numba.vectorize",
    "torch.vmap": "import torch\n@torch.vmap",
    "numba.cuda.jit": "from numba import cuda\n@cuda.jit",
    "tensorflow.custom_gradient": "import tensorflow as tf\n@tf.custom_gradient",
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_a_function_is_never_left_out(name: str) -> None:
    module = name.partition(".")[0]
    namespace = Namespace()
    report = namespace.define([("cell 1", f"{CHANGES[name]}\ndef f(l): return l")])
    assert [one["names"] for one in report["failed"]] == [["f"]]
    assert f"{name} is used here, but the module '{module}'" in report["failed"][0]["error"]


@pytest.mark.parametrize(
    "use",
    ["wandb.config.rate * l", "l - wandb.config['rate']", "np.ones(2) * wandb.config.rate",
     "float(wandb.config.rate)", "l < wandb.config.rate"],
)  # fmt: skip
def test_what_is_computed_with_a_quiet_value_says_what_is_missing(use: str) -> None:
    code = f"import numpy as np\nimport wandb\ndef f(l): return {use}"
    with pytest.raises(PlaceholderUsed, match=r"wandb\.config.* the module 'wandb'"):
        called(code, np.float64(2))
