"""Words for the work that several students' file names share, as the course does not know them.

Of `ada_zeros.py`, `ada_planar.py`, `bo_zeros.py`, `bo_planar.py` the students are `ada` and `bo`:
most names end (or all begin) in words that several have, most files with one word answer the same,
and those with another word answer something else. A family's name is no such word: it has no
exercise of its own. Where one name stands in front of all there is, it is one student's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from grader.ingest.file_names import FileName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from grader.ingest.stored import StoredFile

    Answers = Callable[[StoredFile], frozenset[str]]
    """The exercises that a file answers."""

_SIGNS: Final = (" - ", "_", "-")
_FEW: Final = 3
"""One word that as many students share is one for the work; of a sign that stands apart, two."""


class _Split(NamedTuple):
    """A way to part names."""

    sign: str
    is_behind: bool
    """Whether the word stands behind the student."""

    def parts(self, name: str) -> tuple[str, str]:
        """Return a student and a word; both empty where the name has no such parts."""
        before, sign, behind = (
            name.rpartition(self.sign) if self.is_behind else name.partition(self.sign)
        )
        if not (sign and before.strip() and behind.strip()):
            return "", ""
        student, word = (before, behind) if self.is_behind else (behind, before)
        return student.strip(), word.strip().casefold()


def without_shared_words(
    told: Mapping[StoredFile, FileName], ids: tuple[str, ...], answers: Answers
) -> dict[StoredFile, FileName]:
    """Return what names tell, of which `told` is what each tells by itself."""
    open_ = {f: t.student for f, t in told.items() if t.task not in ids and t.student}
    code = {file: name for file, name in open_.items() if file.is_code and not file.archive}
    for split in (_Split(sign, is_behind) for sign in _SIGNS for is_behind in (True, False)):
        parted = {file: split.parts(name) for file, name in code.items()}
        if words := _words(parted, split, answers):
            found = dict(_told_by(words, parted, answers))
            # What is no code is somebody's too.
            pairs = {file: split.parts(name) for file, name in open_.items()}
            found |= {f: FileName(w, s, in_front=True) for f, (s, w) in pairs.items() if w in words}
            return {**told, **found}
    return dict(told)


def _words(
    parted: Mapping[StoredFile, tuple[str, str]], split: _Split, answers: Answers
) -> set[str]:
    """Return the words for the work."""
    files: dict[str, dict[StoredFile, str]] = defaultdict(dict)
    for file, (student, word) in parted.items():
        if word:
            files[word][file] = student
    students = {student for same in files.values() for student in same.values()}
    if split.is_behind and len(students) == 1 < len(files) == len(parted):
        several = dict(files)
    else:
        several = {word: same for word, same in files.items() if len({*same.values()}) > 1}
        if 2 * sum(map(len, several.values())) <= len(parted):
            return set()
        few = 2 if split.sign == " - " else _FEW
        if len(several) == 1 and len(*several.values()) < few:
            return set()
    seen: set[str] = set()
    for same in several.values():
        found = Counter(told for file in same if (told := answers(file)))
        most, number = next(iter(found.most_common(1)), (frozenset(), 0))
        # Not all: what one of them hands in is no reason to call the others otherwise.
        if 2 * number <= found.total() or seen & most:
            return set()
        seen |= most
    return {*several}


def _told_by(
    words: set[str], parted: Mapping[StoredFile, tuple[str, str]], answers: Answers
) -> Iterator[tuple[StoredFile, FileName]]:
    """Yield what names tell with a word for the work, or with one that only their student has."""
    done: dict[str, set[str]] = defaultdict(set)
    for file, (student, word) in parted.items():
        if word in words:
            done[student] |= answers(file)
    for file, (student, word) in parted.items():
        if word in words:
            yield file, FileName(word, student, in_front=True)
        elif student in done and (own := answers(file)) and not own & done[student]:
            done[student] |= own
            yield file, FileName(word, student, in_front=True)
