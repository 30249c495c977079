"""Bytes of TURN ChannelData (RFC 8656 section 12.4), of the framing in TCP (RFC 4571), and of rows of no protocol."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...model.byte_label import ByteLabel
from ...vantage.gather import load
from ...vantage.window import Ints, Window
from ...wire.demux import PacketClass
from .ledger import Ledger
from .walk import Walk

_CHANNEL_HEADER: Final = 4
_MOST_PADDING: Final = 3


class FramingBytes:
    """Labels what frames other messages, and what is no message of a call."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._stream = ledger.kind(ByteLabel.STREAM_FRAMING, "RFC 4571")
        self._channel = ledger.kind(ByteLabel.TURN_FRAMING, "ChannelData")
        self._padding = ledger.kind(ByteLabel.PADDING, "ChannelData")
        self._overlong = ledger.kind(ByteLabel.UNKNOWN, "ChannelData longer than what carries it")
        self._unread = ledger.kind(ByteLabel.UNKNOWN, "ChannelData that holds no message")
        self._behind = ledger.kind(ByteLabel.TRAILING, "behind ChannelData")
        self._other = ledger.kind(ByteLabel.UNKNOWN, "no protocol of a call")
        self._cut = ledger.kind(ByteLabel.UNKNOWN, "cut off by the capture before it says what it is")

    def add(self, window: Window, line: Ints) -> None:
        """Label these bytes of a window; `line` has the ledger's line of each of its rows."""
        if window.framing.any():
            self._ledger.post(line, self._stream, window.framing)
        other = Walk.over(window, window.rows(PacketClass.OTHER), line)
        self._ledger.suspect(other, np.where(other.end < other.full, self._cut, self._other), other.full)
        rows = window.rows(PacketClass.TURN_CHANNEL)
        if len(rows):
            self._channels(window, Walk.over(window, rows, line))

    def _channels(self, window: Window, walk: Walk) -> None:
        size = load(window.data, walk.at + 2, ">u2").astype(np.int64)
        stop = walk.at + _CHANNEL_HEADER + size
        self._ledger.label(walk, self._channel, walk.at + _CHANNEL_HEADER)
        walk = walk.moved(walk.at + _CHANNEL_HEADER)
        walk, (stop,) = self._ledger.keep(walk, stop <= walk.full, self._overlong, stop)
        # What is inside and could be read is another row's: these are the bytes that nobody reads.
        self._ledger.suspect(walk, self._unread, stop)
        walk = walk.moved(stop)
        padded = walk.full - stop <= _MOST_PADDING
        self._ledger.label(walk.only(padded), self._padding, walk.full[padded])
        self._ledger.keep(walk, padded, self._behind)
