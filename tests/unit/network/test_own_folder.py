"""Folders that are known by their owner, and what becomes of those whose owner was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.network.own_folder import OwnFolder

OWNER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from harness.network.own_folder import OwnFolder
folder = OwnFolder("harness-thing")
print(folder.path, flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def owner(temporary: Path) -> tuple[subprocess.Popen[str], Path]:
    """Another process that has a folder, until it is killed or its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(temporary)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_is_its_owners_alone_and_says_whose_it_is(temporary: Path) -> None:
    folder = OwnFolder("harness-thing").path
    assert folder.parent == temporary
    assert folder.name.startswith(f"harness-thing-{os.getpid()}-")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_living_owner_keeps_its_folder_and_a_killed_one_does_not(temporary: Path) -> None:
    process, folder = owner(temporary)
    (folder / "file").write_text("secret")
    own = [OwnFolder("harness-thing"), OwnFolder("harness-thing")]
    assert folder.exists()
    process.kill()
    process.communicate()
    assert folder.exists()
    own.append(OwnFolder("harness-thing"))
    assert not folder.exists()
    assert all(one.path.exists() for one in own)


def test_the_number_of_the_owner_decides_nothing(temporary: Path) -> None:
    """In another PID namespace a living owner's number is nobody's, and that of a dead one somebody's."""
    process, folder = owner(temporary)
    nobody = temporary / "harness-thing-999999999-abc"
    folder.rename(nobody)
    somebody = temporary / f"harness-thing-{os.getpid()}-abc"
    somebody.mkdir()
    OwnFolder("harness-thing")
    assert nobody.exists()
    assert not somebody.exists()
    process.communicate()


def test_everything_that_is_named_otherwise_stays(temporary: Path) -> None:
    others = [temporary / name for name in ("harness-other-1-abc", "harness-thing-mine", "harness-thing-x-y")]
    for one in others:
        one.mkdir()
    (temporary / "harness-thing-1-link").symlink_to(others[0])
    OwnFolder("harness-thing")
    assert all(one.exists() for one in others)


def test_who_removes_its_folder_leaves_nothing(temporary: Path) -> None:
    descriptors = list(Path("/proc/self/fd").iterdir())
    folder = OwnFolder("harness-thing")
    (folder.path / "file").write_text("secret")
    folder.remove()
    assert list(temporary.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == len(descriptors)


def test_what_the_owner_starts_does_not_hold_its_folder(temporary: Path) -> None:
    folder = OwnFolder("harness-thing")
    child = subprocess.Popen(
        [sys.executable, "-c", "print('there', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=False,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"there\n"
    os.close(folder._descriptor)  # as the kernel does when the owner ends
    OwnFolder("harness-thing")
    assert not folder.path.exists()
    child.communicate(b"\n")
