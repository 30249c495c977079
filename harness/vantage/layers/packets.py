"""What is left of many frames behind the headers that have been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ..window import Flags, Ints
from .key_cache import Word
from .sheet import Sheet


@dataclass(frozen=True, eq=False)
class Packets:
    """One element per packet, in the order of the frames; no frame has two.

    `frame`: its place in the window. `at`: where in the window's data the next header begins; `end`: where the captured
    part of the packet ends. `missing`: bytes of the packet that the capture cut off. `protocol`: of what comes next, as
    the header before says. `addresses`: the source's, then the destination's, as words in the order of the wire: one
    row per word, and no row before the network layer.
    """

    frame: Ints
    at: Ints
    end: Ints
    missing: Ints
    protocol: Ints
    addresses: Word

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def version(self) -> int:
        """The version of IP of their addresses."""
        return 4 if len(self.addresses) == 1 else 6

    @property
    def room(self) -> Ints:
        """How many captured bytes are left."""
        return self.end - self.at

    def only(self, wanted: Flags) -> Self:
        """The packets where `wanted` is true. Costs nothing where it is true of all: the usual window is uniform."""
        if wanted.all():
            return self
        kept = np.flatnonzero(wanted)
        return type(self)(*(getattr(self, one.name)[..., kept] for one in fields(self)))

    def behind(self, size: Ints | int, protocol: Ints | None = None) -> Self:
        """The packets behind a header of this size."""
        return replace(self, at=self.at + size, protocol=self.protocol if protocol is None else protocol)


@dataclass(frozen=True, eq=False)
class Fragments:
    """Packets that are a part of a larger one: where in it they begin (bytes), and whether more of it follows."""

    packets: Packets
    identification: Ints
    start: Ints
    more: Flags


def in_order(parts: Sequence[Packets]) -> Packets:
    """The packets of all parts, at least one, in the order of their frames."""
    parts = [part for part in parts if len(part)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    columns = [np.concatenate([getattr(part, one.name) for part in parts], axis=-1) for one in fields(Packets)]
    order = np.argsort(columns[0], kind="stable")
    return Packets(*(column[..., order] for column in columns))


def distinct(column: NDArray[np.integer[Any]]) -> list[int]:
    """The different values of a column, in order; looks before it sorts, because most columns have one."""
    found: list[int] = (column[:1] if (column == column[:1]).all() else np.unique(column)).tolist()
    return found


def with_room(sheet: Sheet, packets: Packets, size: int, problem: str) -> Packets:
    """The packets that have at least so many captured bytes left; the problem is told of the others."""
    enough = packets.room >= size
    if enough.all():
        return packets
    sheet.problem(problem, packets.frame[~enough])
    return packets.only(enough)
