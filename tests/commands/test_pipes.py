"""Is no file waited for that nobody writes, and none read without an end, whoever names it?"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from grader.bounded import read_bytes, read_json, read_text
from grader.errors import UsageError
from grader.model.report import report_json
from grader.model.submission import Student
from grader.outputs import Outputs
from grader.sandbox.bubblewrap import readable_paths
from grader.signing import Key
from grader.store import Seat, Store

ROOT = Path(__file__).parents[2]
REPORT = "reports/ada.zero_init.json"
COMMANDS: dict[str, tuple[str, ...]] = {
    "grade --roster": ("grade", "answers", "--out", "out", "--roster", "{}"),
    "grade --sign": ("grade", "answers", "--out", "out", "--sign", "{}"),
    "export --key": ("export", ".", "--to", "csv", "--key", "{}"),
    "export --into": ("export", ".", "--to", "moodle-worksheet", "--into", "{}"),
    "push --config": ("push", ".", "--to", "moodle", "--config", "{}"),
    "verify-report": ("verify-report", "{}"),
    "verify-report --key": ("verify-report", REPORT, "--key", "{}"),
    "xqueue --credentials": (
        *("xqueue", "--url", "https://x.invalid", "--queue", "q", "--out", "out"),
        *("--credentials", "{}"),
    ),
    "new --reference": ("new", "one", "--reference", "{}", "--course", "made"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_report: Any) -> Path:
    """Return the current folder: one into which a class was graded, with a pipe in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "ada.py").write_text("x = 1\n")
    os.mkfifo("pipe", 0o600)
    report = make_report("passed")
    with Store(tmp_path / "store.sqlite") as store:
        seat = Seat("ada.zero_init", "zero_init", "k", Student(label="ada"))
        store.add(store.start_run([seat], grader_version="0", isolation="full"), seat, report)
    Outputs(tmp_path).write(report)
    Path(REPORT + ".jws").write_text("x..x")
    Path("key").write_bytes(OKPKey.generate_key("Ed25519").as_pem(private=True))
    Path("key").chmod(0o600)
    return tmp_path


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("file", ["pipe", "/dev/zero"])
def test_what_has_no_end_ends_a_command_in_a_sentence(
    here: Path, run: Any, name: str, file: str
) -> None:
    course = () if name.split()[0] in ("export", "push", "new") else ("--course", ROOT)
    code, out, err = run(*(word.format(file) for word in COMMANDS[name]), *course)
    if (name, file) == ("verify-report", "pipe"):
        assert (code, out.split()[:2]) == (1, ["report", "differs"])
    elif (name, file) == ("new --reference", "pipe"):  # an answer without a line
        assert (code, Path("pipe").is_fifo()) == (0, True)
    else:
        assert (code, len(err.splitlines())) == (2, 1)
        assert err.startswith("grader: ")


@pytest.mark.parametrize("name", ["beside a report", "submission", "in it", "what was pushed"])
def test_nor_does_what_lies_in_a_folder(here: Path, run: Any, name: str) -> None:
    options: tuple[str, ...] = ()
    match name:
        case "beside a report":
            Path(REPORT + ".jws").unlink()
            os.mkfifo(REPORT + ".jws")
            options = ("--key", "key")
        case "submission":
            options = ("--submission", "pipe")
        case "in it":
            os.mkfifo("answers/zero_init.py")
            options = ("--submission", "answers")
        case _:
            os.mkfifo("pushed.json")
            Path("push.toml").write_text('[moodle]\nurl = "https://x.invalid"\nassignments = {}\n')
            code, _, err = run("push", ".", "--to", "moodle", "--config", "push.toml")
            assert (code, "without it comments are sent once more" in err) == (2, True)
            return
    code, out, _ = run("verify-report", REPORT, *options, "--course", ROOT)
    assert code == 1
    assert "differs" in out


def test_what_stands_where_a_report_is_written_is_replaced(here: Path, make_report: Any) -> None:
    Path(REPORT).unlink()
    os.mkfifo(REPORT)
    Outputs(here).write(make_report("passed"))
    assert Path(REPORT).read_text("utf-8") == report_json(make_report("passed"))


def test_opened_in_another_way_it_would_be_waited_for(here: Path) -> None:
    """The control: nobody reads it and nobody writes, so that either waits for the other."""
    with pytest.raises(OSError, match="No such device") as refused:
        os.open("pipe", os.O_WRONLY | os.O_NONBLOCK)
    assert refused.value.errno == errno.ENXIO


def test_what_the_shell_writes_into_a_pipe_is_read() -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b"label,name,email\nada,Ada L,ada@example.org\n")
    os.close(theirs)
    assert read_bytes(Path(f"/dev/fd/{ours}"))[:5] == b"label"
    os.close(ours)


