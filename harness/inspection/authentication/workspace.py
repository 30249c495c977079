"""Memory in which packets are unprotected: a copy of a window's bytes, and where in it the packets lie."""

from __future__ import annotations

import mmap
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Bytes, Ints

_PER_ROW: Final = 8 + 4 + 1
NOT_RUN: Final = 255
"""The code of a row that libsrtp has not looked at."""


class Workspace:
    """`offsets` (bytes into `data`), `lengths` and `codes` have one element per row.

    The memory may be shared with another process, which makes the same columns of it: all columns lie one after the
    other in `memory`, the wide ones first.
    """

    def __init__(self, memory: mmap.mmap | bytearray, size: int, rows: int) -> None:
        """`size` bytes of packets and `rows` rows; `memory` has `room(size, rows)` bytes at least."""
        self.size, self.rows = size, rows
        self.offsets: Ints = np.frombuffer(memory, np.int64, rows)
        self.lengths: NDArray[np.int32] = np.frombuffer(memory, np.int32, rows, 8 * rows)
        self.codes: Bytes = np.frombuffer(memory, np.uint8, rows, 12 * rows)
        self.data: Bytes = np.frombuffer(memory, np.uint8, size, 13 * rows)
        self._source: Bytes = self.data
        self._lengths: NDArray[np.int32] = self.lengths

    @staticmethod
    def room(size: int, rows: int) -> int:
        """Bytes of memory for `size` bytes of packets in `rows` rows."""
        return size + _PER_ROW * rows

    def load(self, source: Bytes, offsets: Ints, lengths: Ints) -> None:
        """Copy a window's bytes, and set where its packets lie. The source must stay as it is until the next load."""
        self._source, self._lengths = source, lengths.astype(np.int32)
        self.data[: len(source)] = source
        self.offsets[: len(offsets)] = offsets
        self.lengths[: len(lengths)] = lengths
        self.codes[: len(offsets)] = NOT_RUN

    def restore(self, rows: list[int]) -> None:
        """Give rows their bytes and lengths back, as not run: a cipher that failed may have left anything."""
        for row in rows:
            start, length = int(self.offsets[row]), int(self._lengths[row])
            self.data[start : start + length] = self._source[start : start + length]
            self.lengths[row] = length
            self.codes[row] = NOT_RUN

    def put(self, row: int, plain: bytes) -> None:
        """Set what a row holds now that it has been opened otherwise."""
        start = int(self.offsets[row])
        self.data[start : start + len(plain)] = np.frombuffer(plain, np.uint8)
        self.lengths[row] = len(plain)
        self.codes[row] = 0
