"""Messages on their way into a window: columns, and the list in which the rare ones are collected one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..window import NONE, Flags, Ints, Transport
from .segment import Piece


@dataclass(frozen=True, eq=False)
class Rows:
    """One element per message, as in a Window, but that `frame` is a place in the window and `flow` says who to whom.

    `made`: its bytes were put together. `opaque`: its bytes do not begin where a message begins, or nobody reads them.
    """

    frame: Ints
    flow: Ints
    offset: Ints
    length: Ints
    framing: Ints
    missing: Ints
    transport: NDArray[np.uint8]
    made: Flags
    opaque: Flags

    def __len__(self) -> int:
        return len(self.frame)

    def only(self, places: NDArray[np.intp]) -> Self:
        """The rows at these places, in their order."""
        return type(self)(*(getattr(self, one.name)[places] for one in fields(self)))


def datagram_rows(frame: Ints, flow: Ints, offset: Ints, length: Ints, missing: Ints) -> Rows:
    """Rows of whole UDP datagrams, which lie where the capture has them."""
    count = len(frame)
    no = np.zeros(count, bool)
    transport = np.full(count, Transport.UDP, np.uint8)
    return Rows(frame, flow, offset, length, np.zeros(count, np.int64), missing, transport, no, no)


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of all parts, at least one, one part behind the other."""
    parts = [part for part in parts if len(part)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    return Rows(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Rows)))


def in_order(parts: Sequence[Rows]) -> Rows:
    """The rows of all parts in the order of their frames; of one frame, in the order of the parts."""
    found = joined(parts)
    if (found.frame[1:] >= found.frame[:-1]).all():
        return found
    return found.only(np.argsort(found.frame, kind="stable"))


@dataclass(eq=False)
class RowList:
    """Rows that come one by one. What was put together lies behind the `size` bytes of the window."""

    size: int
    _rows: list[tuple[int, int, int, int, int, int, int, bool, bool]] = field(default_factory=list)
    _made: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._rows)

    def add(
        self, frame: int, flow: int, transport: Transport, piece: Piece, framing: int = 0, missing: int = 0,
        opaque: bool = False,
    ) -> None:  # fmt: skip
        """One message. What does not lie in the window is put behind it."""
        made = piece.at == NONE
        at = self.size if made else piece.at
        self._rows.append((frame, flow, at, len(piece), framing, missing, transport, made, opaque))
        if made:
            self._made.append(piece.content)
            self.size += len(piece)

    def rows(self) -> Rows:
        """All of them as columns, in the order of their frames."""
        kinds = (*(np.int64,) * 6, np.uint8, np.bool_, np.bool_)
        columns = zip(*self._rows, strict=True) if self._rows else ((),) * len(kinds)
        return in_order([Rows(*(np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)))])

    @property
    def content(self) -> bytes:
        """All that was put together."""
        return b"".join(self._made)
