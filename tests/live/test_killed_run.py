"""A run that is killed with all that it has started, while a browser is up: what it left goes with the next run."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.endpoints.chromium.installed import PROGRAMS, program
from tests.commands import SECONDS, folders, processes_that_name, started, until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(program() is None, reason=f"no Chromium ({', '.join(PROGRAMS)}): its calls were not made"),
]

FAR = "far/" * 20
"""Below it Chromium's socket has no room: its name would be longer than the kernel takes."""


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name is shorter than that of `tmp_path`."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield Path(folder)


@pytest.mark.parametrize("place", ["", FAR])
def test_nothing_of_a_killed_run_outlives_the_next_one(tmp_path: Path, short: Path, place: str) -> None:
    temporary = short / place
    temporary.mkdir(parents=True, exist_ok=True)
    there = {"TMPDIR": str(temporary)}
    with started("run", "honest-call", "--endpoint=bob=chromium-raw", *folders(tmp_path), **there) as killed:
        until(lambda: any(temporary.rglob("playwright_chromiumdev_profile-*/Default")))
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
    until(lambda: processes_that_name(temporary) == {})
    assert [path.name.rpartition("-")[0] for path in temporary.iterdir()] == [f"harness-run-{killed.pid}"]
    assert any(temporary.rglob("playwright_chromiumdev_profile-*"))

    with started("run", "honest-audio-call", *folders(tmp_path), **there) as following:
        assert following.wait(SECONDS) == 0
    assert list(temporary.iterdir()) == []
