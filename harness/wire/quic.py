"""The long header of QUIC (RFC 8999 section 5.1, RFC 9000 section 17.2): enough to say that a packet is QUIC.

Everything behind it is encrypted; the short header of the later packets has nothing that an observer could be sure of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_ID: Final = 20
"""Bytes of a connection id in the versions that are known (RFC 9000 section 17.2)."""

VERSIONS: Final[dict[int, str]] = {0x00000001: "1", 0x6B3343CF: "2"}
"""RFC 9000 and RFC 9369."""

DRAFTS: Final = 0xFF0000
"""The three high bytes of the versions of drafts (RFC 9000 section 15)."""

_TYPES: Final = {
    "1": ("Initial", "0-RTT", "Handshake", "Retry"),
    "2": ("Retry", "Initial", "0-RTT", "Handshake"),
}
_NEGOTIATION: Final = 0
_FIXED: Final = 7
"""First byte, version, and the lengths of two empty connection ids."""


@dataclass(frozen=True, slots=True)
class LongHeader:
    """`version`: "1", "2", "draft-29", or "negotiation" for the packet in which a server says what it can.
    `type`: "Initial", "0-RTT", "Handshake", "Retry", or "Version Negotiation"."""

    version: str
    type: str
    destination_id: bytes
    source_id: bytes


def version_name(version: int) -> str | None:
    """The name of a version that is in use; None for any other number, which any bytes might be."""
    if version >> 8 == DRAFTS and version & 0xFF:
        return f"draft-{version & 0xFF}"
    return VERSIONS.get(version)


def parse(data: bytes) -> LongHeader:
    """Read the first packet of a datagram. ValueError when it is no long header, or of a version that is not known."""
    if len(data) < _FIXED:
        raise ValueError(f"{len(data)} bytes are too few for a long header of QUIC")
    first, version = data[0], int.from_bytes(data[1:5], "big")
    if not first & 0x80:
        raise ValueError("the header is not long")
    name = "negotiation" if version == _NEGOTIATION else version_name(version)
    if name is None:
        raise ValueError(f"QUIC has no version 0x{version:08X}")
    if version != _NEGOTIATION and not first & 0x40:
        raise ValueError("the fixed bit is not set")
    destination_id, at = _connection_id(data, 5, "destination")
    source_id, at = _connection_id(data, at, "source")
    if version == _NEGOTIATION:
        if at == len(data) or (len(data) - at) % 4:
            raise ValueError("a Version Negotiation packet does not hold whole versions")
        return LongHeader(name, "Version Negotiation", destination_id, source_id)
    kind = _TYPES["2" if name == "2" else "1"][first >> 4 & 0x03]
    return LongHeader(name, kind, destination_id, source_id)


def _connection_id(data: bytes, at: int, which: str) -> tuple[bytes, int]:
    if at >= len(data):
        raise ValueError(f"the {which} connection id is not there")
    length, start = data[at], at + 1
    if length > LONGEST_ID or start + length > len(data):
        raise ValueError(f"the {which} connection id says {length} bytes")
    return data[start : start + length], start + length
