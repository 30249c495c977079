"""Protected DTLS records whose sequence number, or whose explicit nonce, was used before (RFC 6347 section 4.1)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...vantage.rtp_columns import big_endian
from ...vantage.window import Ints, Window
from ..stream_rows import directions
from .entry import entries
from .packets import senders
from .records import RecordColumns
from .watch import Kind, Watches

MAX_TABLES: Final = 16
MAX_WATCHES: Final = 4_096
IDLE: Final = 30.0
EXPLICIT_NONCE: Final = 8
"""Bytes in front of an AES-GCM fragment (RFC 5288 section 3)."""
_HIGH: Final = 0x3FFF_FFFF
"""An index is a signed number of 64 bits: the two highest bits of a nonce are left out of the comparison."""


class RecordReuse:
    """Follows the record sequence numbers of each side and epoch; DTLS 1.3 encrypts them, so not those."""

    def __init__(self) -> None:
        self.watches = Watches(MAX_TABLES, MAX_WATCHES, IDLE)
        self.nonces = Watches(MAX_TABLES, MAX_WATCHES, IDLE)
        self.unread = 0
        """Datagrams with records that are malformed, cut off, or of DTLS 1.3's own form."""

    def add(self, window: Window, records: RecordColumns, generation: Ints) -> None:
        """Take in the records of the next window; `generation` has one element for each."""
        self.unread += records.unread
        protected = np.flatnonzero((records.epoch > 0) & (records.length >= EXPLICIT_NONCE))
        rows, at = records.row[protected], records.at[protected]
        source = directions(window, rows)
        kept = entries(window, rows, at, at + records.length[protected], np.zeros(len(rows), np.int64), source)
        nonce = (big_endian(window.data, at, 4) & _HIGH) << 32 | big_endian(window.data, at + 4, 4)
        for kind, watches, index in (
            (Kind.RECORD, self.watches, records.sequence[protected]),
            (Kind.NONCE, self.nonces, nonce),
        ):
            order, parts = senders(kind, False, source, records.epoch[protected], generation[protected])
            for key, part in parts:
                mine = order[part]
                watch = watches.watch(key, float(window.time[rows[mine[-1]]]), len(mine))
                if watch is not None:
                    watch.add(index[mine], kept[mine])
