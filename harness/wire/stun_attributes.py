"""STUN attributes: their names, and how long a value of each can be."""

from __future__ import annotations

from typing import Final, NamedTuple


class Attribute(NamedTuple):
    """A registered attribute. `least`, `most`: bytes that its value can have, padding not counted."""

    name: str
    least: int
    most: int


_LONGEST_TEXT: Final = 763
"""Bytes of 127 characters, as a decoder must expect them (RFC 8489 sections 14.8 to 14.10 and 14.14)."""

_LONGEST_VALUE: Final = 65_535


def _fixed(name: str, size: int) -> Attribute:
    return Attribute(name, size, size)


def _address(name: str) -> Attribute:
    """Family and port, then an IPv4 or an IPv6 address (RFC 8489 section 14.1)."""
    return Attribute(name, 8, 20)


def _text(name: str) -> Attribute:
    return Attribute(name, 0, _LONGEST_TEXT)


REGISTERED: Final[dict[int, Attribute]] = {
    0x0001: _address("MAPPED-ADDRESS"),
    0x0003: _fixed("CHANGE-REQUEST", 4),
    0x0006: Attribute("USERNAME", 0, 512),
    0x0008: _fixed("MESSAGE-INTEGRITY", 20),
    0x0009: Attribute("ERROR-CODE", 4, 4 + _LONGEST_TEXT),
    0x000A: Attribute("UNKNOWN-ATTRIBUTES", 0, 128),
    0x000C: _fixed("CHANNEL-NUMBER", 4),
    0x000D: _fixed("LIFETIME", 4),
    0x0012: _address("XOR-PEER-ADDRESS"),
    0x0013: Attribute("DATA", 0, _LONGEST_VALUE),
    0x0014: _text("REALM"),
    0x0015: _text("NONCE"),
    0x0016: _address("XOR-RELAYED-ADDRESS"),
    0x0017: _fixed("REQUESTED-ADDRESS-FAMILY", 4),
    0x0018: _fixed("EVEN-PORT", 1),
    0x0019: _fixed("REQUESTED-TRANSPORT", 4),
    0x001A: _fixed("DONT-FRAGMENT", 0),
    0x001C: Attribute("MESSAGE-INTEGRITY-SHA256", 16, 32),
    0x001D: Attribute("PASSWORD-ALGORITHM", 4, 64),
    0x001E: _fixed("USERHASH", 32),
    0x0020: _address("XOR-MAPPED-ADDRESS"),
    0x0022: _fixed("RESERVATION-TOKEN", 8),
    0x0024: _fixed("PRIORITY", 4),
    0x0025: _fixed("USE-CANDIDATE", 0),
    0x002A: _fixed("CONNECTION-ID", 4),
    0x8000: _fixed("ADDITIONAL-ADDRESS-FAMILY", 4),
    0x8001: Attribute("ADDRESS-ERROR-CODE", 4, 4 + _LONGEST_TEXT),
    0x8002: Attribute("PASSWORD-ALGORITHMS", 4, 64),
    0x8003: Attribute("ALTERNATE-DOMAIN", 0, 255),
    0x8004: _fixed("ICMP", 8),
    0x8022: _text("SOFTWARE"),
    0x8023: _address("ALTERNATE-SERVER"),
    0x8025: _fixed("TRANSACTION_TRANSMIT_COUNTER", 4),
    0x8028: _fixed("FINGERPRINT", 4),
    0x8029: _fixed("ICE-CONTROLLED", 8),
    0x802A: _fixed("ICE-CONTROLLING", 8),
    0x802B: _address("RESPONSE-ORIGIN"),
    0x802C: _address("OTHER-ADDRESS"),
    0x802E: _text("THIRD-PARTY-AUTHORIZATION"),
    0x8030: Attribute("MOBILITY-TICKET", 0, 512),
    # Registered as ENF-FLOW-DESCRIPTION; what sends it in calls is libwebrtc, with a nomination number.
    0xC001: _fixed("NOMINATION", 4),
    0xC057: _fixed("GOOG-NETWORK-INFO", 4),
    0xC058: _fixed("GOOG-LAST-ICE-CHECK-RECEIVED", 12),
    0xC059: Attribute("GOOG-MISC-INFO", 0, 32),
    0xC060: _fixed("GOOG-MESSAGE-INTEGRITY-32", 4),
    # A DTLS handshake that rides on connectivity checks, and what acknowledges it (libwebrtc's field trial).
    0xC070: Attribute("META-DTLS-IN-STUN", 0, 2048),
    0xC071: Attribute("META-DTLS-IN-STUN-ACKNOWLEDGEMENT", 0, 256),
}
"""IANA registry "STUN Attributes" and what libwebrtc adds, as far as calls use it."""
