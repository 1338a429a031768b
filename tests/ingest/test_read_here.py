"""What a child process does with strangers' files, where it can be looked into."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from grader.ingest.answers.contents import Contents, digest_of_file, look
from grader.ingest.layouts.nbgrader import holds_a_time
from grader.ingest.stored import StoredFile
from grader.source import Unreadable

if TYPE_CHECKING:
    from pathlib import Path

TIME = "2026-11-28 10:00:00.000000 UTC"
ZERO = "def zeros():\n    return 0\n"


def stored(tmp_path: Path, text: bytes) -> StoredFile:
    blob = tmp_path / "blob"
    blob.write_bytes(text)
    return StoredFile(PurePosixPath("a.py"), blob)


@pytest.mark.parametrize("text", [b"", b"def f(): pass\n", b"\xff\x00" * 99, b"x" * 100_000])
def test_what_nobody_could_look_at_has_the_digest_of_its_bytes(tmp_path: Path, text: bytes) -> None:
    digest = digest_of_file(stored(tmp_path, text))
    assert digest == look(stored(tmp_path, text), {}).digest
    assert digest != digest_of_file(stored(tmp_path, text + b"# more\n"))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (TIME, True),
        (f"{TIME}\n", True),
        (ZERO, False),
        (f"{TIME}\n{ZERO}", False),
        (f"x = 1 # {TIME}", False),
        ("", False),
    ],
)
def test_a_stamp_is_a_time_and_nothing_else(tmp_path: Path, text: str, is_one: bool) -> None:
    assert holds_a_time(stored(tmp_path, text.encode())) is is_one


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), Unreadable("it is too slow")])
def test_a_stamp_that_cannot_be_read_is_listed_like_any_file(
    class_of: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    files = {f"submitted/{who}/zero_init/zero_init.py": f"# {who}\n{ZERO}" for who in ("ada", "bo")}
    files["submitted/ada/zero_init/timestamp.txt"] = TIME
    real = Contents.apart

    def fails(self: Contents, function: Any, *args: Any, **options: Any) -> Any:
        if function is holds_a_time:
            raise error
        return real(self, function, *args, **options)

    def left() -> set[str]:
        gathered = class_of(files)
        assert {s.student.label for s in gathered.submissions} == {"ada", "bo"}
        return {item.path for item in gathered.left_over if not item.passed_over}

    before = left()
    monkeypatch.setattr(Contents, "apart", fails)
    assert left() - before == {"submitted/ada/zero_init/timestamp.txt"}
