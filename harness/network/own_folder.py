"""Temporary folders that go with their owner. A harness that is killed removes none of its own; the next one removes
those of the dead.

Who lives is told by a lock (flock(2)), which the kernel lets go of when its holder ends, and not by a number of a
process: that means another one, or none, in another PID namespace that shares the folder of temporary files.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Final


class Purpose(StrEnum):
    """What our folders are for; the first words of their names. A folder that is named otherwise is not ours."""

    AUDIT = "harness-audit"
    CHROMIUM = "harness-chromium"
    FIREFOX = "harness-firefox"
    RUN = "harness-run"
    SEARCH = ".harness-search"


_OURS: Final = re.compile(rf"(?:{'|'.join(map(re.escape, Purpose))})-[0-9]+-[a-z0-9_]{{8}}")
"""Such a name, as tempfile.mkdtemp ends it."""
_TRIES: Final = 10
_VARIABLE: Final = "TMPDIR"


class OwnFolder:
    """A new folder, for its owner alone, which nobody else clears while this process lives; those that ended processes
    of this user have left at the same place go, whatever for. OSError when there can be none.

    Its name says what for and whose it is, to people. No program that is started inherits the lock (PEP 446). `place`:
    where, if not among the temporary files.
    """

    def __init__(self, purpose: Purpose, place: Path | None = None) -> None:
        place = place or Path(tempfile.gettempdir())
        _clear_left_over(place)
        self.path, self._descriptor = _made(place, f"{purpose}-{os.getpid()}-")

    def remove(self) -> None:
        """With all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._descriptor)


@contextmanager
def temporary_files() -> Iterator[None]:
    """Until the end, temporary files of this process, and of what it starts, lie in a folder of ours, and go with it.

    Programs of others (Playwright's driver, a browser) name theirs themselves, and nobody could tell else whose they
    are. OSError when there can be no folder.
    """
    before, named = tempfile.tempdir, os.environ.get(_VARIABLE)
    folder = OwnFolder(Purpose.RUN)
    tempfile.tempdir = os.environ[_VARIABLE] = str(folder.path)
    try:
        yield
    finally:
        tempfile.tempdir = before
        os.environ.pop(_VARIABLE)
        if named is not None:
            os.environ[_VARIABLE] = named
        folder.remove()


def _made(place: Path, prefix: str) -> tuple[Path, int]:
    """A new folder and what holds its lock. Until it is locked it looks left over: one that somebody has taken for
    that is his to remove, and another one is made."""
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        with suppress(BlockingIOError, FileNotFoundError):
            descriptor = _locked(folder)
            if folder.exists():
                return folder, descriptor
            os.close(descriptor)
    raise OSError(errno.EAGAIN, f"{_TRIES} folders were cleared by others as they were made", str(place))


def _clear_left_over(place: Path) -> None:
    for folder in place.glob("*harness-*"):
        if _OURS.fullmatch(folder.name):
            with suppress(OSError), _abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _abandoned(folder: Path) -> Iterator[None]:
    """Ours alone until the end, and nobody's before. OSError when it is somebody's, another user's or no folder."""
    descriptor = _locked(folder)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM), folder)
        yield
    finally:
        os.close(descriptor)


def _locked(folder: Path) -> int:
    """The folder, open and locked. BlockingIOError when somebody holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
