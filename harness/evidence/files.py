"""Files that are evidence: made exclusively, hashed in one pass, read with a bound."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

SECRET_MODE = 0o600
PUBLIC_MODE = 0o644
MAX_TEXT = 64 * 1024 * 1024


class EvidenceError(ValueError):
    """Evidence that is missing, changed, or not what it says. The message begins with the path."""


def create(path: Path, content: bytes, *, secret: bool = False) -> None:
    """Write a new file; FileExistsError when there is one, so that nothing is ever overwritten."""
    mode = SECRET_MODE if secret else PUBLIC_MODE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path, limit: int = MAX_TEXT) -> bytes:
    """The whole of a regular file of at most `limit` bytes; EvidenceError otherwise."""
    try:
        if path.is_symlink() or not path.is_file():
            raise EvidenceError(f"{path}: missing, or not a regular file")
        if path.stat().st_size > limit:
            raise EvidenceError(f"{path}: larger than {limit} bytes")
        return path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read: {error.strerror}") from error


def read_lines(path: Path) -> list[str]:
    """The lines of a file of JSON lines; EvidenceError as `read`.

    The bytes are divided, not the text: what a party says may hold U+2028, which ends a line of text and none of JSON.
    """
    return [line.decode(errors="replace") for line in read(path).splitlines()]
