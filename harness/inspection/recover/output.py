"""The files that media goes to: new ones only, for their owner's eyes only, and not more bytes than were allowed."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import BinaryIO, Final

BEYOND_LIMIT: Final = "pieces of media beyond the limit of bytes"
"""What a file counts when `take` refuses."""
_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700
_LONGEST_NAME: Final = 80


class Output:
    """A folder of recovered media, and how many bytes may still be written to it.

    ValueError when the folder is there and not empty: nothing is ever overwritten, nothing of two captures mixed up.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._left = most_bytes
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ValueError(f"{folder}: recovered media goes only into a new or an empty folder")

    @property
    def full(self) -> bool:
        """Whether something did not fit: from then on nothing more is written."""
        return self._left < 0

    def take(self, count: int) -> bool:
        """Whether `count` more bytes may be written."""
        self._left = self._left - count if 0 <= count <= self._left else -1
        return self._left >= 0

    def create(self, name: str, suffix: str) -> tuple[str, BinaryIO]:
        """A new file of this name, or of the name with a number behind it, and what it is called."""
        stem = safe_name(name)
        for attempt in range(1, 1_000):
            file_name = f"{stem}{suffix}" if attempt == 1 else f"{stem}-{attempt}{suffix}"
            try:
                descriptor = os.open(self._folder / file_name, os.O_RDWR | os.O_CREAT | os.O_EXCL, _MODE)
            except FileExistsError:
                continue
            return file_name, os.fdopen(descriptor, "w+b")
        raise FileExistsError(f"{self._folder}: a thousand files are called {stem}")


def safe_name(text: str) -> str:
    """A file name out of any text: letters, digits, dash and underscore; the last 80 characters, which say the most."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", text)[-_LONGEST_NAME:].strip("-") or "stream"
