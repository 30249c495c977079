"""The order of one sender's packets: what arrives is sorted by sequence number within a bounded window."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Final, NamedTuple

from ...wire.rtp import RtpHeader

DEPTH: Final = 64
"""Packets held back. One that comes later than 64 others of its stream is too late."""
_MOST_BYTES: Final = 256 * 1024
"""Held back; the largest video packets fit 170 times."""
_REMEMBERED: Final = 1_024
"""Sequence numbers behind the newest for which a second copy is told from a late first one."""
_MAX_DROPOUT: Final = 3_000
_MAX_MISORDER: Final = 100
"""RFC 3550 appendix A.1: what is further away is a sender that began again, or a stray packet."""


class InOrder(NamedTuple):
    """A packet in its turn. `lost`: how many are missing right in front of it; `time`: when it was captured."""

    time: float
    header: RtpHeader
    payload: bytes
    lost: int


class JitterWindow:
    """Sorts one SSRC. `lost` packets never came, `late` ones came too late to be used, `duplicates` came again.

    `restarts`: how often the sequence numbers began anew; `stray`: packets far from the sequence, used by nobody.
    """

    def __init__(self) -> None:
        self.lost = self.late = self.duplicates = self.restarts = self.stray = 0
        self._waiting: dict[int, tuple[float, RtpHeader, bytes]] = {}
        self._turns: list[int] = []
        self._bytes = 0
        self._newest: int | None = None
        self._delivered: int | None = None
        self._remembered: set[int] = set()
        self._after_stray: int | None = None

    def add(self, time: float, header: RtpHeader, payload: bytes) -> Iterator[InOrder]:
        """Take one packet as it arrives; the packets whose turn has come with it."""
        number = self._newest if self._newest is not None else header.sequence
        step = (header.sequence - number + 0x8000 & 0xFFFF) - 0x8000
        if not -_MAX_MISORDER <= step <= _MAX_DROPOUT:
            if header.sequence != self._after_stray:
                self.stray += 1
                self._after_stray = header.sequence + 1 & 0xFFFF
                return
            yield from self.flush()
            self.restarts += 1
            self._delivered, step = None, step & 0xFFFF
        self._after_stray = None
        number += step
        if number in self._waiting or number in self._remembered:
            self.duplicates += 1
            return
        if self._delivered is not None and number < self._delivered:
            self.late += 1
            return
        self._newest = number if self._newest is None else max(self._newest, number)
        self._waiting[number] = time, header, payload
        heapq.heappush(self._turns, number)
        self._bytes += len(payload)
        while len(self._turns) > DEPTH or self._bytes > _MOST_BYTES:
            yield self._next()

    def problems(self) -> tuple[str, ...]:
        """What was wrong with the order, as sentences."""
        counts = {
            "packets came twice": self.duplicates,
            "packets came too late to be used": self.late,
            "packets lay far from the sequence and were not used": self.stray,
            "restarts of the sequence numbers": self.restarts,
        }
        return tuple(f"{count:,} {what}" for what, count in counts.items() if count)

    def flush(self) -> Iterator[InOrder]:
        """Everything that still waits, in order."""
        while self._turns:
            yield self._next()

    def _next(self) -> InOrder:
        number = heapq.heappop(self._turns)
        time, header, payload = self._waiting.pop(number)
        self._bytes -= len(payload)
        lost = 0 if self._delivered is None else number - self._delivered - 1
        self.lost += lost
        self._delivered = number
        self._remembered.add(number)
        if len(self._remembered) > 2 * _REMEMBERED:
            self._remembered = {old for old in self._remembered if old > number - _REMEMBERED}
        return InOrder(time, header, payload, lost)
