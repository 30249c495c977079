"""Chats and files in the store: what two people wrote to each other, the latest of it, for nobody else."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...model.tenant import domain_of
from ..policy.transitions import GONE
from .database import transaction

FILES: Final = "files"
MOST_MESSAGES: Final = 500
"""Of two people: the latest are kept."""
MOST_FILE: Final = 10 * 1024 * 1024
"""Bytes."""
MOST_OF_USER: Final = 256 * 1024 * 1024
"""Bytes of all the files that one user has sent and that are still there."""

_RENAMED: Final = (
    "UPDATE chat SET sender = ? WHERE sender = ?",
    "UPDATE chat SET receiver = ? WHERE receiver = ?",
    "UPDATE file SET sender = ? WHERE sender = ?",
    "UPDATE file SET receiver = ? WHERE receiver = ?",
)


@dataclass(frozen=True)
class StoredFile:
    """A file that one user sent to another; names of users are comparable ones, `sha256` is in hex."""

    file: str
    sender: str
    receiver: str
    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class StoredLine:
    """A chat line; `time` in seconds since the epoch."""

    message: str
    sender: str
    receiver: str
    text: str
    time: float
    file: StoredFile | None


class Chats:
    """Chats behind a connection, and their files in `folder`."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def write(self, message: str, way: tuple[str, str], text: str, time: float, file: str | None = None) -> None:
        """Keep a line from way[0] to way[1]; what is beyond the latest of these two goes, with its file."""
        one, other = sorted(way)
        row = message, one, other, *way, text, time, file
        with transaction(self._connection):
            self._connection.execute(
                "INSERT INTO chat (message, one, other, sender, receiver, text, time, file)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            old = self._connection.execute(
                "SELECT number, file FROM chat WHERE one = ? AND other = ? ORDER BY number DESC LIMIT -1 OFFSET ?",
                (one, other, MOST_MESSAGES),
            ).fetchall()
            self._connection.executemany("DELETE FROM chat WHERE number = ?", [(number,) for number, _ in old])
            gone = [(name,) for _, name in old if name is not None]
            self._connection.executemany("DELETE FROM file WHERE file = ?", gone)
        for (name,) in gone:
            (self._folder / name).unlink(missing_ok=True)

    def part_with(self, user: str) -> None:
        """The user is gone: what others have of those chats stays theirs, under a name that nobody can get."""
        gone = f"{user}{GONE}"
        with transaction(self._connection):
            for statement in _RENAMED:
                self._connection.execute(statement, (gone, user))
            self._connection.execute(
                "UPDATE chat SET one = min(sender, receiver), other = max(sender, receiver) WHERE ? IN (one, other)",
                (user,),
            )

    def remove_domain(self, domain: str) -> tuple[str, ...]:
        """What users of this domain wrote to each other goes; what others have of them stays, as in `part_with`.

        Gives the files whose bytes are to be discarded once that is so.
        """
        with transaction(self._connection):
            pairs = self._connection.execute("SELECT DISTINCT one, other FROM chat").fetchall()
            own = [pair for pair in pairs if all(_is_of(name, domain) for name in pair)]
            self._connection.executemany("DELETE FROM chat WHERE one = ? AND other = ?", own)
            files = self._connection.execute("SELECT file, sender, receiver FROM file").fetchall()
            gone = [file for file, *ends in files if all(_is_of(name, domain) for name in ends)]
            self._connection.executemany("DELETE FROM file WHERE file = ?", [(file,) for file in gone])
            for user in {name for pair in pairs if pair not in own for name in pair if domain_of(name) == domain}:
                self.part_with(user)
        return tuple(gone)

    def count(self, domain: str) -> int:
        """Lines that users of this domain wrote to each other."""
        rows = self._connection.execute("SELECT one, other, count(*) FROM chat GROUP BY one, other")
        return sum(lines for one, other, lines in rows if _is_of(one, domain) and _is_of(other, domain))

    def between(self, user: str, peer: str) -> tuple[StoredLine, ...]:
        """The latest lines of these two, oldest first."""
        rows = self._connection.execute(
            "SELECT message, chat.sender, chat.receiver, text, time,"
            " file.file, file.sender, file.receiver, name, size, sha256"
            " FROM chat LEFT JOIN file ON file.file = chat.file WHERE one = ? AND other = ? ORDER BY number",
            tuple(sorted((user, peer))),
        )
        return tuple(_line(*row) for row in rows)

    def keep_bytes(self, content: bytes) -> tuple[str, str]:
        """A new file of these bytes, on the disk; its id and its SHA-256. As slow as that is: call it in a thread.

        OSError when it cannot be there whole: then nothing of it is, which would keep a full disk full.
        """
        name = secrets.token_hex(16)
        descriptor = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            _sync(self._folder)
        except OSError:
            self.discard(name)
            raise
        return name, hashlib.sha256(content).hexdigest()

    def keep_file(self, file: StoredFile) -> None:
        """What `keep_bytes` has written now belongs to these two people."""
        row = file.file, file.sender, file.receiver, file.name, file.size, file.sha256
        self._connection.execute("INSERT INTO file VALUES (?, ?, ?, ?, ?, ?)", row)

    def take_back(self, file: str) -> None:
        """A file of which nobody was told belongs to nobody."""
        self._connection.execute("DELETE FROM file WHERE file = ?", (file,))
        self.discard(file)

    def sent_by(self, user: str) -> int:
        """Bytes of the files that the user has sent."""
        (total,) = self._connection.execute(
            "SELECT coalesce(sum(size), 0) FROM file WHERE sender = ?", (user,)
        ).fetchone()
        return int(total)

    def find(self, file: str) -> StoredFile | None:
        row = self._connection.execute("SELECT * FROM file WHERE file = ?", (file,)).fetchone()
        return None if row is None else StoredFile(*row)

    def path(self, file: StoredFile) -> Path:
        return self._folder / file.file

    def discard(self, name: str) -> None:
        """Bytes that have come to belong to nobody."""
        with suppress(OSError):
            (self._folder / name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a killed service left behind: files without a line and bytes without a file."""
        with transaction(self._connection):
            self._connection.execute("DELETE FROM file WHERE file NOT IN (SELECT file FROM chat WHERE file NOT NULL)")
        known = {name for (name,) in self._connection.execute("SELECT file FROM file")}
        for path in self._folder.iterdir():
            if path.name not in known:
                self.discard(path.name)


def _is_of(user: str, domain: str) -> bool:
    """Whether it is, or was, a user of this domain."""
    return domain_of(user.removesuffix(GONE)) == domain


def _sync(folder: Path) -> None:
    """The names of new files are on the disk, too (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(message: str, sender: str, receiver: str, text: str, time: float, *file: Any) -> StoredLine:
    return StoredLine(message, sender, receiver, text, time, None if file[0] is None else StoredFile(*file))
