"""Flips one bit in every n-th SRTP packet: the authentication tag (RFC 3711 section 4.2) must give it away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from ..model.adversary import SrtpPart
from ..model.base import Party
from ..wire import rtp
from ..wire.demux import PacketClass, classify
from .machine import Command, Deed, Event, Forward, PathDatagram, let_pass

FLIPPED: Final = "packets-flipped"

_TIMESTAMP_END: Final = 7
"""Last byte of the RTP timestamp. A flip in the sequence number could be refused as a replay, not as a forgery."""

_LONGEST_TAG: Final = 16
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
        at = place(event.data, self._part) if self._passed[event.sender] % self._every == 0 else None
        if at is None:
            return let_pass(event)
        return (Forward(event.sender.peer, flip(event.data, at)), Deed(FLIPPED))


def place(packet: bytes, part: SrtpPart) -> int | None:
    """Which byte of an SRTP packet to hit; None when the packet has no such part."""
    try:
        header = rtp.parse(packet)
    except ValueError:
        return None
    if part is SrtpPart.HEADER:
        return _TIMESTAMP_END
    if part is SrtpPart.TAG:
        return len(packet) - 1 if len(packet) > header.header_length else None
    return header.header_length if len(packet) > header.header_length + _LONGEST_TAG else None


def flip(packet: bytes, at: int) -> bytes:
    """The packet with the lowest bit of one byte inverted."""
    return packet[:at] + bytes([packet[at] ^ 1]) + packet[at + 1 :]
