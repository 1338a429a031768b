"""Show the parameters of a function as its author wrote them."""

from __future__ import annotations

import inspect

from grader.worker.binding import STARS

MAX_TEXT = 300


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
