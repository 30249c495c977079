"""UDP over IPv4, to and from bytes (RFC 791, RFC 768). Taps see payloads; a capture holds whole packets."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from socket import inet_aton, inet_ntoa
from typing import Final, NamedTuple

from ..model.datagram import Address
from .capture import CaptureError, open_capture

LINKTYPE_RAW: Final = 101
"""Packets begin with the IP header (registry of link-layer header types at tcpdump.org)."""

_IPV4: Final = struct.Struct("!BBHHHBBH4s4s")
_UDP: Final = struct.Struct("!HHHH")
_PSEUDO_HEADER: Final = struct.Struct("!4s4sBBH")
_PROTOCOL_UDP: Final = 17
_DO_NOT_FRAGMENT: Final = 0x4000
_FRAGMENT: Final = 0x3FFF
_TIME_TO_LIVE: Final = 64


class Packet(NamedTuple):
    """An IPv4 packet of a capture: `place` is its byte in the file, `time` in seconds since 1970."""

    place: int
    time: float
    data: bytes


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
    source_ip, destination_ip = inet_aton(source[0]), inet_aton(destination[0])
    length = _UDP.size + len(payload)
    udp = _UDP.pack(source[1], destination[1], length, 0)
    pseudo = _PSEUDO_HEADER.pack(source_ip, destination_ip, 0, _PROTOCOL_UDP, length)
    # RFC 768: a computed checksum of zero is sent as all ones, because zero says that there is none.
    udp = udp[:6] + (_checksum(pseudo + udp + payload) or 0xFFFF).to_bytes(2)
    ip = _IPV4.pack(
        0x45, 0, _IPV4.size + length, identification & 0xFFFF, _DO_NOT_FRAGMENT, _TIME_TO_LIVE, _PROTOCOL_UDP, 0,
        source_ip, destination_ip,
    )  # fmt: skip
    return ip[:10] + _checksum(ip).to_bytes(2) + ip[12:] + udp + payload


def _checksum(data: bytes) -> int:
    """Internet checksum (RFC 1071). The one's complement sum of 16-bit words is the number modulo 65535."""
    words = int.from_bytes(data) << 8 * (len(data) % 2)
    return -(words % 0xFFFF) % 0xFFFF


def locate(packet: bytes) -> Location:
    """Where the UDP payload of an IPv4 packet lies. ValueError for anything but one whole UDP datagram.

    Checksums are not judged: a capture from a real interface has them unset where the hardware computes them.
    """
    if len(packet) < _IPV4.size:
        raise ValueError(f"an IPv4 header has 20 bytes, this packet has {len(packet)}")
    first, _, total, _, fragment, _, protocol, _, source, destination = _IPV4.unpack_from(packet)
    header = (first & 0x0F) * 4
    if first >> 4 != 4 or header < _IPV4.size:
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


def datagrams(path: Path) -> Iterator[tuple[Packet, Location]]:
    """Every packet of a capture of UDP over IPv4; CaptureError for one that is not a whole UDP datagram.

    This is for captures of our own making: a damaged file is an error too. One cut exactly between two packets is
    sound: compare their number with what the tap counted.
    """
    for packet, link in _packets(path):
        if link != LINKTYPE_RAW:
            fault = f"link type {link}"
            raise CaptureError(path, packet.place, fault, f"only raw IP (link type {LINKTYPE_RAW}) can be read")
        try:
            yield packet, locate(packet.data)
        except ValueError as error:
            raise CaptureError(path, packet.place, "no UDP datagram", str(error)) from error


def _packets(path: Path) -> Iterator[tuple[Packet, int]]:
    """Every packet with its link type; CaptureError for one of which the capture kept only a part."""
    for frames in open_capture(path, strict=True).windows():
        data = frames.data.data
        for place, time, start, length, wire, link in zip(
            frames.place.tolist(), frames.time.tolist(), frames.offset.tolist(),
            frames.length.tolist(), frames.wire_length.tolist(), frames.link.tolist(), strict=True,
        ):  # fmt: skip
            if length != wire:
                raise CaptureError(path, place, "shortened packet", f"{length} bytes were kept of {wire}")
            yield Packet(place, time, bytes(data[start : start + length])), link
