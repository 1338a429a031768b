"""Submission ids: readable, and safe and unique as file names on every system.

A student's label may be anything: any script, any case, a reserved name, a path. Most labels are
fine as they are and stay. Any other gets its safe part and a mark made from the whole label, so
that no two labels share an id, also where a file system ignores case or composes accents.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from grader.model.submission import Student

# With an exercise id of 80, a dot, ".json" and a draft's mark a name stays within 255 bytes.
MAX_BYTES: Final = 120
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?")
_MARKS: Final = frozenset(" .,@()+=&'-_")


def labels_of(students: Collection[Student], others: Iterable[Student] = ()) -> dict[Student, str]:
    """Return how each student is called; of two with one name, each gets a number as well."""
    labels = Counter(student.label for student in (*students, *others))
    return {s: s.label if labels[s.label] == 1 else f"{s.label} {_number(s)}" for s in students}


def stems_of(labels: Mapping[Student, str], taken: Collection[str] = ()) -> dict[Student, str]:
    """Return a file name stem per student, by how each is called."""
    stems = student_stems(labels.values(), taken)
    return {student: stems[label] for student, label in labels.items()}


def _number(student: Student) -> str:
    known = (student.participant, student.user_id, student.sis_id, student.login, student.email)
    return next((text for text in known if text), student.model_dump_json(exclude_none=True))


def student_stems(labels: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return a file name stem for each label, no two of which any file system confuses.

    `taken` are the stems of others, which stay as they are.
    """
    others = {_folded(stem) for stem in taken}
    stems = {label: _stem(label) for label in labels}
    clashing: dict[str, list[str]] = defaultdict(list)
    for label, stem in stems.items():
        clashing[_folded(stem)].append(label)
    for folded, same in clashing.items():
        for label in same if len(same) > 1 or folded in others else ():
            stems[label] = _marked(label, label, 16)
    return stems


def _stem(label: str) -> str:
    plain = unicodedata.normalize("NFC", label)
    safe = _safe(plain)
    # A label that could have been made here is marked again, or it could be another one's stem.
    if safe == plain and "~" not in plain and not _RESERVED.fullmatch(plain):
        return plain
    return _marked(label, safe, 8)


def _safe(text: str) -> str:
    """Keep letters, accents and digits of any script, and marks that no system minds."""
    kept = "".join(c if c in _MARKS or unicodedata.category(c)[0] in "LMN" else "_" for c in text)
    kept = _cut(kept.strip(" .-"), MAX_BYTES)
    return kept or "student"


def _marked(label: str, readable: str, length: int) -> str:
    digest = hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:length]
    safe = _safe(unicodedata.normalize("NFC", readable))
    if _RESERVED.fullmatch(safe):
        safe = f"student {safe}"
    return f"{_cut(safe, MAX_BYTES - length - 1)}~{digest}"


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode(errors="ignore").rstrip(" .")


def _folded(stem: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", stem).casefold())
