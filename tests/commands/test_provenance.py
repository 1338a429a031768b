"""Is a signed report told from a forged one, and a report from another submission's?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import typer
from joserfc.jwk import ECKey, OKPKey, RSAKey

from grader.catalog import Course
from grader.cli.provenance import verify_report
from grader.errors import UsageError
from grader.grade import Answer, Slot
from grader.model.report import report_json
from grader.outputs import Outputs
from grader.signing import is_signed, signer

HIDDEN = """
from grader.testing import check
@check("a", points=1)
def test_a(submission):
    assert submission.square(2.0) == 4.0
"""
ANSWER = b"def square(x): return x * x"
KEYS = {
    "Ed25519": OKPKey.generate_key("Ed25519"),
    "P-256": ECKey.generate_key("P-256"),
    "RSA": RSAKey.generate_key(2048),
}


@pytest.fixture
def key(tmp_path: Path) -> Any:
    """Return a function that writes a key pair: the private and the public file."""

    def write(name: str = "Ed25519", form: str = "pem") -> tuple[Path, Path]:
        found = []
        for private in (True, False):
            path = tmp_path / f"{name}-{'private' if private else 'public'}.{form}"
            pair = KEYS[name]
            path.write_bytes(
                pair.as_pem(private=private)
                if form == "pem"
                else json.dumps(pair.as_dict(private=private)).encode()
            )
            path.chmod(0o600)
            found.append(path)
        return found[0], found[1]

    return write


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_what_is_signed_is_genuine_and_nothing_else_is(key: Any, name: str, form: str) -> None:
    private, public = key(name, form)
    signature = signer(private)("a report\n")
    assert "a report" not in signature
    assert is_signed("a report\n", signature, public)
    assert not is_signed("a report", signature, public)
    assert not is_signed("a report\n", signature[:-9] + signature[-9:].swapcase(), public)
    assert not is_signed("a report\n", "nonsense", public)


def test_the_signature_does_not_choose_its_algorithm(key: Any) -> None:
    _, public = key()
    none = "eyJhbGciOiJub25lIn0..\n"
    assert not is_signed("a report\n", none, public)
    other, _ = key("P-256")
    assert not is_signed("a report\n", signer(other)("a report\n"), public)


def test_a_private_key_that_others_can_read_is_refused(key: Any) -> None:
    private, public = key()
    private.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        signer(private)
    with pytest.raises(UsageError, match="public key"):
        signer(public)
    with pytest.raises(UsageError, match="cannot be read"):
        signer(private.with_name("no such key"))


@pytest.mark.parametrize("text", ["", "{}", '{"kty": "oct", "k": "c2VjcmV0"}', "-----BEGIN X-----"])
def test_what_is_no_key_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="holds no Ed25519, P-256 or RSA key"):
        signer(path)


@pytest.fixture(scope="module")
def graded(write_course: Any, tmp_path_factory: Any) -> Any:
    """Return a course, a report of it, and the file that was handed in."""
    root = tmp_path_factory.mktemp("provenance")
    course: Course = write_course(root, HIDDEN)
    handed_in = root / "mini.py"
    handed_in.write_bytes(ANSWER)
    with Slot(course) as slot:
        report = slot.grade("mini", Answer.of_file("mini", "ada", "mini.py", ANSWER))
    return course, report, handed_in


@pytest.fixture
def examined(graded: Any, key: Any, tmp_path: Path, capsys: Any) -> Any:
    """Return a function that changes the files and says what `verify-report` finds."""
    course, report, handed_in = graded
    private, public = key()
    root = tmp_path / "course"
    shutil.copytree(course.root, root)
    Outputs(tmp_path / "out", signer(private)).write(report)

    def examine(change: Any = None, **options: Any) -> tuple[int, dict[str, str]]:
        path = tmp_path / "out" / "reports" / "ada.mini.json"
        if change:
            change(path, root)
        options = {"key": public, "submission": handed_in} | options
        with pytest.raises(typer.Exit) as ended:
            verify_report(path, course=root, **options)
        lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
        return ended.value.exit_code, dict(lines)

    return examine


def verdicts(found: dict[str, str]) -> dict[str, str]:
    names = ("ok", "differs", "not checked")
    return {what: next(n for n in names if text.startswith(n)) for what, text in found.items()}


ALL_OK = {"report": "ok", "signature": "ok", "submission": "ok", "exercise": "ok"}


def test_what_belongs_together(examined: Any) -> None:
    code, found = examined()
    assert (code, verdicts(found)) == (0, ALL_OK)


def raised(path: Path, _: Path) -> None:
    report = json.loads(path.read_text())
    report["checks"][0]["title"] = "another title"
    path.write_text(json.dumps(report))


def broken(path: Path, _: Path) -> None:
    path.write_text(path.read_text().replace('"points": 1.0', '"points": 2.0', 1))


def unsigned(path: Path, _: Path) -> None:
    path.with_name(path.name + ".jws").unlink()


def new_check(_: Path, course: Path) -> None:
    hidden = course / "solutions" / "mini" / "test_hidden.py"
    hidden.write_text(hidden.read_text() + "\n# changed\n")


@pytest.mark.parametrize(
    ("change", "differ"),
    [
        (raised, {"report", "signature"}),
        (broken, {"report"}),
        (unsigned, {"signature"}),
        (new_check, {"exercise"}),
    ],
)
def test_what_was_changed_is_said(examined: Any, change: Any, differ: set[str]) -> None:
    code, found = examined(change)
    assert code == 1
    assert {what for what, verdict in verdicts(found).items() if verdict == "differs"} == differ


def test_another_submission_is_said(examined: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_bytes(ANSWER + b"\n")
    code, found = examined(submission=other)
    assert code == 1
    assert verdicts(found) == ALL_OK | {"submission": "differs"}


def test_what_is_not_given_is_not_checked(examined: Any) -> None:
    code, found = examined(key=None, submission=None)
    assert code == 0
    assert verdicts(found) == ALL_OK | {"signature": "not checked", "submission": "not checked"}


def test_a_signature_does_not_outlive_its_report(graded: Any, key: Any, tmp_path: Path) -> None:
    _, report, _ = graded
    private, _ = key()
    out = tmp_path / "again"
    Outputs(out, signer(private)).write(report)
    signature = out / "reports" / "ada.mini.json.jws"
    assert signature.exists()
    Outputs(out).write(report)
    assert signature.exists(), "the report is the same"
    (out / "reports" / "ada.mini.json").write_text("old")
    Outputs(out).write(report)
    assert not signature.exists()
    Outputs(out, signer(private)).write(report)
    Outputs(out).discard("ada.mini")
    assert not signature.exists()
    assert report_json(report)
