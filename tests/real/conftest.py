"""Real systems, each in an environment of its own, on loopback, ended by its own process id."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
START_SECONDS = 60
# Installed beside the project, never into it: its licence is not ours, and nothing imports it.
PYTHON = Path(os.environ.get("OPEN_EDX_PYTHON", ROOT / ".open-edx" / "bin" / "python"))


@pytest.fixture(scope="module")
def serve(tmp_path_factory: Any) -> Iterator[Callable[..., str]]:
    """Return a function that starts a server script and gives its address."""
    running: list[subprocess.Popen[bytes]] = []

    def start(script: str, folder: Path, ready: str) -> str:
        if not PYTHON.exists():
            pytest.skip(f"the servers of Open edX are not installed: there is no {PYTHON}")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [str(PYTHON), str(Path(__file__).parent / script), str(folder), str(port)]
        with (folder / "log").open("wb") as log:
            running.append(subprocess.Popen(command, stdout=log, stderr=log))
        address = f"http://127.0.0.1:{port}"
        ends = time.monotonic() + START_SECONDS
        while True:
            try:
                httpx.get(address + ready).raise_for_status()
            except httpx.HTTPError:
                if running[-1].poll() is not None or time.monotonic() > ends:
                    pytest.fail(f"{script} did not start:\n{(folder / 'log').read_text()[-2000:]}")
                time.sleep(0.2)
            else:
                return address

    yield start
    for process in running:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
