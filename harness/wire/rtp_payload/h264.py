"""H.264 from RTP (RFC 6184): NAL units alone, several in one packet (STAP-A), or one over several (FU-A)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from ..rtp import RtpHeader


class NalType(IntEnum):
    """ITU-T H.264 table 7-1, and what RFC 6184 section 5.2 adds to it."""

    SLICE = 1
    IDR_SLICE = 5
    SEI = 6
    SPS = 7
    PPS = 8
    DELIMITER = 9
    STAP_A = 24
    FU_A = 28


SLICES: Final = (NalType.SLICE, NalType.IDR_SLICE)
_START_OF_UNIT, _END_OF_UNIT = 0x80, 0x40
_LARGEST_UNIT: Final = 1024 * 1024
"""Bytes; a larger one is left out, so that a sender cannot fill the memory."""


def nal_type(byte: int) -> int:
    """The type of a NAL unit, from its first byte."""
    return byte & 0x1F


def aggregated(payload: bytes) -> Iterator[bytes]:
    """The NAL units of a STAP-A (section 5.7.1); ValueError when their sizes do not add up."""
    at = 1
    while at < len(payload):
        begin = at + 2
        at = begin + int.from_bytes(payload[at:begin], "big")
        if begin >= at or at > len(payload):
            raise ValueError(f"an aggregated NAL unit does not fit into a payload of {len(payload)} bytes")
        yield payload[begin:at]


class NalUnits:
    """Puts the NAL units of one stream together again, from packets in order of sequence number.

    A unit that lacks a fragment is left out; `incomplete` counts those.
    """

    def __init__(self) -> None:
        self.incomplete = 0
        self._fragments = bytearray()
        self._expected: int | None = None

    def add(self, header: RtpHeader, payload: bytes) -> tuple[bytes, ...]:
        """The units that this packet completes. ValueError for a payload that is no H.264, or of another mode."""
        if not payload or payload[0] & 0x80:
            raise ValueError("a payload does not begin like a NAL unit")
        kind = nal_type(payload[0])
        if kind == NalType.FU_A:
            return self._fragment(header, payload)
        self._give_up()
        if kind == NalType.STAP_A:
            return tuple(aggregated(payload))
        if not 1 <= kind < NalType.STAP_A:
            raise ValueError(f"packets of NAL unit type {kind} are not read")
        return (payload,)

    def _fragment(self, header: RtpHeader, payload: bytes) -> tuple[bytes, ...]:
        """Section 5.8. The unit's own first byte is made of both bytes in front of the fragment."""
        if len(payload) < 3:
            raise ValueError(f"a fragment of {len(payload)} bytes holds nothing of its NAL unit")
        indicator, fragment = payload[0], payload[1]
        if fragment & _START_OF_UNIT:
            self._give_up()
            self._fragments.append(indicator & 0xE0 | nal_type(fragment))
        elif header.sequence != self._expected or len(self._fragments) > _LARGEST_UNIT:
            self._give_up()
            return ()
        self._fragments += payload[2:]
        self._expected = (header.sequence + 1) & 0xFFFF
        if not fragment & _END_OF_UNIT:
            return ()
        unit = bytes(self._fragments)
        self._fragments.clear()
        self._expected = None
        return (unit,)

    def _give_up(self) -> None:
        self.incomplete += bool(self._fragments)
        self._fragments.clear()
        self._expected = None
