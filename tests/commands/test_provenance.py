"""Is a signed report told from a forged one, and a report from another submission's?"""

from __future__ import annotations

import hmac
import json
import shutil
import sys
import warnings
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
import typer
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from grader.catalog import Course
from grader.cli.provenance import verify_report
from grader.errors import UsageError
from grader.grade import Answer, Slot
from grader.model.report import report_json
from grader.outputs import Outputs
from grader.provenance import examine
from grader.signing import Key, Signed

ROOT = Path(__file__).parents[2]
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

ALGORITHMS = {"Ed25519": "Ed25519", "P-256": "ES256", "RSA": "RS256"}


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
    text, signature = Key.private(private).sign("a report\n")
    assert text not in signature
    assert Key(public).is_genuine(Signed(text, signature))
    assert Key(public).is_genuine(Signed(text, signature.rstrip("\n")))
    assert not Key(public).is_genuine(Signed("a report", signature))
    for other in (signature[:-9] + signature[-9:].swapcase(), "nonsense", ""):
        assert not Key(public).is_genuine(Signed(text, other))


@pytest.mark.parametrize("pair", [ECKey.generate_key("P-384"), OKPKey.generate_key("X25519")])
def test_a_key_of_another_kind_is_none(tmp_path: Path, pair: Any) -> None:
    path = tmp_path / "key"
    path.write_bytes(pair.as_pem(private=True))
    path.chmod(0o600)
    with pytest.raises(UsageError, match="holds no Ed25519, P-256 or RSA key"):
        Key.private(path)


@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("bits", [1024, 1536, 2040])
def test_a_key_that_can_be_broken_is_refused(tmp_path: Path, bits: int, private: bool) -> None:
    path = tmp_path / "key"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path.write_bytes(RSAKey.generate_key(bits).as_pem(private=private))
    path.chmod(0o600)
    with pytest.raises(UsageError, match="less than 2048 bits"):
        Key(path)


def test_without_what_signs_it_is_said_what_is_missing(
    key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "joserfc.jwk", None)
    with pytest.raises(UsageError, match=r"pip install 'grader\[lti\]'"):
        Key(key()[1])


def encoded(data: str | bytes) -> str:
    data = data.encode() if isinstance(data, str) else data
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def whole(name: str, text: str, algorithm: str = "", **header: Any) -> tuple[str, str, str]:
    """Return the three parts of an ordinary JWS, whatever its header says."""
    known = {"alg": algorithm or ALGORITHMS[name], **header}
    first, second = encoded(json.dumps(known, separators=(",", ":"))), encoded(text)
    algorithm = jws.JWSRegistry.algorithms[known["alg"]]
    signature = algorithm.sign(f"{first}.{second}".encode(), KEYS[name])
    return first, second, encoded(signature)


GENUINE, EDITED = "a report\n", "a better report\n"


@pytest.mark.parametrize("name", KEYS)
def test_nothing_but_a_detached_signature_over_this_text_is_one(key: Any, name: str) -> None:
    public = Key(key(name)[1])
    header, payload, signature = whole(name, GENUINE)
    json_form = {"protected": header, "payload": payload, "signature": signature}
    typed, _, typed_signature = whole(name, EDITED, typ="JWT")
    unencoded, _, raw = whole(name, EDITED, b64=False, crit=["b64"])
    several = {"payload": payload, "signatures": [{"protected": header, "signature": signature}]}
    forms = {
        "attached": f"{header}.{payload}.{signature}",
        "attached twice": f"{header}..{payload}.{signature}",
        "of another text": f"{header}..{signature}",
        "padded": f"{header}..{signature}==",
        "in JSON": json.dumps(json_form),
        "several in JSON": json.dumps(several),
        "two of them": f"{header}..{signature}\n{header}..{signature}",
        "with a type": f"{typed}..{typed_signature}",
        "b64 and crit": f"{unencoded}..{raw}",
        "empty": f"{header}..",
        "no header": f"..{signature}",
    }
    taken = [form for form, text in forms.items() if public.is_genuine(Signed(EDITED, text))]
    assert taken == []
    # The controls: this text, and the same payload attached, are what joserfc takes by itself.
    assert public.is_genuine(Signed(GENUINE, f"{header}..{signature}\n"))
    assert jws.deserialize_compact(forms["attached"], KEYS[name], [ALGORITHMS[name]])
    for form in ("attached", "padded", "in JSON", "two of them"):
        assert not public.is_genuine(Signed(GENUINE, forms[form])), form


