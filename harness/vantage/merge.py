"""Many captures as one, for a tool whose start costs more than the packets of many calls."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from socket import inet_ntoa
from typing import BinaryIO, Final

from ..model.datagram import Address
from . import udp
from .ipv4 import LINKTYPE_RAW

PORT: Final = 50_000
"""Wireshark has no protocol registered on it. Ephemeral ports of real calls hit registered ones now and then
(44818 is EtherNet/IP), and then every packet without a better claim is taken for that protocol."""

_NETWORK: Final = 10 << 24
_MOST_SOCKETS: Final = 1 << 24
_SECTION: Final = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
_INTERFACE: Final = struct.pack("<IIHHII", 1, 20, LINKTYPE_RAW, 0, 0, 20)
_LAST_FRAME: Final = b"last frame of the last capture"


def merge(captures: Iterable[Path], target: Path) -> list[int]:
    """Write the packets of all captures, one capture after the other, into a new pcapng file.

    Every socket of every capture gets an address of its own in 10/8, and PORT. So no two captures share a
    conversation, not even the two legs of one call. Payloads and their order stay, times do not. One more frame, which
    is of no protocol of a call, marks the end: a reader that shows it has come past all others.

    Gives the number of packets of each capture; CaptureError for one that cannot be read.
    """
    sockets = _sockets()
    counts: list[int] = []
    with target.open("xb") as file:
        file.write(_SECTION + _INTERFACE)
        for capture in captures:
            addresses: dict[Address, Address] = {}
            first = frames = sum(counts)
            for packet, where in udp.datagrams(capture):
                for end in (where.source, where.destination):
                    if end not in addresses:
                        addresses[end] = next(sockets)
                payload = packet.data[where.start :]
                _write(file, udp.pack(addresses[where.source], addresses[where.destination], payload, frames), frames)
                frames += 1
            counts.append(frames - first)
        _write(file, udp.pack(next(sockets), next(sockets), _LAST_FRAME), sum(counts))
    return counts


def _sockets() -> Iterator[Address]:
    for number in count(1):
        if number == _MOST_SOCKETS:
            raise ValueError(f"the captures have more than {_MOST_SOCKETS - 1} sockets")
        yield inet_ntoa((_NETWORK + number).to_bytes(4)), PORT


def _write(file: BinaryIO, packet: bytes, number: int) -> None:
    """An enhanced packet block; the number of the frame stands for its time, in microseconds."""
    size = 32 + len(packet) + -len(packet) % 4
    head = struct.pack("<IIIIIII", 6, size, 0, number >> 32, number & 0xFFFFFFFF, len(packet), len(packet))
    file.write(head + packet + bytes(-len(packet) % 4) + struct.pack("<I", size))
