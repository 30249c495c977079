"""Folders that are known by their owner, and what becomes of those whose owner was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.network.own_folder import own_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def killed() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_folder_is_its_owners_alone_and_says_whose_it_is(temporary: Path) -> None:
    folder = own_folder("harness-thing")
    assert folder.parent == temporary
    assert folder.name.startswith(f"harness-thing-{os.getpid()}-")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_the_killed_left_goes_and_everything_else_stays(temporary: Path) -> None:
    dead = temporary / f"harness-thing-{killed()}-abc"
    others = [
        temporary / f"harness-thing-{os.getppid()}-abc",
        temporary / f"harness-other-{dead.name.split('-')[2]}-abc",
        temporary / "harness-thing-mine",
        temporary / "harness-thing-x-y",
    ]
    for one in (dead, *others):
        one.mkdir()
        (one / "file").write_text("secret")
    own = [own_folder("harness-thing"), own_folder("harness-thing")]
    assert not dead.exists()
    assert all(one.exists() for one in (*others, *own))
