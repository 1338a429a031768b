"""What is code by its name, what systems and tools leave beside it, and what is hidden."""

from __future__ import annotations

import re
from typing import Final

from grader.source import name_meant

CODE: Final = (".py", ".ipynb")
"""The suffixes of files that are read."""
LISTS: Final = (
    ".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".ods", ".numbers", ".json", ".jsonl", ".yml",
    ".yaml", ".toml", ".ini", ".cfg", ".xml", ".db", ".sqlite", ".log", ".md", ".rst", ".lock",
    ".sh", ".bat", ".css", ".npy", ".npz", ".h5", ".hdf5", ".mat", ".pkl", ".pickle", ".parquet",
    ".pt", ".url", ".lnk", ".tmp",
)  # fmt: skip
"""The suffixes of lists, settings and data: beside the students, they are nobody's work."""
# What systems and tools leave behind; nobody hands these in on purpose.
_LITTER: Final = {"__MACOSX", "__pycache__", "site-packages", "node_modules", "venv"}
# Hidden folders and files of tools, which hold copies of code; others may hold an answer.
_TOOLS: Final = re.compile(
    r"\.(?:[_~].*|git|svn|hg|idea|vs|vscode.*|history|venv.*|env|virtualenv|conda|anaconda|cache|"
    r"config|local|jupyter|ipython|virtual_documents|tox|nox|eggs|npm|trash.*|spyproject|spyder.*|"
    r"settings|metadata|.*cache|.*checkpoints?)",
    re.IGNORECASE,
)
_LITTER_FILES: Final = {"thumbs.db", "desktop.ini", r"icon\x0d"}


def litter(path: str) -> str | None:
    """Return the folder in which there is something hidden or of a tool, None when there is not.

    Hidden code that is not of a tool is somebody's, and not litter.
    """
    parts = path.split("/")
    is_code = name_meant(path).lower().endswith(CODE) and not any(map(is_tool, parts))
    for index, part in enumerate(parts):
        if part in _LITTER or (part.startswith(".") and not is_code):
            return "/".join(parts[:index])
    return "/".join(parts[:-1]) if parts[-1].lower() in _LITTER_FILES else None


def is_tool(name: str) -> bool:
    """Whether a file or folder is called as tools call what they leave."""
    return name in _LITTER or _TOOLS.fullmatch(name) is not None


def is_hidden(path: str) -> bool:
    """Whether a file, or a folder that it is in, has a name that begins with a dot."""
    return any(part.startswith(".") for part in path.split("/"))
