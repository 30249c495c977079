"""IPv4 packets and the Internet checksum (RFC 791, RFC 1071), to bytes."""

from __future__ import annotations

import struct
from socket import inet_aton
from typing import Final

Address = tuple[str, int]

HEADER: Final = struct.Struct("!BBHHHBBH4s4s")
PSEUDO_HEADER: Final = struct.Struct("!4s4sBBH")
"""What the checksums of UDP and TCP cover beside their own bytes (RFC 9293 section 3.1)."""

_DO_NOT_FRAGMENT: Final = 0x4000
_TIME_TO_LIVE: Final = 64


def inet_pair(source: Address, destination: Address) -> tuple[bytes, bytes]:
    """Both hosts as four bytes each. OSError for an address that is not IPv4."""
    return inet_aton(source[0]), inet_aton(destination[0])


def packet(pair: tuple[bytes, bytes], protocol: int, payload: bytes, identification: int) -> bytes:
    """One packet with its checksum; `identification` is taken modulo 65536. struct.error when it is too long."""
    header = HEADER.pack(
        0x45, 0, HEADER.size + len(payload), identification & 0xFFFF, _DO_NOT_FRAGMENT, _TIME_TO_LIVE, protocol, 0,
        *pair,
    )  # fmt: skip
    return header[:10] + checksum(header).to_bytes(2) + header[12:] + payload


def checksum(data: bytes) -> int:
    """The one's complement sum of 16-bit words is the number modulo 65535."""
    words = int.from_bytes(data) << 8 * (len(data) % 2)
    return -(words % 0xFFFF) % 0xFFFF
