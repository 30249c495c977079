"""What follows the clear headers of RTP and RTCP, sender by sender, until it is known how much of it is tag."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Flags, Ints, Window
from ..stream_key import StreamKey
from .numbering import Numbering

MOST_STREAMS: Final = 16_384
"""Senders that are told apart in one capture; the payloads of those that come later are counted together."""


class Senders:
    """A number for each sender, RTP and RTCP together."""

    def __init__(self, most: int = MOST_STREAMS) -> None:
        self._numbering = Numbering(most)
        self.most = most

    def of(self, window: Window, rows: NDArray[np.intp], ssrc: Ints) -> Ints:
        """The sender of each of these rows of a window."""
        leg, outward = window.leg[rows].astype(np.int64), window.outward[rows]
        return self._numbering.of(leg << 33 | outward.astype(np.int64) << 32 | ssrc)

    def found(self) -> Iterator[tuple[int, StreamKey | None]]:
        """Every number with its sender; None for all that came too late to have a number of their own."""
        for number, key in enumerate(self._numbering.keys):
            yield number, StreamKey(key >> 33, bool(key >> 32 & 1), key & 0xFFFF_FFFF)
        yield self.most, None

    @property
    def full(self) -> bool:
        """Whether the next new sender has no number of its own."""
        return len(self._numbering.keys) == self.most


class Payloads:
    """Bytes by sender, and how many of them are in the last `t` bytes of their packet, for each `t` of `trailers`.

    The last bytes of a packet are those that it had on the wire: where the capture cut them off, they are not there.
    """

    def __init__(self, most: int, trailers: Collection[int]) -> None:
        self._bytes = np.zeros(most + 1, np.int64)
        self._trailers = {size: np.zeros(most + 1, np.int64) for size in trailers if size}
        self._longest = max(trailers)

    def add(self, sender: Ints, size: Ints, missing: Ints) -> None:
        """Count payloads of `size` captured bytes, `missing` more on the wire."""
        self._count(self._bytes, sender, size)
        odd: Flags = (size < self._longest) | (missing > 0)
        if odd.any():
            there, size, missing = sender[odd], size[odd], missing[odd]
            for trailer, sums in self._trailers.items():
                self._count(sums, there, np.minimum(size, np.maximum(trailer - missing, 0)))
            sender = sender[~odd]
        packets = np.bincount(sender)
        for trailer, sums in self._trailers.items():
            sums[: len(packets)] += trailer * packets

    def bytes(self, sender: int) -> int:
        """All payload bytes of this sender."""
        return int(self._bytes[sender])

    def trailing(self, sender: int, size: int) -> int:
        """Those of them that are among the last `size` bytes of their packet; KeyError for a size not announced."""
        return int(self._trailers[size][sender]) if size else 0

    @staticmethod
    def _count(sums: Ints, sender: Ints, size: Ints) -> None:
        counted = np.bincount(sender, size)
        sums[: len(counted)] += counted.astype(np.int64)
