"""Which streams are not looked at for a while: nearly all, nearly always, so that a packet costs next to nothing."""

from __future__ import annotations

import heapq
from typing import Final

import numpy as np

from ...vantage.window import Flags, Ints

_SLOTS: Final = 1 << 16
_NOBODY: Final = -1
_SHORTEST: Final = 16_384
"""Packets of the capture, for each stream that rests."""
_SHARE: Final = 4


class Rest:
    """A table of the streams at rest, by a hash of their number. Two that meet in one slot cost time, never an error.

    A stream rests until the capture has grown by a quarter, and by 16,384 packets for each stream that rests.
    """

    def __init__(self) -> None:
        self._seen = 0
        self._table = np.full(_SLOTS, _NOBODY, np.int64)
        self._until: dict[int, int] = {}
        self._queue: list[tuple[int, int]] = []

    def awake(self, streams: Ints) -> Flags:
        """Which of the next packets to look at. `streams` has the number of each packet's stream, not negative."""
        self._seen += len(streams)
        while self._queue and self._queue[0][0] <= self._seen:
            _, stream = heapq.heappop(self._queue)
            del self._until[stream]
            self._table[self._table == stream] = _NOBODY
        found: Flags = self._table[_slots(streams)] != streams
        return found

    def __contains__(self, stream: int) -> bool:
        return stream in self._until

    def add(self, stream: int) -> None:
        """Let a stream rest that does not rest yet."""
        self._until[stream] = self._seen + max(_SHORTEST * (len(self._until) + 1), self._seen // _SHARE)
        heapq.heappush(self._queue, (self._until[stream], stream))
        self._table[_slots(np.array([stream]))] = stream


def _slots(streams: Ints) -> Ints:
    return (streams ^ streams >> 16 ^ streams >> 31) & (_SLOTS - 1)
