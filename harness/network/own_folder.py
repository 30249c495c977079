"""Temporary folders that are known by their name: whose they are, and what for. A harness that is killed removes none
of its own; the next one removes those of the dead.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def own_folder(purpose: str) -> Path:
    """A new folder of this process, for its owner alone; those of ended processes for the same purpose go. The caller
    removes it. OSError when there can be none."""
    _clear_left_over(purpose)
    return Path(tempfile.mkdtemp(prefix=f"{purpose}-{os.getpid()}-"))


def _clear_left_over(purpose: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{purpose}-*-*"):
        owner = folder.name.removeprefix(f"{purpose}-").partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
