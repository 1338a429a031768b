"""Libraries and names that leave every value alone: plots, progress bars, logs, checks of types.

A name counts with all that stands below it. Of a library that computes, only those names are here
that give back what they decorate, or that do nothing with values.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Container

QUIET_MODULES: Final = frozenset(
    {
        *("matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "altair", "mpld3"),
        *("IPython", "ipywidgets", "graphviz", "pydot", "google", "PIL", "cv2", "imageio"),
        *("tqdm", "rich", "alive_progress", "fastprogress", "progressbar"),
        *("loguru", "icecream", "wandb", "tensorboard", "tensorboardX", "mlflow", "comet_ml"),
        *("line_profiler", "memory_profiler", "pyinstrument", "viztracer", "pysnooper", "snoop"),
        *("beartype", "typeguard", "jaxtyping", "ipytest", "wurlitzer"),
    }
)
QUIET: Final = QUIET_MODULES | {
    *("numba.jit", "numba.njit", "numba.prange", "numba.types", "numba.config"),
    *("numba.float64", "numba.float32", "numba.int64", "numba.int32", "numba.boolean"),
    *("torch.no_grad", "torch.inference_mode", "torch.utils.tensorboard"),
    *("tensorflow.function", "tensorflow.TensorSpec", "tensorflow.summary", "jax.jit"),
}
PROGRESS: Final = frozenset(
    {
        *("tqdm", "rich.progress", "alive_progress", "fastprogress", "progressbar"),
        *("IPython.display.ProgressBar", "IPython.core.display.ProgressBar"),
    }
)
"""What gives back something to iterate over."""

# By the last part of a name: what a call gives where that is neither nothing nor a decorated thing.
GIVES: Final[dict[str, Callable[..., Any]]] = {
    "ic": lambda *values: values[0] if len(values) == 1 else values or None,
    "check_type": lambda value, *_, **__: value,
    "prange": range,
    "trange": lambda *numbers, **_: range(*numbers),
    "tnrange": lambda *numbers, **_: range(*numbers),
    "tenumerate": lambda given, start=0, **_: enumerate(given, start),
    "tzip": lambda *given, **_: zip(*given, strict=False),
    "tmap": lambda function, *given, **_: map(function, *given),
    "ProgressBar": lambda given=0, **_: range(given) if type(given) is int else given,
}


def is_among(name: str, names: Container[str]) -> bool:
    """Whether a dotted name, or what it stands below, is one of `names`."""
    return any(part in names for part in accumulate(name.split("."), "{}.{}".format))
