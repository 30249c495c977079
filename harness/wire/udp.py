"""UDP over IPv4, to and from bytes (RFC 791, RFC 768)."""

from __future__ import annotations

import struct
from socket import inet_ntoa
from typing import Final, NamedTuple

from .ipv4 import HEADER, PSEUDO_HEADER, Address, checksum, inet_pair, packet

_UDP: Final = struct.Struct("!HHHH")
_PROTOCOL_UDP: Final = 17
_FRAGMENT: Final = 0x3FFF


class Location(NamedTuple):
    """Where a UDP payload lies in an IPv4 packet, and between whom it went."""

    source: Address
    destination: Address
    start: int
    length: int


def pack(source: Address, destination: Address, payload: bytes, identification: int = 0) -> bytes:
    """One IPv4 packet with a UDP datagram and both checksums; `identification` is taken modulo 65536.

    OSError for an address that is not IPv4, struct.error for a port or payload that does not fit.
    """
    pair = inet_pair(source, destination)
    length = _UDP.size + len(payload)
    header = _UDP.pack(source[1], destination[1], length, 0)
    pseudo = PSEUDO_HEADER.pack(*pair, 0, _PROTOCOL_UDP, length)
    # RFC 768: a computed checksum of zero is sent as all ones, because zero says that there is none.
    total = checksum(pseudo + header + payload) or 0xFFFF
    return packet(pair, _PROTOCOL_UDP, header[:6] + total.to_bytes(2) + payload, identification)


def locate(packet: bytes) -> Location:
    """Where the UDP payload of an IPv4 packet lies. ValueError for anything but one whole UDP datagram.

    Checksums are not judged: a capture from a real interface has them unset where the hardware computes them.
    """
    if len(packet) < HEADER.size:
        raise ValueError(f"an IPv4 header has 20 bytes, this packet has {len(packet)}")
    first, _, total, _, fragment, _, protocol, _, source, destination = HEADER.unpack_from(packet)
    header = (first & 0x0F) * 4
    if first >> 4 != 4 or header < HEADER.size:
        raise ValueError(f"no IPv4 header starts with the byte 0x{first:02x}")
    if protocol != _PROTOCOL_UDP:
        raise ValueError(f"only UDP can be read, this is IP protocol {protocol}")
    if fragment & _FRAGMENT:
        raise ValueError("a fragment of an IPv4 packet cannot be read")
    if total != len(packet):
        raise ValueError(f"the IPv4 header claims {total} bytes, the packet has {len(packet)}")
    if total < header + _UDP.size:
        raise ValueError(f"{total} bytes leave no room for a UDP header")
    source_port, destination_port, length, _ = _UDP.unpack_from(packet, header)
    if length != total - header:
        raise ValueError(f"the UDP header claims {length} bytes, the IPv4 packet carries {total - header}")
    return Location(
        (inet_ntoa(source), source_port), (inet_ntoa(destination), destination_port), header + 8, length - 8
    )
