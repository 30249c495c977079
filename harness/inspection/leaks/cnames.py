"""CNAMEs in RTCP that is not encrypted: plain RTCP, and SRTCP without the E flag (RFC 3550 section 6.5.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from ...vantage.rtp_columns import big_endian
from ...vantage.window import Window
from ...wire.demux import PacketClass
from ...wire.rtp import RTCP_HEADER, parse_rtcp
from ..stream_rows import Places

MAX_READ: Final = 1_000
"""Datagrams of one window that are read one by one."""

_SDES: Final = 202
_TYPES: Final = range(200, 208)
_CNAME: Final = 1
_TRAILERS: Final = (0, 14, 20)
"""Bytes behind the last packet: none, index and tag of 80 bits, index and tag of 128."""


def clear_cnames(window: Window) -> list[tuple[int, int, str]]:
    """Row, SSRC and name of each CNAME that lies in clear, in at most MAX_READ datagrams."""
    return [
        (row, ssrc, name)
        for row in _candidates(window)[:MAX_READ].tolist()
        for ssrc, name in _names(window.payload(row))
    ]


def _candidates(window: Window) -> Places:
    """Rows where a second RTCP packet seems to begin behind the first, or that begin with a source description."""
    rows = window.rows(PacketClass.SRTCP)
    at, data = window.offset[rows], window.data
    first = 4 * (big_endian(data, at + 2, 2) + 1)
    room = first + RTCP_HEADER <= window.length[rows]
    second = np.where(room, at + first, at)
    follows = room & (data[second] >> 6 == 2) & (data[second + 1] >= _TYPES.start) & (data[second + 1] < _TYPES.stop)
    found: Places = rows[follows | (data[at + 1] == _SDES)]
    return found


def _names(datagram: bytes) -> Iterator[tuple[int, str]]:
    """The CNAMEs of a compound that is in clear up to its end, or to its index and tag; none of another datagram."""
    found: list[tuple[int, str]] = []
    at = 0
    while len(datagram) - at not in _TRAILERS or at == 0:
        try:
            header = parse_rtcp(datagram[at:])
        except ValueError:
            return
        if header.packet_type not in _TYPES or at + header.size > len(datagram):
            return
        if header.packet_type == _SDES:
            found.extend(_chunks(datagram[at + 4 : at + header.size], header.count))
        at += header.size
    yield from found


def _chunks(body: bytes, count: int) -> Iterator[tuple[int, str]]:
    at = 0
    for _ in range(count):
        ssrc, at = int.from_bytes(body[at : at + 4], "big"), at + 4
        while at + 2 <= len(body) and body[at]:
            kind, size = body[at], body[at + 1]
            text = body[at + 2 : at + 2 + size]
            if kind == _CNAME and text.isascii() and text.decode("ascii").isprintable() and text:
                yield ssrc, text.decode("ascii")
            at += 2 + size
        at = at // 4 * 4 + 4
