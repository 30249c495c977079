"""DTLS record headers of many datagrams at once (RFC 6347 section 4.1): the columns' counterpart of `iter_records`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ...vantage.rtp_columns import big_endian
from ...vantage.window import Flags, Ints, Window
from ...wire.demux import PacketClass
from ...wire.dtls.record import MAX_FRAGMENT, RECORD_HEADER, ContentType
from ..stream_rows import Places

MAX_RECORDS: Final = 64
"""Records of one datagram that are read: a flight of small fragments has a dozen."""

_VERSIONS: Final = 0xFE
_READ: Final = (
    ContentType.CHANGE_CIPHER_SPEC,
    ContentType.ALERT,
    ContentType.HANDSHAKE,
    ContentType.APPLICATION_DATA,
    ContentType.HEARTBEAT,
)
"""Types whose header is the plain one: RFC 9146 puts a connection id into the other, RFC 9147 encrypts the sequence."""


@dataclass(frozen=True, eq=False)
class RecordColumns:
    """One element per record; `row` is the place of its datagram in the window, `at` that of its fragment in the data.

    Records that are cut off, malformed, or of DTLS 1.3's own form end the reading of their datagram; `unread` is the
    number of datagrams that have any.
    """

    row: Places
    kind: Ints
    epoch: Ints
    sequence: Ints
    at: Ints
    length: Ints
    unread: int

    def __len__(self) -> int:
        return len(self.row)


def record_columns(window: Window) -> RecordColumns:
    """Read the rows of the class DTLS; the records of a datagram follow each other."""
    rows = window.rows(PacketClass.DTLS)
    at, end = window.offset[rows], window.offset[rows] + window.length[rows]
    parts: list[tuple[Ints, ...]] = []
    unread = 0
    for _ in range(MAX_RECORDS):
        if not len(rows):
            break
        sound, length = _sound(window, at, end)
        unread += int(np.count_nonzero(~sound))
        rows, at, end, length = rows[sound], at[sound], end[sound], length[sound]
        data = window.data
        parts.append((rows, data[at].astype(np.int64), big_endian(data, at + 3, 2), big_endian(data, at + 5, 6),
                      at + RECORD_HEADER, length))  # fmt: skip
        at = at + RECORD_HEADER + length
        more = at < end
        rows, at, end = rows[more], at[more], end[more]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] or [np.zeros(0, np.int64)] * 6
    order = np.argsort(columns[0], kind="stable")
    row, kind, epoch, sequence, fragment, length = (column[order] for column in columns)
    return RecordColumns(row, kind, epoch, sequence, fragment, length, unread + len(rows))


def _sound(window: Window, at: Ints, end: Ints) -> tuple[Flags, Ints]:
    """Whether a whole plain record begins at each place, and the length of its fragment."""
    room = at + RECORD_HEADER <= end
    start = np.where(room, at, 0)
    data = window.data
    length = np.where(room, big_endian(data, start + RECORD_HEADER - 2, 2), 0) if len(data) >= RECORD_HEADER else room
    sound = room & np.isin(data[start], _READ) & (data[start + 1] == _VERSIONS)
    sound &= (length <= MAX_FRAGMENT) & (at + RECORD_HEADER + length <= end)
    return sound, length.astype(np.int64)