def test_the_signature_does_not_choose_its_algorithm(key: Any) -> None:
    public = Key(key()[1])
    for name in KEYS:
        if name != "Ed25519":
            other = Key.private(key(name)[0])
            assert not public.is_genuine(other.sign(GENUINE))
    none = encoded('{"alg":"none"}')
    assert not public.is_genuine(Signed(GENUINE, f"{none}..\n"))
    # The public key as the secret of a MAC, which everybody can compute.
    pem = key("RSA")[1]
    mac = hmac.new(pem.read_bytes(), digestmod="sha256")
    header = encoded('{"alg":"HS256"}')
    mac.update(f"{header}.{encoded(GENUINE)}".encode())
    assert not Key(pem).is_genuine(Signed(GENUINE, f"{header}..{encoded(mac.digest())}"))
    strong, _, signature = whole("RSA", GENUINE, "RS512")
    assert not Key(pem).is_genuine(Signed(GENUINE, f"{strong}..{signature}"))


def test_a_private_key_that_others_can_read_is_refused(key: Any) -> None:
    private, public = key()
    private.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        Key.private(private)
    with pytest.raises(UsageError, match="public key"):
        Key.private(public)
    with pytest.raises(UsageError, match="is a folder and no key"):
        Key.private(private.parent)
    with pytest.raises(UsageError, match="cannot be read"):
        Key(private.parent)
    with pytest.raises(UsageError, match="cannot be read"):
        Key.private(private.with_name("no such key"))


@pytest.mark.parametrize("text", ["", "{}", '{"kty": "oct", "k": "c2VjcmV0"}', "-----BEGIN X-----"])
def test_what_is_no_key_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="holds no Ed25519, P-256 or RSA key"):
        Key.private(path)


@pytest.mark.parametrize("text", ["[" * 60_000, '{"a":' * 10_000, '{"kty":' * 9_000])
def test_a_key_that_nests_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    with pytest.raises((RecursionError, ValueError)):  # what it would be
        json.loads(text)
    with pytest.raises(UsageError, match="holds no Ed25519, P-256 or RSA key"):
        Key(path)


@pytest.mark.parametrize("endless", ["/dev/zero", "large"])
def test_no_file_is_read_without_an_end(tmp_path: Path, make_report: Any, endless: str) -> None:
    """A key, a report or what lies beside it as its signature."""
    if endless == "large":
        endless = str(tmp_path / "large")
        with Path(endless).open("wb") as file:
            file.truncate(2**26 + 1)
    path = tmp_path / "ada.zero_init.json"
    path.write_text(report_json(make_report("passed")), "utf-8")
    beside = path.with_name(path.name + ".jws")
    beside.symlink_to(endless)
    public = tmp_path / "key"
    public.write_bytes(KEYS["Ed25519"].as_pem(private=False))
    for report, key in ((path, Path(endless)), (Path(endless), None), (path, public)):
        with pytest.raises(UsageError, match=r"is larger than \d+ (K|M)iB"):
            list(examine(report, key, None, Course(ROOT)))
    beside.unlink()
    found = {f.what: f.verdict for f in examine(path, None, None, Course(ROOT))}
    assert found["report"] == "ok"


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
    Outputs(tmp_path / "out").write(report, Key.private(private).sign(report_json(report)))

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


ALL_OK = {"report": "ok", "whose": "ok", "signature": "ok", "submission": "ok", "exercise": "ok"}


def test_what_belongs_together(examined: Any) -> None:
    code, found = examined()
    assert (code, verdicts(found)) == (0, ALL_OK)


def test_whose_report_it_is_is_said(examined: Any, graded: Any) -> None:
    _, found = examined()
    assert found["whose"].split(maxsplit=1)[1] == "ada: 1 of 1 points in mini"


def renamed(path: Path, name: str) -> Path:
    other = path.with_name(name)
    other.write_bytes(path.read_bytes())
    beside = path.with_name(path.name + ".jws")
    other.with_name(other.name + ".jws").write_bytes(beside.read_bytes())
    return other


@pytest.mark.parametrize(
    "name", ["bob.mini.json", "ada.mini.JSON", "ada.mini (1).json", "ada.json", "\x1b]0;x\x07.json"]
)
def test_a_genuine_report_under_another_name_is_said(
    examined: Any, graded: Any, key: Any, capsys: Any, tmp_path: Path, name: str
) -> None:
    examined()
    other = renamed(tmp_path / "out" / "reports" / "ada.mini.json", name)
    with pytest.raises(typer.Exit) as ended:
        verify_report(other, key()[1], graded[2], graded[0].root)
    out = capsys.readouterr().out
    assert ended.value.exit_code == 1
    assert "whose       differs      ada: 1 of 1 points in mini; it is ada.mini.json, not" in out
    assert "signature   ok" in out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_a_name_composed_in_another_way_is_the_same(make_report: Any, tmp_path: Path) -> None:
    report = make_report("internal_error", student="zo\u00eb")
    assert report.submission.id == "zo\u00eb.zero_init"
    path = tmp_path / "zoe\u0308.zero_init.json"
    path.write_text(report_json(report), "utf-8")
    found = {f.what: f for f in examine(path, None, None, Course(ROOT))}
    assert found["whose"].verdict == "ok"
    assert found["whose"].why == "zo\u00eb: no points in zero_init"


