"""Temporary folders that go with their owner. A harness that is killed removes none of its own; the next one removes
those of the dead.

Who lives is told by a lock (flock(2)), which the kernel lets go of when its holder ends, and not by a number of a
process: that means another one, or none, in another PID namespace that shares the folder of temporary files.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class OwnFolder:
    """A new folder, for its owner alone, which nobody else clears while this process lives; those that ended processes
    have left for the same purpose go. OSError when there can be none.

    Its name says what for and whose it is, to people. No program that is started inherits the lock (PEP 446).
    """

    def __init__(self, purpose: str) -> None:
        _clear_left_over(purpose)
        # Under another name until it is locked: nobody must find it who would take it for left over.
        new = Path(tempfile.mkdtemp(prefix=f".{purpose}-{os.getpid()}-"))
        self._descriptor = _locked(new)
        self.path = new.rename(new.with_name(new.name.removeprefix(".")))

    def remove(self) -> None:
        """With all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._descriptor)


def _clear_left_over(purpose: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{purpose}-*-*"):
        if folder.name.removeprefix(f"{purpose}-").partition("-")[0].isdigit():
            with suppress(OSError), _abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _abandoned(folder: Path) -> Iterator[None]:
    descriptor = _locked(folder)
    try:
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
