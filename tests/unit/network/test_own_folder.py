"""Folders that are known by their owner, and what becomes of those whose owner was killed."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.network.own_folder import OwnFolder, Purpose, temporary_files

OWNER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from harness.network.own_folder import OwnFolder, Purpose
folder = OwnFolder(Purpose.AUDIT)
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
    folder = OwnFolder(Purpose.AUDIT).path
    assert folder.parent == temporary
    assert folder.name.startswith(f"harness-audit-{os.getpid()}-")
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_living_owner_keeps_its_folder_and_a_killed_one_does_not(temporary: Path) -> None:
    process, folder = owner(temporary)
    (folder / "file").write_text("secret")
    own = [OwnFolder(Purpose.AUDIT), OwnFolder(Purpose.AUDIT)]
    assert folder.exists()
    process.kill()
    process.communicate()
    assert folder.exists()
    own.append(OwnFolder(Purpose.AUDIT))
    assert not folder.exists()
    assert all(one.path.exists() for one in own)


def test_the_number_of_the_owner_decides_nothing(temporary: Path) -> None:
    """In another PID namespace a living owner's number is nobody's, and that of a dead one somebody's."""
    process, folder = owner(temporary)
    nobody = temporary / "harness-audit-999999999-abcdefgh"
    folder.rename(nobody)
    somebody = temporary / f"harness-audit-{os.getpid()}-abcdefgh"
    somebody.mkdir()
    OwnFolder(Purpose.AUDIT)
    assert nobody.exists()
    assert not somebody.exists()
    process.communicate()


@pytest.mark.parametrize("purpose", Purpose)
def test_what_the_dead_left_goes_whatever_it_was_for(temporary: Path, purpose: Purpose) -> None:
    process, folder = owner(temporary)
    folder = folder.rename(folder.with_name(folder.name.replace(Purpose.AUDIT, purpose)))
    for next_one in Purpose:
        OwnFolder(next_one)
    assert folder.exists()
    process.kill()
    process.communicate()
    OwnFolder(next(one for one in Purpose if one is not purpose))
    assert not folder.exists()


def test_a_folder_beside_other_files_is_cleared_there(temporary: Path, tmp_path: Path) -> None:
    """And nowhere else: who has one among the temporary files does not look there."""
    beside = tmp_path / "captures"
    beside.mkdir()
    left = beside / ".harness-search-1-abcdefgh"
    left.mkdir()
    OwnFolder(Purpose.SEARCH)
    assert left.exists()
    own = OwnFolder(Purpose.SEARCH, beside)
    assert list(beside.iterdir()) == [own.path]
    assert own.path.name.startswith(f".harness-search-{os.getpid()}-")


def test_an_owner_that_dies_before_it_has_the_lock_leaves_nothing_for_ever(temporary: Path) -> None:
    dying = OWNER.replace("folder =", "import fcntl, os; fcntl.flock = lambda *_: os._exit(7); folder =")
    assert subprocess.run([sys.executable, "-c", dying, str(temporary)], check=False).returncode == 7
    assert len(list(temporary.iterdir())) == 1
    own = OwnFolder(Purpose.FIREFOX)
    assert list(temporary.iterdir()) == [own.path]


