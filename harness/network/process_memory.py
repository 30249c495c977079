"""The memory of a process that we started: what it has mapped, read in pieces, and shown to a searcher (proc(5)).

Nothing is kept of what is read, and nothing is told to the process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Protocol

PIECE: Final = 1 << 20
MOST: Final = 8 << 30
"""Bytes that are searched of one process. More is not searched, and said."""

_KERNELS: Final = frozenset({"[vvar]", "[vvar_vclock]", "[vdso]", "[vsyscall]"})
"""Pages of the kernel's own, which a process cannot write."""

_STARTED, _PARENT = 19, 1
"""Places in /proc/PID/stat after the name in brackets: when it started, and who started it."""


class Sink(Protocol):
    """Who searches: `take` the pieces of a region in order, and `end` it. Both tell the names of what was seen."""

    def take(self, piece: bytes) -> frozenset[str]: ...

    def end(self) -> frozenset[str]: ...


class _Nobody:
    def take(self, piece: bytes) -> frozenset[str]:
        return frozenset()

    def end(self) -> frozenset[str]:
        return frozenset()


class MemoryUnread(OSError):
    """The memory cannot be searched; the message says why."""


@dataclass(frozen=True)
class Process:
    """One process that we started. A later one with the same number is another one."""

    pid: int
    started: int


@dataclass(frozen=True)
class Region:
    """One mapping: from `start` to `end`, of a kind as a person reads it."""

    start: int
    end: int
    kind: str

    def __contains__(self, address: int) -> bool:
        return self.start <= address < self.end


@dataclass
class Searched:
    """What came of a search: how much was read, and in what kind of region each name was first seen."""

    regions: int = 0
    searched: int = 0
    unread: int = 0
    where: dict[str, str] = field(default_factory=dict)


def ours(pid: int) -> Process:
    """The process with this number. MemoryUnread when it is gone, or we did not start it."""
    started, parent = _stat(pid)
    if parent != os.getpid():
        raise MemoryUnread(f"process {pid} is not one that we started")
    return Process(pid, started)


def search(process: Process, sink: Sink) -> Searched:
    """Read all that the process can read itself, region by region, and show it to `sink`.

    MemoryUnread when it may not be read, is gone, or is another process by now. Blocks; begin it in a thread.
    """
    done = Searched()
    try:
        _still(process)
        descriptor = os.open(f"/proc/{process.pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
        try:
            left = [
                at
                for region in regions(_maps(process.pid))
                if (at := _search_region(descriptor, region, sink, done)) is not None
            ]
            # What was given back meanwhile holds nothing; what is still there and was not read is a blind spot.
            done.unread = sum(one.end - at for one in regions(_maps(process.pid)) for at in left if at in one)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise MemoryUnread(f"the memory of process {process.pid} cannot be read: {error.strerror or error}") from error
    _still(process)
    return done


def regions(maps: str) -> Iterator[Region]:
    """The mappings that a process may read, from the text of its /proc/PID/maps; left out are the kernel's own,
    and files that it cannot write to: they hold what is on the disk."""
    for line in maps.splitlines():
        span, rights, _, _, _, *path = line.split(None, 5)
        name = path[0] if path else ""
        written = "w" in rights or not name.startswith("/")
        if rights.startswith("r") and written and name not in _KERNELS:
            start, _, end = span.partition("-")
            kind = name[:20] if name.startswith("[") else "file" if name else "anonymous"
            yield Region(int(start, 16), int(end, 16), kind)


@cache
def why_not() -> str | None:
    """What keeps us from reading the memory of a process that we started; None when nothing does."""
    try:
        child = subprocess.Popen(
            [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
    except OSError as error:
        return str(error)
    try:
        return None if search(ours(child.pid), _Nobody()).searched else "nothing of it can be read"
    except MemoryUnread as error:
        return str(error).partition(": ")[2] or str(error)
    finally:
        child.communicate()


def _maps(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text(errors="replace")


def _search_region(descriptor: int, region: Region, sink: Sink, done: Searched) -> int | None:
    """Search one region; where the reading ended, when that is not its end."""
    done.regions += 1
    at = region.start
    while at < region.end and done.searched < MOST:
        data = b""
        with suppress(OSError):  # a page that cannot be read, or that is gone by now, is counted below
            data = os.pread(descriptor, min(PIECE, region.end - at), at)
        if not data:
            break
        _note(sink.take(data), region, done)
        done.searched += len(data)
        at += len(data)
    _note(sink.end(), region, done)
    return at if at < region.end else None


def _note(names: frozenset[str], region: Region, done: Searched) -> None:
    for name in names:
        done.where.setdefault(name, region.kind)


def _still(process: Process) -> None:
    if _stat(process.pid)[0] != process.started:
        raise MemoryUnread(f"process {process.pid} is another one by now")


def _stat(pid: int) -> tuple[int, int]:
    """When it started and who started it. MemoryUnread when it is gone, or has ended and is not collected yet."""
    try:
        rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError as error:
        raise MemoryUnread(f"process {pid} is gone") from error
    if rest[0] in "ZX":
        raise MemoryUnread(f"process {pid} has ended")
    return int(rest[_STARTED]), int(rest[_PARENT])
