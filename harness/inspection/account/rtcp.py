"""Bytes of RTCP and SRTCP packets (RFC 3711 section 3.4, RFC 7714 section 9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...model.byte_label import ByteLabel
from ...vantage.gather import load
from ...vantage.window import Ints, Window
from ...wire.demux import PacketClass
from ...wire.rtp import RTCP_HEADER
from ...wire.srtp import PROFILES, SrtpProfile
from .ledger import Kind, Ledger
from .payloads import Payloads, Senders
from .rtp import NOT_SHOWN
from .sealing import Sealing

_INDEX: Final = 4
"""The E flag and the 31 bits of the SRTCP index."""


def _behind_index(profile: SrtpProfile) -> int:
    """Bytes behind the index: the tag, but with AEAD the tag stands in front of it (RFC 7714 section 9.2)."""
    return 0 if "AEAD" in profile.name else profile.rtcp_tag


_TRAILERS: Final = {
    size
    for profile in PROFILES.values()
    for size in (_behind_index(profile), _behind_index(profile) + _INDEX, profile.rtcp_tag + _INDEX)
}


class RtcpBytes:
    """Labels the RTCP rows: the header at once, the rest by sender when it is known how it is protected."""

    def __init__(self, ledger: Ledger, senders: Senders) -> None:
        self._ledger, self._senders = ledger, senders
        self._header = ledger.kind(ByteLabel.RTCP_HEADER)
        self._all = Payloads(senders.most, _TRAILERS)
        self._open = {
            behind: Payloads(senders.most, _TRAILERS) for behind in {_behind_index(one) for one in PROFILES.values()}
        }

    def add(self, window: Window, line: Ints) -> None:
        """Label the RTCP rows of a window; `line` has the ledger's line of each of its rows."""
        rows = window.rows(PacketClass.SRTCP)
        if not len(rows):
            return
        self._ledger.post(line[rows], self._header, RTCP_HEADER)
        at, missing = window.offset[rows], window.missing[rows]
        sender = self._senders.of(window, rows, load(window.data, at + 4, ">u4").astype(np.int64))
        size = window.length[rows] - RTCP_HEADER
        self._all.add(sender, size, missing)
        for behind, payloads in self._open.items():
            # Without the E flag the packet is not encrypted. Where there is no place for an index, there is no flag.
            flag_at = at + window.length[rows] - behind - _INDEX
            there = (missing == 0) & (size >= behind + _INDEX)
            clear = there & (window.data[np.where(there, flag_at, at)] < 0x80)
            payloads.add(sender[clear], size[clear], missing[clear])

    def rows(self, sealing: dict[int, Sealing]) -> Iterator[tuple[int, Kind, int]]:
        """(sender, kind, bytes) of everything behind the headers; `sealing` by sender."""
        for sender, (encrypted, profile) in sealing.items():
            tag, index = self._tag_and_index(sender, profile)
            size = self._all.bytes(sender) - tag - index
            clear = size
            if encrypted:
                clear = self._unencrypted(sender, profile)
                yield sender, Kind(ByteLabel.SRTCP_CIPHERTEXT), size - clear
            detail = {True: "without the E flag", False: "", None: NOT_SHOWN}[encrypted]
            yield sender, Kind(ByteLabel.RTCP, detail), clear
            yield sender, Kind(ByteLabel.SRTCP_INDEX), index
            yield sender, Kind(ByteLabel.SRTCP_TAG), tag

    def _tag_and_index(self, sender: int, profile: SrtpProfile | None) -> tuple[int, int]:
        if not profile:
            return 0, 0
        behind = _behind_index(profile)
        both = self._all.trailing(sender, profile.rtcp_tag + _INDEX)
        index = self._all.trailing(sender, behind + _INDEX) - self._all.trailing(sender, behind)
        return both - index, index

    def _unencrypted(self, sender: int, profile: SrtpProfile | None) -> int:
        """Bytes, index and tag not counted, of packets without the E flag; where the flag is, only a profile tells."""
        if not profile:
            return 0
        payloads = self._open[_behind_index(profile)]
        return payloads.bytes(sender) - payloads.trailing(sender, profile.rtcp_tag + _INDEX)