def test_who_finds_a_new_folder_cleared_takes_another(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it was opened, and between that and the lock."""
    make, lock, cleared = tempfile.mkdtemp, fcntl.flock, list[Path]()

    def made(**words: str) -> str:
        folder = make(**words)
        if not cleared:
            Path(folder).rmdir()
            cleared.append(Path(folder))
        return folder

    def locked(descriptor: int, how: int) -> None:
        if len(cleared) == 1:
            cleared.append(Path(f"/proc/self/fd/{descriptor}").readlink())
            cleared[-1].rmdir()
        lock(descriptor, how)

    monkeypatch.setattr("tempfile.mkdtemp", made)
    monkeypatch.setattr("fcntl.flock", locked)
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    folder = OwnFolder(Purpose.AUDIT)
    assert len(cleared) == 2
    assert list(temporary.iterdir()) == [folder.path]
    assert folder.path not in cleared
    assert len(list(Path("/proc/self/fd").iterdir())) == descriptors + 1


def test_who_finds_its_new_folder_being_cleared_takes_another(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make, held = tempfile.mkdtemp, list[int]()

    def made(**words: str) -> str:
        folder = make(**words)
        if not held:
            held.append(os.open(folder, os.O_RDONLY))
            fcntl.flock(held[0], fcntl.LOCK_EX)
        return folder

    monkeypatch.setattr("tempfile.mkdtemp", made)
    folder = OwnFolder(Purpose.AUDIT)
    assert folder.path != Path(f"/proc/self/fd/{held[0]}").readlink()
    os.close(held[0])
    OwnFolder(Purpose.AUDIT)
    assert folder.path.exists()


def test_that_every_new_folder_is_cleared_is_an_error_and_no_endless_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make = tempfile.mkdtemp

    def made(**words: str) -> str:
        folder = make(**words)
        Path(folder).rmdir()
        return folder

    monkeypatch.setattr("tempfile.mkdtemp", made)
    with pytest.raises(OSError, match="cleared by others"):
        OwnFolder(Purpose.AUDIT)


def test_everything_that_is_named_otherwise_stays(temporary: Path) -> None:
    names = ("harness-other-1-abcdefgh", "harness-audit-mine", "harness-audit-x-abcdefgh", "harness-audit-1-captures-2")
    others = [temporary / name for name in names]
    for one in others:
        one.mkdir()
    target = temporary / "harness-other-2-abcdefgh"
    target.mkdir()
    (target / "file").touch()
    (temporary / "harness-audit-1-linklink").symlink_to(target)
    (temporary / "harness-audit-1-filefile").touch()
    before = set(temporary.rglob("*"))
    own = OwnFolder(Purpose.AUDIT)
    assert set(temporary.rglob("*")) - {own.path} == before


def test_another_users_folder_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the rights of files would let us."""
    folder = temporary / "harness-audit-999999999-abcdefgh"
    folder.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr("os.geteuid", lambda: folder.stat().st_uid + 1)
        OwnFolder(Purpose.AUDIT)
        assert folder.exists()
    OwnFolder(Purpose.AUDIT)
    assert not folder.exists()


def test_who_removes_its_folder_leaves_nothing(temporary: Path) -> None:
    descriptors = list(Path("/proc/self/fd").iterdir())
    folder = OwnFolder(Purpose.AUDIT)
    (folder.path / "file").write_text("secret")
    folder.remove()
    assert list(temporary.iterdir()) == []
    assert len(list(Path("/proc/self/fd").iterdir())) == len(descriptors)


def test_what_the_owner_starts_does_not_hold_its_folder(temporary: Path) -> None:
    folder = OwnFolder(Purpose.AUDIT)
    child = subprocess.Popen(
        [sys.executable, "-c", "print('there', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        close_fds=False,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"there\n"
    os.close(folder._descriptor)  # as the kernel does when the owner ends
    OwnFolder(Purpose.AUDIT)
    assert not folder.path.exists()
    child.communicate(b"\n")


@pytest.mark.parametrize("named", ["elsewhere", None])
def test_temporary_files_of_ours_and_of_what_we_start_lie_in_one_folder_and_go_with_it(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    if named is not None:
        monkeypatch.setenv("TMPDIR", named)
    with temporary_files():
        (folder,) = temporary.iterdir()
        assert folder.name.startswith(f"harness-run-{os.getpid()}-")
        made = [tempfile.mkdtemp(), subprocess.check_output(["mktemp"], text=True).strip()]
        assert {Path(one).parent for one in made} == {folder}
        assert OwnFolder(Purpose.FIREFOX).path.parent == folder
    assert list(temporary.iterdir()) == []
    assert (tempfile.gettempdir(), os.environ.get("TMPDIR")) == (str(temporary), named)


def test_temporary_files_go_with_what_fails_too(temporary: Path) -> None:
    with pytest.raises(ValueError, match="failed"), temporary_files():
        (Path(tempfile.mkdtemp()) / "file").touch()
        raise ValueError("failed")
    assert list(temporary.iterdir()) == []
