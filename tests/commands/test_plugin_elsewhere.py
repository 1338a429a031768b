"""Is a project that has nothing to do with a course left as it is by the pytest plugin?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from grader.testing.fixtures import FIXTURES

ROOT = Path(__file__).parents[2]
WRONG = ROOT / "solutions" / "random_init" / "mutants" / "rank_one.py"
OWN_OPTION = """
    import pytest

    def pytest_addoption(parser):
        parser.addoption("--submission", default="none")

    @pytest.fixture
    def submission(request):
        return request.config.getoption("--submission")
"""
OWN_PLUGIN = """
    import pytest

    @pytest.fixture
    def case():
        return "mine"

    @pytest.fixture
    def rng(case):
        return case
"""


def plain_pytest(folder: Path, *arguments: object) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=os.environ | {"PYTHONPATH": str(folder)},
    )
    return result.returncode, result.stdout + result.stderr


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text), "utf-8")
    return folder


def test_a_project_is_given_no_fixture(tmp_path: Path) -> None:
    write(tmp_path, test_a="".join(f"def test_{name}({name}): pass\n" for name in FIXTURES))
    code, said = plain_pytest(tmp_path)
    assert code == 1
    for name in FIXTURES:
        assert f"fixture '{name}' not found" in said


def test_a_project_has_an_option_and_fixtures_of_its_own(tmp_path: Path) -> None:
    write(
        tmp_path,
        conftest=OWN_OPTION,
        my_plugin=OWN_PLUGIN,
        test_a="""
            def test_a(submission, case, rng):
                assert (submission, case, rng) == ("x", "mine", "mine")
        """,
    )
    code, said = plain_pytest(tmp_path, "-p", "my_plugin", "--submission", "x")
    assert code == 0, said
    code, said = plain_pytest(tmp_path, "--help")
    assert code == 0
    assert "--grader-submission=FILE" in said


def test_a_project_beside_a_course_keeps_its_fixtures_in_one_session(tmp_path: Path) -> None:
    write(
        tmp_path,
        my_plugin=OWN_PLUGIN,
        test_a="def test_a(case, rng):\n    assert (case, rng) == ('mine', 'mine')\n",
    )
    course = ROOT / "solutions" / "random_init"
    code, said = plain_pytest(tmp_path, "-p", "my_plugin", course, tmp_path, f"--rootdir={ROOT}")
    assert code == 0, said
    assert "9 passed" in said


@pytest.mark.parametrize("option", ["--submission", "--grader-submission"])
def test_both_names_of_the_option_go_where_a_course_is(tmp_path: Path, option: str) -> None:
    for folder, path in (
        (ROOT, "solutions/random_init"),
        (tmp_path, ROOT / "solutions/random_init"),
    ):
        code, said = plain_pytest(folder, path, option, WRONG, "-x")
        assert code == 1
        assert "symmetric-hidden-units" in said


def test_the_short_name_is_unknown_elsewhere(tmp_path: Path) -> None:
    code, said = plain_pytest(write(tmp_path), "--submission", "x.py", "-k", "x" * 300)
    assert code == 4
    assert "unrecognized arguments: --submission" in said
