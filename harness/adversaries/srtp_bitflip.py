"""Damages every n-th SRTP packet: the authentication tag (RFC 3711 section 4.2) must give it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from ..model.adversary import SrtpPart
from ..model.base import Party
from ..wire import rtp
from ..wire.demux import PacketClass, classify
from .machine import Command, Deed, Event, Forward, PathDatagram, let_pass

FLIPPED: Final = "packets-flipped"

_PAYLOAD_TYPE: Final = 1
_SEQUENCE: Final = 2
"""The upper byte of the sequence number: 256 packets away, so that it is refused as a forgery, not as a replay."""

_TIMESTAMP_END: Final = 7
_SSRC_END: Final = 11
_EXTENSION_HEADER: Final = 4

LONGEST_TAG: Final = 16
"""AES-GCM's tag; HMAC-SHA1-80 takes 10 bytes. What lies before the last 16 bytes is payload under either."""


class SrtpBitflip:
    """Damages packets of both directions, each counted for itself. `every` = 1 damages all of them."""

    required = (FLIPPED,)
    reroutes = False

    def __init__(self, part: SrtpPart, every: int) -> None:
        self._part = part
        self._every = every
        self._passed: Counter[Party] = Counter()

    def handle(self, event: Event) -> Iterable[Command]:
        if not isinstance(event, PathDatagram) or classify(event.data) is not PacketClass.SRTP:
            return let_pass(event)
        self._passed[event.sender] += 1
        damaged = damage(event.data, self._part) if self._passed[event.sender] % self._every == 0 else None
        if damaged is None:
            return let_pass(event)
        return (Forward(event.sender.peer, damaged), Deed(FLIPPED))


def damage(packet: bytes, part: SrtpPart) -> bytes | None:
    """The packet with one bit of this part inverted, or without the part; None when it has no such part."""
    try:
        header = rtp.parse(packet)
    except ValueError:
        return None
    return _DAMAGE[part](packet, header)


def flip(packet: bytes, at: int) -> bytes:
    """The packet with the lowest bit of one byte inverted."""
    return packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1 :]


def _tag(packet: bytes, header: rtp.RtpHeader) -> bytes | None:
    return flip(packet, len(packet) - 1) if len(packet) > header.header_length else None


def _payload(packet: bytes, header: rtp.RtpHeader) -> bytes | None:
    return flip(packet, header.header_length) if _has_payload(packet, header) else None


def _extension(packet: bytes, header: rtp.RtpHeader) -> bytes | None:
    """The last byte of the first element's value or, in an extension of one byte, that one."""
    at = rtp.RTP_FIXED_HEADER + 4 * len(header.csrcs) + _EXTENSION_HEADER
    return flip(packet, at + min(1, len(header.extension) - 1)) if header.extension else None


def _cut_short(packet: bytes, header: rtp.RtpHeader) -> bytes | None:
    """Without the last byte of the payload: the tag stays where it was, at the end."""
    at = len(packet) - LONGEST_TAG
    return packet[: at - 1] + packet[at:] if _has_payload(packet, header) else None


def _without_tag(packet: bytes, header: rtp.RtpHeader) -> bytes | None:
    return packet[:-LONGEST_TAG] if _has_payload(packet, header) else None


def _has_payload(packet: bytes, header: rtp.RtpHeader) -> bool:
    return len(packet) > header.header_length + LONGEST_TAG


_DAMAGE: Final[dict[SrtpPart, Callable[[bytes, rtp.RtpHeader], bytes | None]]] = {
    SrtpPart.HEADER: lambda packet, _: flip(packet, _TIMESTAMP_END),
    SrtpPart.PAYLOAD_TYPE: lambda packet, _: flip(packet, _PAYLOAD_TYPE),
    SrtpPart.SEQUENCE: lambda packet, _: flip(packet, _SEQUENCE),
    SrtpPart.SSRC: lambda packet, _: flip(packet, _SSRC_END),
    SrtpPart.EXTENSION: _extension,
    SrtpPart.PAYLOAD: _payload,
    SrtpPart.TAG: _tag,
    SrtpPart.TRUNCATED: _cut_short,
    SrtpPart.TAG_REMOVED: _without_tag,
}
