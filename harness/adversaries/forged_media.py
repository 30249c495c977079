"""Forged SRTP: a header that fits, and random bytes where ciphertext and tag should be.

Nobody without the key can make more of it, and it must not do more than cost the time of looking at it: no state of
the receiver may change before the tag has been checked (RFC 3711 section 3.3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..model.base import Party
from . import craft
from .machine import Event
from .rtp_streams import RtpStreams, Stream

Place = Callable[[Stream, int], int]
"""(stream at its latest packet, number of the forgery) -> sequence number."""

_SEALED: Final = 76
"""60 bytes of Opus and the longest tag."""


class ForgedMedia:
    """Packets of the streams that the other party sends, each stream in its turn, numbered as `place` says."""

    def __init__(self, streams: RtpStreams, place: Place) -> None:
        self._streams = streams
        self._place = place

    def see(self, event: Event) -> None:
        self._streams.see(event)

    def packet(self, to: Party, number: int) -> bytes | None:
        streams = self._streams.of(to.peer)
        if not streams:
            return None
        stream = streams[number % len(streams)]
        sealed = self._streams.random.randbytes(_SEALED)
        sequence = self._place(stream, number)
        return craft.rtp(stream.payload_type, sequence, stream.timestamp + 960 * number, stream.ssrc, sealed)


def far_away(stream: Stream, number: int) -> int:
    """A quarter, half and three quarters of the way round: a receiver that believes one counts a rollover, or back."""
    return stream.sequence + 0x4000 * (1 + number % 3)


def ahead(stream: Stream, number: int) -> int:
    """More than any replay window behind it, and no rollover: who believes it takes what truly follows for old."""
    return stream.sequence + 2000 + number % 3


def next_ones(stream: Stream, number: int) -> int:
    """The packet that the true sender is about to send, as a second sender of one SSRC would."""
    return stream.sequence + 1 + number % 3


def onwards(stream: Stream, number: int) -> int:
    """One after the other, from wherever the stream was last seen or guessed to be."""
    return stream.sequence + number
