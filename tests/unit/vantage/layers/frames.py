"""Frames made by hand, byte by byte after the RFCs, without our readers and without scapy."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from ipaddress import ip_address

import numpy as np

from harness.vantage.window import Direction, Frames, Window

ETHERNET, RAW = 1, 101
ALICE, BOB, SERVER, PEER = "192.0.2.1", "192.0.2.2", "198.51.100.5", "203.0.113.9"
UDP, TCP = 17, 6
COOKIE = 0x2112A442
LAYERS = ("link", "network", "transport", "message", "trailing", "repeated", "unknown")
GAP = 5
"""Bytes between two frames, as the headers of a capture's records lie between them."""


def frames(
    packets: Sequence[bytes],
    link: int | Sequence[int] = ETHERNET,
    first: int = 1,
    wire: Sequence[int] | None = None,
    direction: Direction = Direction.UNKNOWN,
    times: Sequence[float] | None = None,
) -> Frames:
    """A window of these frames. `wire`: their lengths on the wire, where they were cut."""
    count = len(packets)
    length = np.array([len(one) for one in packets], np.int64)
    offset = np.cumsum(length + GAP) - length
    return Frames(
        data=np.frombuffer(b"".join(b"\xee" * GAP + one for one in packets), np.uint8),
        first=first,
        offset=offset,
        length=length,
        wire_length=length.copy() if wire is None else np.array(wire, np.int64),
        time=np.arange(count, dtype=np.float64) if times is None else np.array(times, np.float64),
        link=np.broadcast_to(np.array(link, np.int32), (count,)).copy(),
        interface=np.zeros(count, np.int32),
        direction=np.full(count, direction, np.uint8),
        place=offset + 1000,
    )


def ethernet(payload: bytes, ethertype: int = 0x0800, tags: Sequence[int] = ()) -> bytes:
    kinds = [*tags, ethertype]
    return bytes(12) + struct.pack("!H", kinds[0]) + b"".join(struct.pack("!HH", 7, one) for one in kinds[1:]) + payload


def ipv4(
    payload: bytes, source: str = ALICE, destination: str = BOB, protocol: int = UDP, options: bytes = b"",
    identification: int = 1, start: int = 0, more: bool = False, total: int | None = None,
) -> bytes:  # fmt: skip
    header = 20 + len(options)
    return (
        struct.pack(
            "!BBHHHBBH", 0x40 | header // 4, 0, header + len(payload) if total is None else total, identification,
            start // 8 | (0x2000 if more else 0), 64, protocol, 0,
        )
        + ip_address(source).packed + ip_address(destination).packed + options + payload
    )  # fmt: skip


def ipv6(
    payload: bytes, source: str = "2001:db8::1", destination: str = "2001:db8::2", following: int = UDP,
    length: int | None = None,
) -> bytes:  # fmt: skip
    said = len(payload) if length is None else length
    return (
        struct.pack("!IHBB", 6 << 28, said, following, 64)
        + ip_address(source).packed + ip_address(destination).packed + payload
    )  # fmt: skip


def udp(payload: bytes, source: int = 5000, destination: int = 6000, length: int | None = None) -> bytes:
    return struct.pack("!HHHH", source, destination, 8 + len(payload) if length is None else length, 0) + payload


def tcp(
    payload: bytes, sequence: int, source: int = 5000, destination: int = 6000, flags: int = 0x10, options: bytes = b""
) -> bytes:
    offset = (20 + len(options)) // 4 << 4
    fixed = struct.pack("!HHIIBBHHH", source, destination, sequence % (1 << 32), 0, offset, flags, 0, 0, 0)
    return fixed + options + payload


def datagram(payload: bytes, source: str = f"{ALICE}:5000", destination: str = f"{BOB}:6000") -> bytes:
    """An Ethernet frame with a UDP datagram over IPv4."""
    (host, port), (other, other_port) = source.split(":"), destination.split(":")
    return ethernet(ipv4(udp(payload, int(port), int(other_port)), host, other))


def segment(
    payload: bytes, sequence: int, flags: int = 0x10, source: str = f"{ALICE}:5000", destination: str = f"{BOB}:6000"
) -> bytes:
    """An Ethernet frame with a TCP segment over IPv4."""
    (host, port), (other, other_port) = source.split(":"), destination.split(":")
    return ethernet(ipv4(tcp(payload, sequence, int(port), int(other_port), flags), host, other, TCP))


def stun(kind: int, attributes: Sequence[tuple[int, bytes]] = (), transaction: bytes = bytes(range(12))) -> bytes:
    body = b"".join(struct.pack("!HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in attributes)
    return struct.pack("!HHI", kind, len(body), COOKIE) + transaction + body


def xored(address: str, transaction: bytes = bytes(range(12))) -> bytes:
    """The value of an XOR-…-ADDRESS (RFC 8489 section 14.2)."""
    host, port = address.rsplit(":", 1)
    packed = ip_address(host.strip("[]")).packed
    mask = COOKIE.to_bytes(4) + transaction
    xor = bytes(one ^ other for one, other in zip(packed, mask, strict=False))
    return struct.pack("!BBH", 0, 1 if len(packed) == 4 else 2, int(port) ^ COOKIE >> 16) + xor


def channel_data(payload: bytes, number: int = 0x4001, padded: bool = False) -> bytes:
    return struct.pack("!HH", number, len(payload)) + payload + bytes(-len(payload) % 4 if padded else 0)


def messages(window: Window) -> list[tuple[str, str, bytes]]:
    """Source, destination and message of every row."""
    names = window.endpoints.names
    ends = zip(window.source.tolist(), window.destination.tolist(), strict=True)
    return [(names[one], names[other], window.payload(row)) for row, (one, other) in enumerate(ends)]


def account(window: Window, frame: int = 0) -> dict[str, int]:
    """The bytes of one frame, by layer, without the layers that have none."""
    counted = window.frame_bytes
    return {name: size for name in LAYERS if (size := int(getattr(counted, name)[frame]))}
