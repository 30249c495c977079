"""Bytes of the frames around the messages: link, network and transport layer, and what lies behind the packets."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...model.byte_label import ByteLabel
from ...vantage.window import NONE, Frames, Ints, Window
from .ledger import Ledger, sums_by

_ETHERNET: Final = 1
_SHORTEST_ETHERNET: Final = 60
"""Bytes that the shortest Ethernet frame has, without its checksum (IEEE 802.3 section 4.2.3.3)."""


class FrameLayers:
    """Labels what the layers account for, and compares what they handed up with the rows that came of it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._layers = {
            "link": ledger.kind(ByteLabel.LINK),
            "network": ledger.kind(ByteLabel.NETWORK),
            "transport": ledger.kind(ByteLabel.TRANSPORT),
            "repeated": ledger.kind(ByteLabel.REPEATED),
        }
        self._padding = ledger.kind(ByteLabel.PADDING, "Ethernet")
        self._behind = ledger.kind(ByteLabel.TRAILING, "behind the network packet")
        self._unknown = ledger.kind(ByteLabel.UNKNOWN, "no network protocol that is read")
        self._handed_up: dict[int, int] = {}

    def add(self, window: Window, line: Ints) -> None:
        """Label the frames of a window; `line` has the ledger's line of each of its rows."""
        layers = window.frame_bytes
        frame_line = self._ledger.lines(layers.leg)
        for name, kind in self._layers.items():
            size = getattr(layers, name)
            if size.any():
                self._ledger.post(frame_line, kind, size)
        number = np.arange(window.frames.first, window.frames.first + len(window.frames))
        self._ledger.suspect_rows(frame_line, number, self._unknown, layers.unknown)
        self._trailing(window, frame_line, number)
        self._balance(frame_line, layers.message)
        outside = np.flatnonzero(window.depth == 0)
        self._balance(line[outside], -(window.length[outside] + window.framing[outside]))

    def waiting(self) -> dict[int, int]:
        """Bytes by leg (or NONE) that the layers handed up, or kept back, and that never became a row.

        When a datagram's pieces did not all show its leg, the difference cannot be told leg by leg: it is under NONE.
        """
        if min(self._handed_up.values(), default=0) >= 0:
            return {line - 1: left for line, left in self._handed_up.items() if left}
        left = sum(self._handed_up.values())
        return {NONE: left} if left else {}

    def _balance(self, line: Ints, size: Ints) -> None:
        if not len(line):
            return
        sums = sums_by(line, size)
        for place in np.flatnonzero(sums).tolist():
            self._handed_up[place] = self._handed_up.get(place, 0) + int(sums[place])

    def _trailing(self, window: Window, line: Ints, number: Ints) -> None:
        """Zeros that fill an Ethernet frame up to its least size are padding; anything else behind a packet is not."""
        there = np.flatnonzero(window.frame_bytes.trailing)
        if not len(there):
            return
        size = window.frame_bytes.trailing[there]
        frames = window.frames
        longest = np.maximum(frames.wire_length[there], frames.length[there])
        short = (frames.link[there] == _ETHERNET) & (longest <= _SHORTEST_ETHERNET)
        honest = short & _all_zero(frames, there, np.where(short, size, 0))
        self._ledger.post(line[there[honest]], self._padding, size[honest])
        odd = there[~honest]
        self._ledger.suspect_rows(line[odd], number[odd], self._behind, size[~honest])


def _all_zero(frames: Frames, which: NDArray[np.intp], size: Ints) -> NDArray[np.bool_]:
    """Whether the last `size` bytes of these frames, at most 60, are zeros."""
    end = frames.offset[which] + frames.length[which]
    zero = np.ones(len(which), np.bool_)
    for back in range(1, int(size.max(initial=0)) + 1):
        zero &= (back > size) | (frames.data[end - back] == 0)
    return zero