def raised(path: Path, _: Path) -> None:
    report = json.loads(path.read_text())
    report["checks"][0]["title"] = "another title"
    path.write_text(json.dumps(report))


def broken(path: Path, _: Path) -> None:
    path.write_text(path.read_text().replace('"points": 1.0', '"points": 2.0', 1))


def other_line_ends(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def attached(path: Path, _: Path) -> None:
    """Raise the grade, and let the signature bring the report along that it was made over."""
    genuine = path.read_text()
    path.write_text(genuine.replace('"title": "a"', '"title": "b"'))
    beside = path.with_name(path.name + ".jws")
    beside.write_text(beside.read_text().replace("..", f".{encoded(genuine)}."))


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
        (other_line_ends, {"report", "signature"}),
        (attached, {"signature"}),
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


def test_a_submission_in_a_folder_is_found_there(examined: Any, graded: Any) -> None:
    _, found = examined(submission=graded[2].parent)
    assert verdicts(found) == ALL_OK


def test_a_submission_that_is_not_there_is_said(examined: Any, tmp_path: Path) -> None:
    code, found = examined(submission=tmp_path / "gone.py")
    assert code == 1
    assert found["submission"].endswith("gone.py cannot be read: No such file or directory")


def test_a_report_of_several_files_asks_for_their_folder(make_report: Any, tmp_path: Path) -> None:
    report = make_report("passed")
    two = report.submission.model_copy(update={"files": ("a.py", "b.py")})
    path = tmp_path / "ada.zero_init.json"
    path.write_text(report_json(report.model_copy(update={"submission": two})), "utf-8")
    found = {f.what: f for f in examine(path, None, path, Course(ROOT))}
    assert found["submission"].why == (
        "the report is about 2 files: name the folder that holds them"
    )


def test_an_exercise_that_the_course_has_not_is_said(make_report: Any, tmp_path: Path) -> None:
    path = tmp_path / "ada.gone.json"
    path.write_text(report_json(make_report("passed", exercise="gone")), "utf-8")
    found = {f.what: f for f in examine(path, None, None, Course(ROOT))}
    assert found["exercise"].why == "the course has no exercise 'gone'"


def test_what_is_no_text_is_no_report(tmp_path: Path) -> None:
    path = tmp_path / "ada.zero_init.json"
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        list(examine(path, None, None, Course(ROOT)))


def test_who_has_a_report_and_no_course_verifies_it(
    graded: Any, key: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    private, public = key()
    report = graded[1]
    path = tmp_path / f"{report.submission.id}.json"
    text, signature = Key.private(private).sign(report_json(report))
    path.write_text(text)
    path.with_name(path.name + ".jws").write_text(signature)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("grader.catalog.PUBLIC_COURSE", tmp_path)
    with pytest.raises(typer.Exit) as ended:
        verify_report(path, public)
    assert ended.value.exit_code == 0
    assert "exercise    not checked  name the course with --course" in capsys.readouterr().out
    with pytest.raises(UsageError, match="no course"):  # the control: one that is named
        verify_report(path, public, course=tmp_path)
    with pytest.raises(UsageError, match="is a folder: name the file of one report"):
        verify_report(tmp_path, public)


def test_what_is_not_given_is_not_checked(examined: Any) -> None:
    code, found = examined(key=None, submission=None)
    assert code == 0
    assert verdicts(found) == ALL_OK | {"signature": "not checked", "submission": "not checked"}


def test_a_signature_that_is_no_text_is_said(examined: Any) -> None:
    def folder(path: Path, _: Path) -> None:
        beside = path.with_name(path.name + ".jws")
        beside.unlink()
        beside.mkdir()

    with pytest.raises(UsageError, match=r"ada.mini.json.jws cannot be read"):
        examined(folder)


def test_a_signature_does_not_outlive_its_report(graded: Any, key: Any, tmp_path: Path) -> None:
    _, report, _ = graded
    signed = Key.private(key()[0]).sign(report_json(report))
    out = tmp_path / "again"
    signature = out / "reports" / "ada.mini.json.jws"
    Outputs(out).write(report, signed)
    assert signature.read_text() == signed.signature
    Outputs(out).write(report)
    assert not signature.exists()
    Outputs(out).write(report, signed)
    Outputs(out).discard("ada.mini")
    assert not signature.exists()