def test_where_there_are_no_pipes_files_are_read(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_NONBLOCK")
    assert read_bytes(here / "answers" / "ada.py") == b"x = 1\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff", r"it is not UTF-8 text \(byte 0\)"),
        (b"{", "cannot be read: Expecting"),
        (b"[" * 100_000, "cannot be read: it nests too deeply"),
        (b'"' + b"x" * 100 + b'"', "is larger than 0 KiB"),
        (b"9" * 5000, "is larger than 0 KiB"),
    ],
)
def test_what_is_no_json_is_said(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    most = 100 if "larger" in said else 2**20
    with pytest.raises(UsageError, match=said):
        read_json(path, most)
    path.write_text('{"a": [1]}')
    assert (read_json(path), read_text(path)) == ({"a": [1]}, '{"a": [1]}')


@pytest.mark.parametrize(
    "files",
    [("/dev/zero",), ("../pipe",), ("a/../../pipe",), ("a.py", "a.py")],
)
def test_a_report_that_was_made_up_has_no_file_read_for_it(
    here: Path, run: Any, make_report: Any, files: tuple[str, ...]
) -> None:
    report = make_report("passed")
    info = report.submission.model_copy(update={"files": files})
    Path(REPORT).write_text(report_json(report.model_copy(update={"submission": info})))
    _, out, _ = run("verify-report", REPORT, "--submission", "answers", "--course", ROOT)
    assert "submission  differs      it names files that nobody can have handed in" in out


def pem(key: Any, private: bool) -> bytes:
    return bytes(key.as_pem(private=private))


ED, OTHER = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
EC, RSA = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
SEVERAL = {
    "old and new": pem(ED, False) + pem(OTHER, False),
    "two private ones": pem(ED, True) + pem(OTHER, True),
    "a pair": pem(ED, False) + pem(ED, True),
    "of two kinds": pem(EC, True) + pem(RSA, True),
    "on Windows": (pem(ED, False) + pem(OTHER, False)).replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_of_several_keys_none_is_chosen(tmp_path: Path, name: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(SEVERAL[name])
    kind = ECKey if name == "of two kinds" else OKPKey
    assert kind.import_key(SEVERAL[name])  # the control: the first would be taken
    with pytest.raises(UsageError, match="key holds several keys: give the one that is meant"):
        Key(path)


def test_one_key_with_what_openssl_writes_before_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "key"
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    path.write_bytes(b"kept by Ada\n" + parameters.encode() + pem(EC, True))
    path.chmod(0o600)
    signed = Key.private(path).sign("a report\n")
    path.write_bytes(pem(EC, False))
    assert Key(path).is_genuine(signed)


@pytest.mark.parametrize("key", [ED, EC, RSA])
def test_an_encrypted_key_is_said_to_be_one(tmp_path: Path, key: Any) -> None:
    path = tmp_path / "key"
    path.write_bytes(key.as_pem(private=True, password="a passphrase"))
    with pytest.raises(UsageError, match="is encrypted: `openssl pkey -in"):
        Key(path)


def test_a_set_of_keys_is_none(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(json.dumps({"keys": [ED.as_dict(private=False)]}))
    with pytest.raises(UsageError, match="holds no Ed25519, P-256 or RSA key"):
        Key(path)


PLACES = ["answers", "answers/ada", "exercises", "solutions/one", "link"]


@pytest.mark.parametrize("place", PLACES)
def test_a_key_among_what_is_given_away_signs_nothing(here: Path, run: Any, place: str) -> None:
    """A class, a course whose halves go to other systems, and a link to a key in one."""
    for half in ("exercises", "solutions"):
        (here / half).mkdir()
    (here / "exercises" / "course.toml").write_text('title = "t"\nexercises = []\n')
    folder = here / ("solutions" if place == "link" else place)
    folder.mkdir(parents=True, exist_ok=True)
    path = Path("key").rename(folder / "key")
    if place == "link":
        Path("link").symlink_to(path)
        path = Path("link")
    code, _, err = run("grade", "answers", "--out", "out", "--sign", path)
    assert (code, "and a key has no place there" in err) == (2, True)


def test_nor_does_one_that_workers_can_read(
    here: Path, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("grade", "answers", "--out", "out", "--sign", "key", "--course", ROOT)
    assert run(*options)[0] != 2  # the control: here it may lie
    readable = [*readable_paths(), str(here)]
    monkeypatch.setattr("grader.sandbox.bubblewrap.readable_paths", lambda: readable)
    code, _, err = run(*options)
    assert (code, f"--sign: key lies in {here}, and a key has no place" in err) == (2, True)
