"""Some packets of one stream, as they were on the wire, in the order in which they were sent."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from ...wire.rtp import RtpHeader

TAILS: Final = (0, 4, 10, 16)
"""Bytes that an authentication tag may add behind a payload in clear (RFC 3711 section 5.2, RFC 7714 section 13)."""
_NEAR: Final = 8
"""Sequence numbers; two samples further apart are no neighbours."""


class Sample(NamedTuple):
    """What a sampled packet says in its header, and the bytes behind it."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    payload: bytes

    def without(self, tail: int) -> bytes:
        """The payload without so many bytes at its end."""
        return self.payload[: max(len(self.payload) - tail, 0)]

    @classmethod
    def of(cls, header: RtpHeader, payload: bytes) -> Sample:
        """Out of a parsed packet."""
        return cls(header.payload_type, header.marker, header.sequence, header.timestamp, payload)


class Neighbours(NamedTuple):
    """Two samples, the later one `gap` sequence numbers and `ticks` of the RTP clock after the earlier one."""

    earlier: Sample
    later: Sample
    gap: int
    ticks: int


class Excerpt:
    """Some samples of one stream, by sequence number across its wrap, without second copies and empty payloads.

    A packet captured twice would count as two witnesses of the same ciphertext. `neighbours` are samples that follow
    each other closely.
    """

    def __init__(self, samples: Iterable[Sample]) -> None:
        unique = list({(one.sequence, one.payload): one for one in samples if one.payload}.values())
        middle = unique[0].sequence - 0x8000 if unique else 0
        self.samples = sorted(unique, key=lambda one: one.sequence - middle & 0xFFFF)
        self.neighbours = [
            Neighbours(earlier, later, gap, later.timestamp - earlier.timestamp & 0xFFFF_FFFF)
            for earlier, later in pairwise(self.samples)
            if 1 <= (gap := later.sequence - earlier.sequence & 0xFFFF) <= _NEAR
        ]
