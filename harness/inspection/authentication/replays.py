"""Which packet indexes were authenticated, and with what bytes: what tells a replay from a forgery and a late packet.

libsrtp refuses an index that it has seen before it looks at the tag, so a forgery and a replay look alike to it. Here
the last 1024 authentic packets of a sender are remembered by index, by the end of their bytes (most of the tag, which
depends on every byte) and by frame. An index that lies further back is only known to be old.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ...vantage.window import Ints
from .columns import Marks
from .fate import Fate
from .libsrtp import WINDOW

SIZE: Final = WINDOW


class Replays:
    """The authentic packets of one sender, SRTP or SRTCP. `lowest` and `highest` index; -1 before the first one."""

    def __init__(self) -> None:
        self.lowest = self.highest = -1
        self._index = np.full(SIZE, -1, np.int64)
        self._mark = np.zeros(SIZE, np.uint64)
        self._frame = np.zeros(SIZE, np.int64)

    def note(self, index: int, mark: int, frame: int) -> tuple[Fate, int]:
        """What an authentic packet with this index is, and the frame that had the index first (0 for none)."""
        slot = index % SIZE
        known = int(self._index[slot])
        if known == index:
            first = int(self._frame[slot])
            return (Fate.REPLAYED if int(self._mark[slot]) == mark else Fate.REUSED), first
        if known > index or index <= self.highest - SIZE:
            return Fate.OLD, 0
        self._index[slot], self._mark[slot], self._frame[slot] = index, mark, frame
        self.lowest = index if self.lowest < 0 else min(self.lowest, index)
        self.highest = max(self.highest, index)
        return Fate.AUTHENTICATED, 0

    def frame_of(self, index: int, mark: int) -> int:
        """The frame of a packet with this index and these last bytes; 0 when none is remembered."""
        slot = index % SIZE
        same = self._index[slot] == index and self._mark[slot] == mark
        return int(self._frame[slot]) if same else 0

    def note_rising(self, indexes: Ints, marks: Marks, frames: Ints) -> None:
        """Note packets, one at least, whose indexes rise strictly and begin above `highest`: each is new."""
        if len(indexes) == 1:
            self.note(int(indexes[0]), int(marks[0]), int(frames[0]))
            return
        if self.lowest < 0:
            self.lowest = int(indexes[0])
        self.highest = int(indexes[-1])
        last = slice(-SIZE, None)
        slots = indexes[last] % SIZE
        self._index[slots], self._mark[slots], self._frame[slots] = indexes[last], marks[last], frames[last]
