"""Is the course packed by name, whatever lies beside it, and is every dependency's bound tried?"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from itertools import chain
from pathlib import Path

import pytest

from grader.catalog import Course
from grader.release import release

ROOT = Path(__file__).parents[2]
STRAYS = (
    "random_init/random_init_done.py",
    "random_init/starter (1).py",
    "random_init/starter.py~",
    "random_init/.ipynb_checkpoints/random_init-checkpoint.ipynb",
    "random_init/__pycache__/starter.cpython-311.pyc",
    "random_init/old/starter.py",
    "random_init copy/starter.py",
    "reference/reference.py",
    ".DS_Store",
    "answers.zip",
)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what packages are made of, with strays between the exercises."""
    home = tmp_path_factory.mktemp("clone")
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, home)
    for name in ("grader", "exercises"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in STRAYS:
        (home / "exercises" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "exercises" / name).write_text("STRAY", "utf-8")
    return home


def build(clone: Path, target: str) -> dict[str, bytes]:
    """Build a package with the backend of `pyproject.toml`; return its files."""
    out = clone / "dist"
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(out)]
    subprocess.run(command, cwd=clone, check=True, capture_output=True, timeout=120)
    if target == "wheel":
        with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(next(out.glob("*.tar.gz"))) as sdist:
        files = [(sdist.extractfile(member), member.name) for member in sdist.getmembers()]
        return {name.partition("/")[2]: file.read() for file, name in files if file}


@pytest.mark.parametrize(
    ("target", "place"), [("wheel", "grader/public_course/"), ("sdist", "")], ids=["wheel", "sdist"]
)
def test_what_is_released_is_packed_and_nothing_else(
    clone: Path, tmp_path: Path, target: str, place: str
) -> None:
    files = build(clone, target)
    packed = {name.removeprefix(place) for name in files if name.startswith(f"{place}exercises/")}
    course = Course(ROOT)
    released = release(course, course.exercise_ids, tmp_path)
    assert packed == {path.as_posix() for path in released} - {".released"}
    for name in packed:
        assert files[f"{place}{name}"] == (ROOT / name).read_bytes()
    assert b"STRAY" not in files.values()


def test_the_course_itself_holds_no_stray(clone: Path) -> None:
    """A control: strays do lie where packages are built."""
    assert all((clone / "exercises" / name).read_text("utf-8") == "STRAY" for name in STRAYS)


def test_no_answer_and_no_test_of_ours_is_packed(clone: Path) -> None:
    (clone / "solutions").mkdir()
    (clone / "solutions" / "reference.py").write_text("STRAY", "utf-8")
    for target in ("wheel", "sdist"):
        assert not any(name.startswith(("solutions", "tests")) for name in build(clone, target))


def lowest(home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, home / ".ci" / "lowest"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_every_dependency_is_pinned_to_its_lowest_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    pins = lowest(ROOT).stdout.splitlines()
    assert [pin.replace("==", ">=") for pin in pins] == [
        requirement.partition(",")[0] for requirement in wanted if "grader[" not in requirement
    ]


@pytest.mark.parametrize("requirement", ["rich", "rich<16", "rich==15", "rich~=15.0"])
def test_a_dependency_without_a_lowest_version_is_refused(tmp_path: Path, requirement: str) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "lowest", tmp_path / ".ci")
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    (tmp_path / "pyproject.toml").write_text(text.replace("rich>=13.8,<16", requirement), "utf-8")
    ended = lowest(tmp_path)
    assert ended.returncode == 1
    assert f"{requirement} names no lowest version" in ended.stderr
