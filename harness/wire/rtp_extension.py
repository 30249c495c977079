"""Elements in the header extension of an RTP packet, each with one byte in front (RFC 8285 section 4.2)."""

from __future__ import annotations

from struct import pack
from typing import Final

from . import rtp

ONE_BYTE: Final = 0xBEDE
MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
"""Which section of the description a packet belongs to (RFC 9143 section 15)."""

_STOP: Final = 15
_MOST: Final = 16
_EXTENDED: Final = 0x10


def with_element(packet: bytes, number: int, data: bytes) -> bytes:
    """The *plain* packet with one element more; unchanged when it has one of this number, or another form of them.

    ValueError for what is no RTP, for a number beside 1 to 14, and for data of no or more than 16 bytes.
    """
    if not 1 <= number < _STOP or not 1 <= len(data) <= _MOST:
        raise ValueError(f"an element {number} of {len(data)} bytes cannot be said with one byte in front")
    header = rtp.parse(packet)
    if header.extension_profile not in (None, ONE_BYTE):
        return packet
    there = _elements(header.extension)
    if there is None or number in there:
        return packet
    said = b"".join(_said(one, value) for one, value in (*there.items(), (number, data)))
    said += bytes(-len(said) % 4)
    fixed = rtp.RTP_FIXED_HEADER + 4 * len(header.csrcs)
    head = bytes([packet[0] | _EXTENDED]) + packet[1:fixed]
    return head + pack("!HH", ONE_BYTE, len(said) // 4) + said + packet[header.header_length :]


def _said(number: int, data: bytes) -> bytes:
    return bytes([number << 4 | len(data) - 1]) + data


def _elements(body: bytes) -> dict[int, bytes] | None:
    """By number, in order; None for what is cut off, or says that the rest is nothing."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(body):
        number, size = body[at] >> 4, (body[at] & 0x0F) + 1
        if body[at] == 0:
            at += 1
            continue
        if number in (0, _STOP) or number in found or at + 1 + size > len(body):
            return None
        found[number] = body[at + 1 : at + 1 + size]
        at += 1 + size
    return found
