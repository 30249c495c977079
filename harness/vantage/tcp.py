"""A byte stream as TCP segments over IPv4, to and from bytes (RFC 9293, RFC 791).

Who stands in the middle of a connection reads streams, not segments. So that any tool can open what was seen, the tap
makes the segments itself: numbers and checksums are right, and how the bytes were cut says nothing.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path
from socket import inet_ntoa
from typing import Final

from ..model.datagram import Address
from ..wire.ipv4 import PSEUDO_HEADER, checksum, inet_pair, packet
from .ipv4 import frames

PROTOCOL: Final = 6
MOST: Final = 16_384
"""Bytes of one made segment."""

_TCP: Final = struct.Struct("!HHIIBBHHH")
_WINDOW: Final = 0xFFFF
_OFFSET: Final = 5 << 4


class Flags(IntFlag):
    """Control bits (RFC 9293 section 3.1)."""

    FIN = 1
    SYN = 2
    PSH = 8
    ACK = 16


@dataclass(frozen=True, slots=True)
class Segment:
    """What one segment says; `sequence` and `acknowledged` are taken modulo 2^32."""

    source: Address
    destination: Address
    sequence: int
    acknowledged: int
    flags: Flags
    payload: bytes = b""


def pack(segment: Segment, identification: int = 0) -> bytes:
    """One IPv4 packet with this segment and both checksums. OSError for an address that is not IPv4."""
    pair = inet_pair(segment.source, segment.destination)
    header = _TCP.pack(
        segment.source[1], segment.destination[1], segment.sequence & 0xFFFFFFFF, segment.acknowledged & 0xFFFFFFFF,
        _OFFSET, int(segment.flags), _WINDOW, 0, 0,
    )  # fmt: skip
    pseudo = PSEUDO_HEADER.pack(*pair, 0, PROTOCOL, len(header) + len(segment.payload))
    total = checksum(pseudo + header + segment.payload)
    return packet(pair, PROTOCOL, header[:16] + total.to_bytes(2) + header[18:] + segment.payload, identification)


@dataclass(frozen=True, slots=True)
class Connection:
    """Both directions of one connection: what the one that opened it sent, and what it got."""

    client: Address
    server: Address
    sent: bytes
    received: bytes


def connections(path: Path) -> tuple[Connection, ...]:
    """Every connection of a capture that `stream_tap` wrote, in the order in which they were opened.

    For captures of our own making: CaptureError for a damaged file; ValueError for what our tap does not write.
    """
    current: dict[tuple[Address, Address], tuple[bytearray, bytearray]] = {}
    opened: list[tuple[Address, Address, bytearray, bytearray]] = []
    for frame in frames(path):
        source, destination, flags, payload = _read(frame.data)
        if flags == Flags.SYN:
            one = (source, destination, bytearray(), bytearray())
            current[source, destination], current[destination, source] = (one[2], one[3]), (one[3], one[2])
            opened.append(one)
        elif (source, destination) not in current:
            raise ValueError(f"{path.name}: byte {frame.place} belongs to a connection that nobody opened")
        else:
            current[source, destination][0].extend(payload)
    return tuple(Connection(client, server, bytes(sent), bytes(got)) for client, server, sent, got in opened)


def _read(data: bytes) -> tuple[Address, Address, Flags, bytes]:
    if len(data) < 40 or data[0] != 0x45 or data[9] != PROTOCOL:
        raise ValueError("only whole TCP segments over IPv4 without options are written by the tap")
    source_port, destination_port = struct.unpack_from("!HH", data, 20)
    source, destination = (inet_ntoa(data[12:16]), source_port), (inet_ntoa(data[16:20]), destination_port)
    return source, destination, Flags(data[33]), data[40:]
