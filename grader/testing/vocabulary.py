"""Words that are everyone's, so that telling them tells nothing."""

from __future__ import annotations

import builtins
import keyword
from typing import Final

import numpy as np


def _is_exception(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


EXCEPTIONS: Final = frozenset(
    {
        *(name for name, value in vars(builtins).items() if _is_exception(value)),
        *("LinAlgError", "AxisError", "PlaceholderUsed"),
        *("_UFuncOutputCastingError", "_UFuncNoLoopError", "_UFuncBinaryResolutionError"),
    }
)
"""Exceptions of Python, numpy and ours."""

KNOWN: Final = frozenset(
    {
        *vars(builtins),
        *keyword.kwlist,
        *(name for name in dir(np) if not name.startswith("_")),
        *EXCEPTIONS,
        *("numpy", "MaskedArray", "same_kind", "of"),
        *("function", "generator", "builtin_function_or_method", "module", "method", "coroutine"),
        *("NoneType", "dict_keys", "dict_values", "dict_items", "Placeholder"),
    }
)
"""Names of Python and numpy."""

COMMON: Final = frozenset(
    {
        *("a", "an", "are", "at", "be", "been", "but", "by", "can", "column", "columns", "count"),
        *("counted", "differ", "differs", "do", "does", "expected", "first", "had", "has"),
        *("have", "here", "how", "instead", "it", "its", "key", "keys", "last", "letter"),
        *("letters", "many", "more", "most", "much", "no", "number", "numbers", "of", "on"),
        *("one", "only", "other", "result", "results", "row", "rows", "same", "so", "some"),
        *("text", "than", "that", "the", "them", "then", "there", "they", "this", "to", "too"),
        *("two", "value", "values", "was", "were", "what", "when", "where", "which", "who"),
        *("will", "without", "word", "words", "would", "wrong", "you", "your", "yours"),
    }
)
"""What sentences are made of: a result with these words in it would otherwise empty them."""
