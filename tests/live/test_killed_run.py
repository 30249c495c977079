"""A run that is killed with all that it has started, while a browser is up: what it left goes with the next run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.endpoints.chromium.installed import PROGRAMS, program

from .test_interrupt import processes_that_name

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(program() is None, reason=f"no Chromium ({', '.join(PROGRAMS)}): its calls were not made"),
]

ROOT = Path(__file__).parent.parent.parent
SECONDS = 60.0
FAR = "far/" * 20
"""Below it Chromium's socket has no room: its name would be longer than the kernel takes."""


def start(folder: Path, temporary: Path, *words: str) -> subprocess.Popen[bytes]:
    places = f"--captures={folder}/captures", f"--reports={folder}/reports"
    return subprocess.Popen(
        [sys.executable, "-m", "harness.cli", "run", *words, *places],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TMPDIR": str(temporary)},
    )


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name is shorter than that of `tmp_path`."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.parametrize("place", ["", FAR])
def test_nothing_of_a_killed_run_outlives_the_next_one(tmp_path: Path, short: Path, place: str) -> None:
    temporary = short / place
    temporary.mkdir(parents=True, exist_ok=True)
    killed = start(tmp_path, temporary, "honest-call", "--endpoint=bob=chromium-raw")
    until(lambda: any(temporary.rglob("playwright_chromiumdev_profile-*/Default")))
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    until(lambda: processes_that_name(temporary) == [])
    assert [path.name.rpartition("-")[0] for path in temporary.iterdir()] == [f"harness-run-{killed.pid}"]
    assert any(temporary.rglob("playwright_chromiumdev_profile-*"))

    assert start(tmp_path, temporary, "honest-audio-call").wait(SECONDS) == 0
    assert list(temporary.iterdir()) == []
