"""Commands of the harness in processes of their own, of which some are killed, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
WHERE: Final = "/usr/sbin:/usr/bin:/sbin:/bin"
"""The programs that the system has."""
SECONDS: Final = 60.0
"""How long what is sure to come is waited for, on a machine that may be busy."""


@contextmanager
def started(*words: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """One that nobody listens to, in a session of its own; it ends with the test."""
    run = subprocess.Popen(
        [sys.executable, "-m", "harness.cli", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={"PYTHONPATH": str(ROOT), "PATH": WHERE, **environment},
    )
    try:
        yield run
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


def folders(place: Path) -> tuple[str, str]:
    """The words that keep recordings and reports there."""
    return f"--captures={place}/captures", f"--reports={place}/reports"


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def processes_that_name(folder: Path) -> dict[int, str]:
    """Command lines of live processes in which the folder occurs; it is given to every child or opened by it."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            opened = [str(link.readlink()) for link in (entry / "fd").iterdir()]
            words = (entry / "cmdline").read_text()
            if str(folder) in words or any(str(folder) in name for name in opened):
                found[int(entry.name)] = words
    return found
