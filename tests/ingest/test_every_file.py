"""Is every file an answer, a part of one, or listed, in whatever order files are found?"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import labs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.ingest.answers.contents import Contents
from grader.ingest.answers.given import Given
from grader.ingest.layout import HandedIn
from grader.ingest.matching import Matcher, StudentFiles
from grader.ingest.stored import StoredFile
from grader.model.submission import Student

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grader.catalog import Course
    from grader.sandbox.forkserver import Forkserver

ADA = Student(label="ada")
STEMS = ["a", "hw", "utils", "random_init", "nn_model-Copy1", "starter", "init_utils", "test_hw"]
FOLDERS = ["", "lab/", "zero_init/", "lab/deep/"]
ENDINGS = [".py", ".ipynb", ".PY"]
TEXTS = [
    *(getattr(labs, name) for name in dir(labs) if name.isupper()),
    labs.lab("initialize_parameters(n_x, n_h, n_y)", begin="from utils import *\nimport a\n"),
    labs.lab("initialize_parameters_zeros(layers_dims)", begin="from . import hw\n%run starter\n"),
    "def initialize_parameters(n_x, n_h, n_y):\n    raise NotImplementedError\n",
    "",
    "def )(",
    "{",
    "import hw, a, utils, starter\n",
]
FILES = st.lists(
    st.tuples(
        st.builds("".join, st.tuples(*map(st.sampled_from, (FOLDERS, STEMS, ENDINGS)))),
        st.sampled_from(TEXTS),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda pair: pair[0],
)


@pytest.fixture(scope="module")
def contents(ours: Course, forkserver: Forkserver) -> Any:
    exercises = [folder.exercise for folder in ours.folders]
    with Contents(exercises, Given.of(ours.folders), forkserver) as opened:
        yield opened


def found_of(match: StudentFiles) -> tuple[Any, Any]:
    return match.matched, sorted((str(f.path), reason) for f, reason in match.left)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data(), files=FILES, only=st.sampled_from([None, "random_init", "zero_init"]))
def test_every_file_is_accounted_for_in_any_order(
    contents: Contents,
    ours: Course,
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    files: Sequence[tuple[str, str]],
    only: str | None,
) -> None:
    folder = tmp_path_factory.mktemp("files")
    handed = []
    for number, (name, text) in enumerate(files):
        blob = folder / str(number)
        blob.write_text(text)
        path = PurePosixPath(name)
        handed.append(HandedIn(ADA, path, StoredFile(path, blob)))
    matcher = Matcher([one.exercise for one in ours.folders], contents, only)
    first = matcher.match(ADA, handed)
    in_answers = {f for matched in first.matched for f in matched.files}
    listed = [f for f, _ in first.left]
    assert in_answers.isdisjoint(listed)
    assert sorted(map(str, handed)) == sorted(map(str, [*in_answers, *listed]))
    assert len({matched.exercise for matched in first.matched}) == len(first.matched)
    assert all(len(set(m.files)) == len(m.files) for m in first.matched)
    assert found_of(matcher.match(ADA, data.draw(st.permutations(handed)))) == found_of(first)
