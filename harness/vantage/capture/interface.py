"""The interfaces that a capture was made on: what they say, and what their time stamps mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..window import NONE, Ints, Small

MICROSECONDS: Final = 1_000_000
NANOSECONDS: Final = 1_000_000_000
_FINEST: Final = 1 << 63
"""Ticks a second beyond which time is reckoned in floating point."""


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface. A time stamp counts `ticks` a second from `epoch` (seconds since 1970).

    `link_type`: LINKTYPE number, or NONE when its description could not be read. `snap_length`: most bytes kept of a
    frame, 0 for no limit. `fcs_length`: bytes of a frame check sequence at the end of each frame, so far as it is told.
    """

    link_type: int
    snap_length: int
    ticks: int = MICROSECONDS
    epoch: int = 0
    name: str | None = None
    comments: tuple[str, ...] = ()
    fcs_length: int = 0


class InterfaceTable:
    """The interfaces of one section as columns, and behind them a row for those that nobody described."""

    def __init__(self, first: int) -> None:
        """`first`: number of the section's first interface in the whole file."""
        self._first, self.count = first, 0
        self.link: Small = np.full(1, NONE, np.int32)
        self.snap: Ints = np.zeros(1, np.int64)
        self._ticks = np.ones(1, np.float64)
        self._whole_ticks = np.ones(1, np.uint64)
        self._epoch = np.full(1, np.nan)

    def add(self, one: Interface) -> None:
        self.link = np.insert(self.link, self.count, one.link_type)
        self.snap = np.insert(self.snap, self.count, one.snap_length)
        self._ticks = np.insert(self._ticks, self.count, one.ticks)
        self._whole_ticks = np.insert(self._whole_ticks, self.count, min(one.ticks, _FINEST))
        self._epoch = np.insert(self._epoch, self.count, one.epoch)
        self.count += 1

    def row(self, number: Ints) -> Ints:
        """The rows of the interfaces with these numbers."""
        return np.minimum(number, self.count)

    def number(self, row: Ints) -> Small:
        """Their numbers in the whole file, NONE for those that nobody described."""
        return np.where(row < self.count, row + self._first, NONE).astype(np.int32)

    def time(self, row: Ints, ticks: NDArray[np.uint64]) -> NDArray[np.float64]:
        """Seconds since 1970, as near as float64 comes: ticks are split first, 64 bits of them would not fit."""
        per_second = self._whole_ticks[row]
        whole = ticks // per_second
        time: NDArray[np.float64] = whole + self._epoch[row] + (ticks - whole * per_second) / per_second
        fine = self._ticks[row] >= _FINEST
        if fine.any():
            time[fine] = ticks[fine] / self._ticks[row[fine]] + self._epoch[row[fine]]
        return time
