"""Does the zip that is uploaded to Gradescope grade there? In its folders, without namespaces."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from grader.autograder.build import build
from grader.catalog import Course
from grader.errors import UsageError

ROOT = Path(__file__).parents[2]
EXERCISE = "zero_init"
STAFF = ROOT / "solutions" / EXERCISE
NOBODY = 12345
SECONDS = 400


@pytest.fixture(scope="module")
def container() -> Any:
    """Set up Gradescope's folders; return a function that runs a script of the zip in them."""
    # Not pytest's own folder, which nobody else may enter.
    scratch = Path(tempfile.mkdtemp())
    root = scratch / "autograder"
    root.mkdir()
    archive = build(Course(ROOT).folder(EXERCISE), root.parent / "autograder.zip")
    with zipfile.ZipFile(archive) as zf:
        zf.extractall(root / "source")
        modes = {i.filename: i.external_attr >> 16 for i in zf.infolist()}
    for name, mode in modes.items():
        (root / "source" / name).chmod(mode)
    for name in ("submission", "results"):
        (root / name).mkdir()
    # Where bubblewrap is installed it is hidden: a container allows no namespaces.
    bwrap = shutil.which("bwrap")
    hidden = [bwrap, "--dev-bind", "/", "/", "--ro-bind", "/dev/null", bwrap] if bwrap else []
    as_user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if os.getuid() == 0:
        _give(root.parent)

    def run(script: str, *, user: bool = True) -> subprocess.CompletedProcess[str]:
        drop = as_user if user and os.getuid() == 0 else []
        return subprocess.run(
            [*hidden, *drop, str(root / "source" / script)],
            env={
                "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
                "AUTOGRADER_ROOT": str(root),
                "HOME": str(root),
            },
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )

    made = run("setup.sh")
    assert made.returncode == 0, made.stdout + made.stderr
    yield root, run, made.stdout
    shutil.rmtree(scratch)


def _give(folder: Path) -> None:
    """Let the ordinary user have a folder."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


@pytest.fixture
def graded(container: Any) -> Any:
    """Return a function that grades files and gives the results.json and all that was printed."""
    root, run, _ = container

    def grade(files: dict[str, bytes], metadata: str | None = None) -> tuple[dict[str, Any], str]:
        shutil.rmtree(root / "submission")
        (root / "results" / "results.json").unlink(missing_ok=True)
        for name, data in files.items():
            path = root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (root / "submission").mkdir(exist_ok=True)
        (root / "submission_metadata.json").unlink(missing_ok=True)
        if metadata is not None:
            (root / "submission_metadata.json").write_text(metadata)
        if os.getuid() == 0:
            _give(root)
        ended = run("run_autograder")
        assert ended.returncode == 0, ended.stderr
        text = (root / "results" / "results.json").read_text("utf-8")
        return json.loads(text), ended.stdout + ended.stderr

    return grade


METADATA = json.dumps(
    {"id": 1, "users": [{"id": 7, "name": "Ada", "email": "ada@x.invalid", "sid": None}]}
)


def test_the_zip_holds_no_corpus_and_no_other_exercise(container: Any) -> None:
    root, _, _ = container
    names = {p.relative_to(root / "source").as_posix() for p in (root / "source").rglob("*")}
    assert not [name for name in names if "mutants" in name or "variants" in name]
    assert not [name for name in names if "random_init" in name]
    assert "course/solutions/zero_init/test_hidden.py" in names


def test_the_doctor_says_what_holds_there(container: Any) -> None:
    assert "landlock" in container[2]
    assert "bubblewrap is not installed" in container[2]


@pytest.mark.parametrize("metadata", [METADATA, "", "{}", "[]", '{"users": [null]}', None])
def test_a_right_answer_gets_all_points_whatever_the_metadata(
    graded: Any, metadata: str | None
) -> None:
    if metadata == METADATA:
        files = {"zero_init.py": (STAFF / "reference.py").read_bytes()}
    else:
        files = {"my homework.py": (STAFF / "reference.py").read_bytes(), "notes.txt": b"x"}
    found, printed = graded(files, metadata)
    assert found["score"] == 10, printed
    assert all(test["status"] == "passed" for test in found["tests"])


def test_a_wrong_answer_is_named(graded: Any) -> None:
    answer = next(iter(sorted((STAFF / "mutants").glob("*.py")))).read_bytes()
    found, _ = graded({"zero_init.py": answer}, METADATA)
    assert 0 <= found["score"] < 10
    assert any(test.get("tags") for test in found["tests"])


def test_nothing_to_grade_is_said(graded: Any) -> None:
    found, _ = graded({}, METADATA)
    assert found["score"] == 0
    assert "no file to grade" in found["output"]


def test_student_code_reads_neither_the_course_nor_the_metadata(
    graded: Any, container: Any
) -> None:
    root, _, _ = container
    secret = root / "source" / "course" / "solutions" / EXERCISE / "reference.py"
    thief = "def initialize_parameters_zeros(layers_dims):\n"
    thief += f"    raise ValueError(open({str(secret)!r}).read())\n"
    found, printed = graded({"zero_init.py": thief.encode()}, METADATA)
    assert found["score"] == 0
    assert "np.zeros" not in json.dumps(found)
    assert "np.zeros" not in printed


def test_a_fault_of_ours_is_no_zero(graded: Any, container: Any) -> None:
    root, _, _ = container
    hidden = root / "source" / "course" / "solutions" / EXERCISE / "test_hidden.py"
    text = hidden.read_text()
    hidden.write_text("import no_such_module\n" + text)
    try:
        found, printed = graded({"zero_init.py": (STAFF / "reference.py").read_bytes()}, METADATA)
    finally:
        hidden.write_text(text)
    assert not {"score", "tests"} & found.keys()
    assert "problem on our side" in found["output"]
    assert "no_such_module" in printed
    assert "no_such_module" not in found["output"]


def test_without_its_source_no_wheel_can_be_made(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr("grader.autograder.build.PACKAGE", tmp_path / "grader")
    with pytest.raises(UsageError, match="run this in a clone"):
        build(Course(ROOT).folder(EXERCISE), tmp_path / "out.zip")
