"""The bytes of a capture file, plain or compressed with gzip (RFC 1952), in pieces of bounded size."""

from __future__ import annotations

import io
import stat
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final

from .problem import CaptureError

_GZIP: Final = b"\x1f\x8b"
_GZIP_WINDOW: Final = 31
"""What zlib wants to be told for a gzip header and the largest history."""

_PIECE: Final = 4096
"""Compressed bytes given to zlib at once; they become at most 1032 times as many (zlib's own limit)."""


class Source:
    """A plain file. `fault`: why the bytes end before the file does; a plain file has no such reason."""

    fault: str | None = None

    def __init__(self, path: Path) -> None:
        self._file: io.RawIOBase = path.open("rb", buffering=0)

    def readinto(self, room: memoryview) -> int:
        """Put the next bytes into `room`; how many, 0 at the end."""
        return self._file.readinto(room) or 0

    def close(self) -> None:
        self._file.close()


class GzipSource(Source):
    """What comes out of the members of a gzip file, one behind the other."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._pending = b""
        self._taken = 0
        self._saved = b""
        self._member: zlib._Decompress | None = zlib.decompressobj(_GZIP_WINDOW)

    def readinto(self, room: memoryview) -> int:
        while not self._saved and self.fault is None and self._in_member():
            if got := self._inflate(room):
                return got
        out, self._saved = self._saved[: len(room)], self._saved[len(room) :]
        room[: len(out)] = out
        return len(out)

    def _in_member(self) -> bool:
        """Go on to the next member where one ended; false when there is none."""
        while self._member is None and self.fault is None and self._more():
            self._next_member()
        return self._member is not None

    def _more(self) -> bool:
        """See to it that bytes are pending; false at the end of the file."""
        if not self._pending:
            self._pending = self._file.read(_PIECE) or b""
            self._taken += len(self._pending)
        return bool(self._pending)

    def _next_member(self) -> None:
        """Zeros may fill a file up behind a member (as tapes want it); anything else begins with the magic."""
        self._pending = self._pending.lstrip(b"\0")
        if len(self._pending) == 1:
            second = self._file.read(1) or b""
            self._taken += len(second)
            self._pending += second
        if self._pending.startswith(_GZIP):
            self._member = zlib.decompressobj(_GZIP_WINDOW)
        elif self._pending:
            self.fault = f"from byte {self._taken - len(self._pending)} of the compressed file on there is no gzip"

    def _inflate(self, room: memoryview) -> int:
        member = self._member
        assert member is not None
        more, before = self._more(), member.copy()
        try:
            out = member.decompress(self._pending, len(room))
        except zlib.error as error:
            self._save(before, str(error))
            return 0
        self._pending = member.unconsumed_tail
        if member.eof:
            self._pending, self._member = member.unused_data, None
        elif not more and not out:  # only now: zlib may have had bytes ready that found no room before
            self.fault = "the compressed file ends inside a member"
        room[: len(out)] = out
        return len(out)

    def _save(self, member: zlib._Decompress, reason: str) -> None:
        """What comes out of the pending bytes before the first that is wrong: zlib itself would keep it back."""
        begin = self._taken - len(self._pending)
        with suppress(zlib.error):
            for count in range(len(self._pending) + 1):
                self.fault = f"near byte {begin + count} of the compressed file: {reason}"
                self._saved += member.decompress(self._pending[count : count + 1])


def open_source(path: Path) -> Source:
    """The bytes of this file. OSError when it cannot be opened, CaptureError for what is not a file of some length."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise CaptureError(
            path, 0, "no regular file", "only what can be read twice, from its begin to its end, is read"
        )
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP)) == _GZIP
    return GzipSource(path) if compressed else Source(path)
