"""The last 65,536 packet indexes of one sender under one key, with what was sent under each."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.untouched import untouched
from ...vantage.window import Ints
from .entry import ENTRY, Entries, meetings, raw

SLOTS: Final = 1 << 16
_CYCLES: Final = 0xFFFF_FFFF
_FIRST_CYCLE: Final = 2
"""Added to a cycle: an estimate may begin below zero, and zero itself means that a slot is empty."""


class IndexTable:
    """One slot per sequence number. Memory that no packet has touched is never taken."""

    def __init__(self) -> None:
        self._slots: Entries = untouched(SLOTS, ENTRY)

    def add(self, index: Ints, now: Entries) -> tuple[NDArray[np.uint8], Entries]:
        """Take in packets in their order, and fill in their `cycle`.

        For each: a Meeting with the latest one of the same index, and what was in its slot before.
        """
        now["cycle"] = index + (_FIRST_CYCLE << 16) >> 16 & _CYCLES
        slots = index & SLOTS - 1
        if np.diff(index).min(initial=1) > 0 and index[-1] - index[0] < SLOTS:
            before = self._exchange(slots, now)
        else:
            order = np.argsort(slots.astype(np.uint16), kind="stable")
            before = np.empty_like(now)
            raw(before)[order] = raw(self._exchange_sorted(slots[order], raw(now)[order].view(ENTRY)))
        return meetings(before, now, before["cycle"] == now["cycle"]), before

    def _exchange(self, slots: Ints, now: Entries) -> Entries:
        before = raw(self._slots)[slots].view(ENTRY)
        raw(self._slots)[slots] = raw(now)
        return before

    def _exchange_sorted(self, slots: Ints, now: Entries) -> Entries:
        """As `_exchange`, where a slot may be wanted several times in a row."""
        again = np.flatnonzero(slots[1:] == slots[:-1]) + 1
        before = raw(self._slots)[slots].view(ENTRY)
        raw(before)[again] = raw(now)[again - 1]
        last = np.ones(len(slots), np.bool_)
        last[again - 1] = False
        raw(self._slots)[slots[last]] = raw(now)[last]
        return before

    def shared(self, other: IndexTable) -> tuple[Entries, Entries]:
        """What both hold under the same index."""
        mine, theirs = self._slots["cycle"], other._slots["cycle"]
        places = np.flatnonzero((mine == theirs) & (mine != 0))
        return self._slots[places], other._slots[places]
