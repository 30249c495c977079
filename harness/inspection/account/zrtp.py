"""Bytes of ZRTP packets (RFC 6189 section 5)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...model.byte_label import ByteLabel
from ...vantage.gather import load
from ...vantage.window import Flags, Ints, Window
from ...wire.demux import PacketClass
from .ledger import Ledger
from .walk import Walk

_COOKIE: Final = int.from_bytes(b"ZRTP", "big")
_HEADER: Final = np.dtype(
    [("first", ">u2"), ("sequence", ">u2"), ("cookie", ">u4"), ("ssrc", ">u4"), ("preamble", ">u2"), ("words", ">u2")]
)
_AROUND: Final = 12 + 4
"""The packet's header in front of the message, and its checksum behind."""

_TYPE_AT: Final = 16
_SHORTEST: Final = _TYPE_AT + 8 + 4
_TYPES: Final = (
    *("Hello", "HelloACK", "Commit", "DHPart1", "DHPart2", "Confirm1", "Confirm2", "Conf2ACK", "Error", "ErrorACK"),
    *("GoClear", "ClearACK", "SASrelay", "RelayACK", "Ping", "PingACK"),
)


class ZrtpBytes:
    """Labels every byte of the ZRTP rows; the detail is the type of the message."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._cut = ledger.kind(ByteLabel.ZRTP, "cut off by the capture")
        self._no_zrtp = ledger.kind(ByteLabel.UNKNOWN, "not ZRTP, though it begins like it")
        self._behind = ledger.kind(ByteLabel.TRAILING, "behind a ZRTP message")
        kinds = {int.from_bytes(name.ljust(8).encode(), "big"): ledger.kind(ByteLabel.ZRTP, name) for name in _TYPES}
        self._types = np.array(sorted(kinds), np.uint64)
        self._kinds = np.array([kinds[code] for code in sorted(kinds)], np.int64)

    def add(self, window: Window, line: Ints) -> None:
        """Label the ZRTP rows of a window; `line` has the ledger's line of each of its rows."""
        rows = window.rows(PacketClass.ZRTP)
        if not len(rows):
            return
        walk = self._ledger.with_room(Walk.over(window, rows, line), _SHORTEST, self._cut, self._no_zrtp)
        head = load(window.data, walk.at, _HEADER)
        stop = walk.at + _AROUND + 4 * head["words"].astype(np.int64)
        code = load(window.data, walk.at + _TYPE_AT, ">u8").astype(np.uint64)
        place = np.minimum(np.searchsorted(self._types, code), len(self._types) - 1)
        sound: Flags = (
            (head["cookie"] == _COOKIE) & (head["preamble"] == 0x505A) & (stop <= walk.full)
            & (stop >= walk.at + _SHORTEST) & (self._types[place] == code)
        )  # fmt: skip
        walk, (stop, kind) = self._ledger.keep(walk, sound, self._no_zrtp, stop, self._kinds[place])
        self._ledger.label(walk, kind, stop)
        self._ledger.suspect(walk.moved(stop), self._behind, walk.full)
