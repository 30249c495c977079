"""Packet blocks of pcapng as columns: enhanced, simple and obsolete ones (draft-ietf-opsawg-pcapng section 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..window import Flags, Ints
from .interface import InterfaceTable
from .stretch import Stretch

OBSOLETE, SIMPLE, ENHANCED = 2, 3, 6
HEAD: Final[Mapping[int, int]] = MappingProxyType({ENHANCED: 28, SIMPLE: 12, OBSOLETE: 28})
"""Bytes of each kind of packet block in front of the captured ones."""

TAIL: Final = 4
"""Bytes at the end of a block: its length once more."""


@dataclass(frozen=True, eq=False)
class PacketBlocks:
    """One element for each block. `begin`, `end`: of the block; `offset`: where the captured bytes begin.

    `row`: of its interface in the table. `ticks`: its time stamp, where it is `timed`. `captured`, `wire`: the lengths
    that it tells.
    """

    begin: Ints
    end: Ints
    offset: Ints
    row: Ints
    ticks: NDArray[np.uint64]
    timed: Flags
    captured: Ints
    wire: Ints

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def options(self) -> Ints:
        """Where the options begin: behind the captured bytes, filled up to 32 bits."""
        return self.offset + self.captured + (-self.captured & 3)

    def only(self, wanted: Flags) -> PacketBlocks:
        return PacketBlocks(*(getattr(self, one.name)[wanted] for one in fields(self)))


def packet_blocks(
    stretch: Stretch, begin: Ints, end: Ints, kind: Ints, table: InterfaceTable, order: str
) -> PacketBlocks:
    """All those of these blocks that hold a packet, in the order of the file. Each must be as long as its head."""
    if (kind == ENHANCED).all():
        return _enhanced(stretch, begin, end, table, order)
    parts = [read(stretch, begin[kind == one], end[kind == one], table, order) for one, read in _READ.items()]
    joined = PacketBlocks(
        *(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(PacketBlocks))
    )
    in_order = np.argsort(joined.begin)
    return PacketBlocks(*(getattr(joined, one.name)[in_order] for one in fields(PacketBlocks)))


def _enhanced(stretch: Stretch, begin: Ints, end: Ints, table: InterfaceTable, order: str) -> PacketBlocks:
    number, high, low, captured, wire = stretch.words(begin + 8, 5, order)
    return _timed(begin, end, table.row(number), high, low, captured, wire)


def _obsolete(stretch: Stretch, begin: Ints, end: Ints, table: InterfaceTable, order: str) -> PacketBlocks:
    """Its interface has 16 bits, the other 16 count dropped packets."""
    both, high, low, captured, wire = stretch.words(begin + 8, 5, order)
    number = both & 0xFFFF if order == "<" else both >> 16
    return _timed(begin, end, table.row(number), high, low, captured, wire)


def _timed(begin: Ints, end: Ints, row: Ints, high: Ints, low: Ints, captured: Ints, wire: Ints) -> PacketBlocks:
    ticks = high.astype(np.uint64) << np.uint64(32) | low.astype(np.uint64)
    return PacketBlocks(begin, end, begin + HEAD[ENHANCED], row, ticks, np.ones(len(begin), bool), captured, wire)


def _simple(stretch: Stretch, begin: Ints, end: Ints, table: InterfaceTable, order: str) -> PacketBlocks:
    """It belongs to the section's first interface, has no time, and is cut at the snap length."""
    (wire,) = stretch.words(begin + 8, 1, order)
    count = len(begin)
    row = table.row(np.zeros(count, np.int64))
    snap = table.snap[row]
    captured = np.where(snap == 0, wire, np.minimum(wire, snap))
    timed = np.zeros(count, bool)
    return PacketBlocks(begin, end, begin + HEAD[SIMPLE], row, np.zeros(count, np.uint64), timed, captured, wire)


_READ: Final[Mapping[int, Callable[[Stretch, Ints, Ints, InterfaceTable, str], PacketBlocks]]] = MappingProxyType(
    {ENHANCED: _enhanced, SIMPLE: _simple, OBSOLETE: _obsolete}
)
