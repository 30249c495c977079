"""UDP (RFC 768) and TCP (RFC 9293) headers of many packets at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..window import Ints, Transport
from .addresses import Addresses
from .packets import Packets, with_room
from .rows import Rows, datagram_rows
from .sheet import Layer, Sheet

UDP_HEADER: Final = 8
TCP_HEADER: Final = 20

_UDP: Final = np.dtype([("ports", ">u4"), ("length", ">u2"), ("checksum", ">u2")])
_TCP: Final = np.dtype(
    [("ports", ">u4"), ("sequence", ">u4"), ("acknowledgment", ">u4"), ("offset", "u1"), ("flags", "u1")]
)


@dataclass(frozen=True, eq=False)
class Segments:
    """TCP segments behind their headers: `packets.at` is where the payload begins."""

    packets: Packets
    flow: Ints
    sequence: Ints
    flags: Ints


def udp_rows(sheet: Sheet, packets: Packets, addresses: Addresses) -> Rows:
    """The datagrams, each as long as its header says, or as the packet is where that is shorter."""
    packets = with_room(sheet, packets, UDP_HEADER, "a packet ends inside its UDP header")
    header = sheet.load(packets.at, _UDP)
    length = header["length"].astype(np.int64)
    sound = length >= UDP_HEADER
    if not sound.all():
        sheet.problem("a UDP length that is shorter than the header", packets.frame[~sound])
        packets, header, length = packets.only(sound), header[sound], length[sound]
    flow = addresses.flow(sheet, packets, header["ports"].astype(np.int64), Transport.UDP)
    packets = packets.behind(UDP_HEADER)
    length -= UDP_HEADER
    sheet.claim(Layer.TRANSPORT, packets.frame, UDP_HEADER)
    room = packets.room
    missing = length - room
    if missing.any():
        sheet.claim(Layer.TRAILING, packets.frame, np.maximum(-missing, 0))
        sheet.problem("a UDP datagram that is longer than its packet", packets.frame[missing > packets.missing])
        length, missing = np.minimum(length, room), np.maximum(missing, 0)
    sheet.claim(Layer.MESSAGE, packets.frame, length)
    return datagram_rows(packets.frame, flow, packets.at, length, missing)


def tcp_segments(sheet: Sheet, packets: Packets, addresses: Addresses) -> Segments:
    """The segments, with and without payload; options are part of the header."""
    packets = with_room(sheet, packets, TCP_HEADER, "a packet ends inside its TCP header")
    header = sheet.load(packets.at, _TCP)
    size = 4 * (header["offset"] >> 4).astype(np.int64)
    sound = (size >= TCP_HEADER) & (size <= packets.room)
    if not sound.all():
        sheet.problem("a malformed TCP header", packets.frame[~sound])
        packets, header, size = packets.only(sound), header[sound], size[sound]
    flow = addresses.flow(sheet, packets, header["ports"].astype(np.int64), Transport.TCP)
    sheet.claim(Layer.TRANSPORT, packets.frame, size)
    return Segments(packets.behind(size), flow, header["sequence"].astype(np.int64), header["flags"].astype(np.int64))
