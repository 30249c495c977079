"""What a file is called in every answer: its name, whatever bytes the file system lets a name have."""

from __future__ import annotations

import os
from pathlib import Path


def file_name(path: Path) -> str:
    """The last part of a path."""
    return printed(path.name)


def printed(path: Path | str) -> str:
    """A path as text. Bytes that are no UTF-8, which no report could be written with, are replaced."""
    return os.fsencode(path).decode("utf-8", "replace")
