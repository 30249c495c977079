"""RTP headers of many rows at once (RFC 3550 section 5.1): the columns' counterpart of `wire.rtp.parse`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..wire.demux import PacketClass
from ..wire.rtp import RTP_FIXED_HEADER
from .gather import load
from .window import Bytes, Flags, Ints, Window

_FIXED_HEADER: Final = np.dtype(
    [("first", "u1"), ("second", "u1"), ("sequence", ">u2"), ("timestamp", ">u4"), ("ssrc", ">u4")]
)
_EXTENSION_HEADER: Final = np.dtype([("profile", ">u2"), ("words", ">u2")])


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
    if size in (1, 2, 4):
        return load(data, at, f">u{size}").astype(np.int64)
    value = big_endian(data, at, 1)
    for step in range(1, size):
        value = value << 8 | data[at + step]
    return value


def rtp_columns(window: Window) -> RtpColumns:
    """Read every row of the class SRTP; classification has seen to it that twelve bytes are there."""
    rows = window.rows(PacketClass.SRTP)
    data, at, length = window.data, window.offset[rows], window.length[rows]
    fixed = load(data, at, _FIXED_HEADER)
    first, second = fixed["first"], fixed["second"]
    header = RTP_FIXED_HEADER + 4 * (first & 0x0F).astype(np.int64)
    extended = (first & 0x10).astype(bool)
    # Where there is no extension these four bytes are payload, and what they seem to say is not used.
    extension_header = load(data, at + header, _EXTENSION_HEADER)
    extension_at = np.where(extended, at + header + 4, 0)
    extension_length = np.where(extended, 4 * extension_header["words"].astype(np.int64), 0)
    extension = np.where(extended, extension_header["profile"].astype(np.int64), -1)
    header += extension_length
    header += 4 * extended
    sound = header <= length
    if not sound.all():
        broken = ~sound
        header[broken], extension[broken] = length[broken], -1
        extension_at[broken] = extension_length[broken] = 0
    return RtpColumns(
        row=rows,
        payload_type=(second & 0x7F).astype(np.uint8),
        marker=second >= 0x80,
        padding=(first & 0x20).astype(bool),
        sequence=fixed["sequence"].astype(np.int64),
        timestamp=fixed["timestamp"].astype(np.int64),
        ssrc=fixed["ssrc"].astype(np.int64),
        header=header,
        extension=extension,
        extension_at=extension_at,
        extension_length=extension_length,
        sound=sound,
    )
