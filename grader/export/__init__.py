"""Exporters: one file per target, each from students' feedback to that system's documents."""

from __future__ import annotations

from typing import Final

from grader.export import gradescope, lti
from grader.export.document import Document, Entry, Exporter, Left

TARGETS: Final[dict[str, Exporter]] = {"gradescope": gradescope.export, "lti": lti.export}

__all__ = ["TARGETS", "Document", "Entry", "Exporter", "Left"]
