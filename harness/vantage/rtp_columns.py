"""RTP headers of many rows at once (RFC 3550 section 5.1): the columns' counterpart of `wire.rtp.parse`."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ..wire.demux import PacketClass
from ..wire.rtp import RTP_FIXED_HEADER
from .window import Bytes, Flags, Ints, Window


@dataclass(frozen=True, eq=False)
class RtpColumns:
    """One element per row that claims to be RTP; `row` is its place in the window.

    `header`: bytes up to the payload. `extension`: the profile of the header extension (0xBEDE …), -1 without one;
    `extension_at`, `extension_length`: where in the window's data its body lies, without the four bytes in front.
    `sound`: the header fits into the row. Where it does not, `header` is the row's length and `extension` -1.
    """

    row: NDArray[np.intp]
    payload_type: NDArray[np.uint8]
    marker: Flags
    padding: Flags
    sequence: Ints
    timestamp: Ints
    ssrc: Ints
    header: Ints
    extension: Ints
    extension_at: Ints
    extension_length: Ints
    sound: Flags

    def __len__(self) -> int:
        return len(self.row)

    def only(self, wanted: Flags) -> RtpColumns:
        """The elements where `wanted` is true."""
        return RtpColumns(*(getattr(self, one.name)[wanted] for one in fields(self)))


def big_endian(data: Bytes, at: Ints, size: int) -> Ints:
    """The unsigned numbers of `size` bytes (at most 7) that begin at `at`; every place must lie in `data`."""
    value = data[at].astype(np.int64)
    for step in range(1, size):
        value = value << 8 | data[at + step]
    return value


def rtp_columns(window: Window) -> RtpColumns:
    """Read every row of the class SRTP; classification has seen to it that twelve bytes are there."""
    rows = window.rows(PacketClass.SRTP)
    data, at, length = window.data, window.offset[rows], window.length[rows]
    first, second = data[at], data[at + 1]
    fixed = RTP_FIXED_HEADER + 4 * (first & 0x0F).astype(np.int64)
    header, extension = fixed.copy(), np.full(len(rows), -1, np.int64)
    extension_at, extension_length = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    sound = fixed <= length
    extended = np.flatnonzero((first & 0x10).astype(bool))
    has_room = fixed[extended] + 4 <= length[extended]
    sound[extended[~has_room]] = False
    extended = extended[has_room]
    body = at[extended] + fixed[extended] + 4
    extension[extended] = big_endian(data, body - 4, 2)
    extension_at[extended] = body
    extension_length[extended] = 4 * big_endian(data, body - 2, 2)
    header[extended] = fixed[extended] + 4 + extension_length[extended]
    sound &= header <= length
    broken = ~sound
    header[broken], extension[broken], extension_length[broken] = length[broken], -1, 0
    return RtpColumns(
        row=rows,
        payload_type=(second & 0x7F).astype(np.uint8),
        marker=(second & 0x80).astype(bool),
        padding=(first & 0x20).astype(bool),
        sequence=big_endian(data, at + 2, 2),
        timestamp=big_endian(data, at + 4, 4),
        ssrc=big_endian(data, at + 8, 4),
        header=header,
        extension=extension,
        extension_at=extension_at,
        extension_length=extension_length,
        sound=sound,
    )
