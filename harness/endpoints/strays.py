"""What a program has started and what has left its session: known by a word in the environment that it inherited.

A session ends with its first process, and whoever makes one of his own is out of it. The word is random and told to one
program, so that nobody else has it.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

LABEL: Final = "HARNESS_PROGRAM"
"""The name of the word in the environment."""

_MOST: Final = 1 << 20
"""Bytes of an environment that are read."""

_ROUNDS: Final = 5
"""How often it is looked again, for what was started meanwhile."""


def end_all(word: str) -> None:
    """End every process that was started with this word. Who has wiped it out of his environment is not found."""
    wanted = f"{LABEL}={word}".encode()
    for _ in range(_ROUNDS):
        with suppress(OSError):
            if sum(_ended(int(one.name), wanted) for one in Path("/proc").iterdir() if one.name.isdecimal()):
                continue
        return


def _ended(pid: int, wanted: bytes) -> bool:
    """Whether it had the word, and was ended."""
    try:
        # Opened before anybody looks: should the number go to another process meanwhile, that one is not ended.
        process = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        with Path(f"/proc/{pid}/environ").open("rb") as file:
            if wanted not in file.read(_MOST).split(b"\0"):
                return False
        signal.pidfd_send_signal(process, signal.SIGKILL)
    except OSError:
        return False
    finally:
        os.close(process)
    return True
