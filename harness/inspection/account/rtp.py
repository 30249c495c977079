"""Bytes of RTP and SRTP packets (RFC 3550 section 5, RFC 3711 section 3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...model.byte_label import ByteLabel
from ...vantage.rtp_columns import RtpColumns
from ...vantage.window import Ints, Window
from ...wire.rtp import RTP_FIXED_HEADER
from ...wire.srtp import PROFILES
from .extensions import CRYPTEX, ExtensionBytes
from .ledger import Kind, Ledger
from .payloads import Payloads, Senders
from .sealing import Sealing

NOT_SHOWN: Final = "not shown to be encrypted"


class RtpBytes:
    """Labels the RTP rows: headers at once, payloads by sender when it is known how they are protected."""

    def __init__(self, ledger: Ledger, senders: Senders) -> None:
        self._ledger, self._senders = ledger, senders
        self._extensions = ExtensionBytes(ledger)
        self._payloads = Payloads(senders.most, {profile.rtp_tag for profile in PROFILES.values()})
        self._padding = Payloads(senders.most, {0})
        self._header = ledger.kind(ByteLabel.RTP_HEADER)
        self._sources = ledger.kind(ByteLabel.RTP_HEADER, "contributing sources")
        self._secret_sources = ledger.kind(ByteLabel.RTP_EXTENSION_CIPHERTEXT, "contributing sources")
        self._cut = ledger.kind(ByteLabel.RTP_HEADER, "cut off by the capture")
        self._malformed = ledger.kind(ByteLabel.UNKNOWN, "RTP header that does not fit into its packet")

    def add(self, window: Window, rtp: RtpColumns, line: Ints) -> None:
        """Label the RTP rows of a window; `rtp`: what it says of them, `line`: the ledger's, for each of its rows."""
        if not rtp.sound.all():
            self._broken(window, rtp.only(~rtp.sound), line)
            rtp = rtp.only(rtp.sound)
        if not len(rtp):
            return
        lines = line[rtp.row]
        self._ledger.post(lines, self._header, RTP_FIXED_HEADER)
        extended = rtp.extension >= 0
        sources = rtp.header - RTP_FIXED_HEADER - rtp.extension_length - 4 * extended
        if sources.any():
            secret = np.isin(rtp.extension, CRYPTEX)
            self._ledger.post(lines, np.where(secret, self._secret_sources, self._sources), sources)
        if extended.all():
            self._extensions.add(window, rtp, lines)
        elif extended.any():
            self._extensions.add(window, rtp.only(extended), lines[extended])
        sender, size = self._senders.of(window, rtp.row, rtp.ssrc), window.length[rtp.row] - rtp.header
        self._payloads.add(sender, size, window.missing[rtp.row])
        if rtp.padding.any():
            self._pad(window, rtp, sender, size)

    def rows(self, sealing: dict[int, Sealing]) -> Iterator[tuple[int, Kind, int]]:
        """(sender, kind, bytes) of all payloads; `sealing` by sender."""
        for sender, (encrypted, profile) in sealing.items():
            size = self._payloads.bytes(sender)
            tag = self._payloads.trailing(sender, profile.rtp_tag) if profile else 0
            padding = self._padding.bytes(sender) if encrypted is False and not profile else 0
            if encrypted:
                yield sender, Kind(ByteLabel.SRTP_CIPHERTEXT), size - tag
            else:
                detail = NOT_SHOWN if encrypted is None else ""
                yield sender, Kind(ByteLabel.RTP_PAYLOAD, detail), size - tag - padding
            yield sender, Kind(ByteLabel.SRTP_TAG), tag
            yield sender, Kind(ByteLabel.PADDING, "RTP"), padding

    def _broken(self, window: Window, rtp: RtpColumns, line: Ints) -> None:
        """Headers that are longer than their packet: the fixed part is one all the same."""
        lines = line[rtp.row]
        self._ledger.post(lines, self._header, RTP_FIXED_HEADER)
        rest, cut = window.length[rtp.row] - RTP_FIXED_HEADER, window.missing[rtp.row] > 0
        self._ledger.post(lines[cut], self._cut, rest[cut])
        odd = ~cut
        self._ledger.suspect_rows(lines[odd], window.frame[rtp.row[odd]], self._malformed, rest[odd])

    def _pad(self, window: Window, rtp: RtpColumns, sender: Ints, size: Ints) -> None:
        """What the last byte says of padding (RFC 3550 section 5.1); of ciphertext it says nothing."""
        rows = rtp.row
        there = np.flatnonzero(rtp.padding & (size > 0) & (window.missing[rows] == 0))
        last = window.data[window.offset[rows[there]] + window.length[rows[there]] - 1].astype(np.int64)
        padding = np.where(last <= size[there], last, 0)
        self._padding.add(sender[there], padding, np.zeros(len(there), np.int64))
