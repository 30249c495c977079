"""Reports on disk: complete or not there, and never over somebody else's file."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_new(path: Path, content: str, *, replace: bool = False) -> None:
    """Write `content` as UTF-8 so that a reader sees all of it or nothing.

    FileExistsError when `path` exists, be it a dangling symbolic link, unless the caller says `replace`.
    Other OSErrors (no such folder, disk full) are passed on; the unfinished file is removed.
    """
    unfinished = path.parent / f".{secrets.token_hex(8)}.unfinished"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode())
            file.flush()
            os.fsync(file.fileno())
        if replace:
            unfinished.replace(path)
        else:
            # A rename would overwrite; a hard link is the atomic step that refuses.
            path.hardlink_to(unfinished)
    finally:
        unfinished.unlink(missing_ok=True)
