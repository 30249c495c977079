"""What packets have in fixed places, as tables: one record per packet, or per header extension element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ...vantage.rtp_columns import RtpColumns, big_endian
from ...vantage.window import Bytes, Flags, Ints, Window
from ...wire.demux import PacketClass
from ..extension_elements import elements as extension_elements
from ..stream_rows import directions


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of every record: region `number` of its table, `size` bytes from column `start` on.

    `ending`: it is flush with an end, so its last byte is always there; otherwise its first one is.
    """

    name: str
    number: int
    start: int
    size: int
    ending: bool = False


MESSAGE: Final = Region("the message", 0, 0, 64)
NETWORK: Final = Region("the network header", 1, 64, 48)
PAYLOAD: Final = Region("the RTP payload", 2, 112, 16)
ENDING: Final = Region("the message, from its end", 3, 128, 32, ending=True)
PACKET: Final = (MESSAGE, NETWORK, PAYLOAD, ENDING)
"""IPv6 and UDP headers take 48 bytes. A message's first 64 bytes hold every clear header and much of the payload."""

ELEMENT: Final = (Region("the header extension element", 0, 0, 16),)

_EDGE: Final = np.zeros(64, np.uint8)
"""In front of a window's data and behind it, so that a region may reach beyond them."""


@dataclass(frozen=True, eq=False)
class Records:
    """One row per record, in the order of the capture.

    `cells`: bytes, shape (records, width); `count`: how many of each region are there, shape (records, regions), from
    the region's beginning, or its end when it is `ending`; the first tells how large a record is. `stream`: what keeps
    senders apart: leg, direction, class and SSRC. `frame`: the frame that carried it.
    """

    cells: Bytes
    count: NDArray[np.uint8]
    stream: Ints
    frame: Ints

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, which: NDArray[np.intp] | Flags) -> Records:
        """The records in these places."""
        return Records(self.cells[which], self.count[which], self.stream[which], self.frame[which])


def joined(parts: Sequence[Records]) -> Records:
    """Records one behind the other; at least one part must be given."""
    return Records(
        np.concatenate([one.cells for one in parts]),
        np.concatenate([one.count for one in parts]),
        np.concatenate([one.stream for one in parts]),
        np.concatenate([one.frame for one in parts]),
    )


_SSRC_BITS: Final = 32
_CLASS_BITS: Final = 3
_ID_BITS: Final = 8


def same_class(stream: Ints) -> Ints:
    """A number for everything of one class that goes one way on one leg."""
    return stream >> _SSRC_BITS


def same_direction(stream: Ints) -> Ints:
    """A number for everything that goes one way on one leg."""
    return stream >> _SSRC_BITS + _CLASS_BITS


def sender_of(stream: int) -> tuple[int, str, str]:
    """Leg, class with SSRC, and direction of a stream's number, in words."""
    way, klass = divmod(stream >> _SSRC_BITS, 1 << _CLASS_BITS)
    name = PacketClass(klass).name.replace("_", " ")
    ssrc = stream & (1 << _SSRC_BITS) - 1
    of = f" with SSRC 0x{ssrc:08x}" if klass in (PacketClass.SRTP, PacketClass.SRTCP) else ""
    return way >> 1, f"{name}{of}", "sent by the near end" if way & 1 else "sent by the far end"


def packets(window: Window, rtp: RtpColumns) -> Records:
    """Every row: where its message begins, its network header, its RTP payload, and where its message ends."""
    rows = len(window)
    frame = window.frame - window.frames.first
    headers, parts = window.frames.offset[frame], window.frame_bytes
    network = (headers + parts.link[frame], (parts.network + parts.transport)[frame])
    header, payload = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    header[rtp.row], payload[rtp.row] = rtp.header, window.length[rtp.row] - rtp.header
    ends = window.offset + window.length - ENDING.size
    data = np.concatenate((_EDGE, window.data, _EDGE))
    places = ((window.offset, window.length), network, (window.offset + header, payload), (ends, window.length))
    cells = [
        sliding_window_view(data, region.size)[at + len(_EDGE)] for region, (at, _) in zip(PACKET, places, strict=True)
    ]
    count = [np.minimum(size, region.size) for region, (_, size) in zip(PACKET, places, strict=True)]
    return Records(
        np.concatenate(cells, axis=1), np.stack(count, axis=1).astype(np.uint8), _streams(window, rtp), window.frame
    )


def _streams(window: Window, rtp: RtpColumns) -> Ints:
    every = np.arange(len(window))
    stream = (directions(window, every) << _CLASS_BITS | window.klass) << _SSRC_BITS
    stream[rtp.row] |= rtp.ssrc
    control = window.rows(PacketClass.SRTCP)
    stream[control] |= big_endian(window.data, window.offset[control] + 4, 4)
    return stream


def elements(window: Window, rtp: RtpColumns) -> tuple[Records, int]:
    """The value of every header extension element, kept apart by stream and by identifier.

    The number is of extensions that were not read to their end.
    """
    found = extension_elements(window, rtp)
    row = rtp.row[found.place]
    stream = (directions(window, row) << _SSRC_BITS | rtp.ssrc[found.place]) << _ID_BITS | found.number
    (region,) = ELEMENT
    count = np.minimum(found.length, region.size).astype(np.uint8)[:, None]
    cells = sliding_window_view(np.concatenate((window.data, _EDGE)), region.size)[found.at]
    return Records(cells, count, stream, window.frame[row]), found.unread


def element_of(stream: int) -> tuple[int, str]:
    """Leg, and the stream and the identifier in words, of a stream's number among elements."""
    sender, identifier = divmod(stream, 1 << _ID_BITS)
    way, ssrc = divmod(sender, 1 << _SSRC_BITS)
    return way >> 1, f"identifier {identifier}, of SSRC 0x{ssrc:08x}"
