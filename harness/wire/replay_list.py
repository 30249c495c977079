"""Which numbers of each sender a receiver has taken (RFC 3711 section 3.3.2)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from . import rtp
from .demux import PacketClass

SHORTEST: Final = 64
"""What no receiver's list may be shorter than (RFC 3711 section 3.3.2)."""

_BITS: Final = {PacketClass.SRTP: 16, PacketClass.SRTCP: 31}
"""A sequence number (RFC 3550 section 5.1), and an SRTCP index (RFC 3711 section 3.4)."""

_INDEX: Final = 4
_E_FLAG: Final = 1 << 31


@dataclass(frozen=True)
class PacketNumber:
    """What a replay list knows a packet by; all of it stays in clear, and anybody can write it."""

    klass: PacketClass
    ssrc: int
    number: int


def number_of(klass: PacketClass, data: bytes, rtcp_tail: int) -> PacketNumber | None:
    """None of what has none. `rtcp_tail`: how many bytes of an SRTCP packet stand behind its index."""
    try:
        if klass is PacketClass.SRTP:
            header = rtp.parse(data)
            return PacketNumber(klass, header.ssrc, header.sequence)
        end = len(data) - rtcp_tail
        if klass is not PacketClass.SRTCP or end < rtp.RTCP_HEADER + _INDEX:
            return None
        return PacketNumber(
            klass, rtp.parse_rtcp(data).ssrc, int.from_bytes(data[end - _INDEX : end], "big") & ~_E_FLAG
        )
    except ValueError:
        return None


class ReplayLists:
    """The shortest list that a receiver may have, for each sender."""

    def __init__(self) -> None:
        self._lists: defaultdict[tuple[PacketClass, int], _List] = defaultdict(_List)

    def refuses(self, one: PacketNumber) -> bool:
        """Whether it was taken before, or is so far back that the list does not tell."""
        return self._lists[one.klass, one.ssrc].refuses(one.number, _BITS[one.klass])

    def take(self, one: PacketNumber) -> None:
        self._lists[one.klass, one.ssrc].take(one.number, _BITS[one.klass])


class _List:
    def __init__(self) -> None:
        self._highest: int | None = None
        self._taken: set[int] = set()

    def refuses(self, number: int, bits: int) -> bool:
        at = self._extended(number, bits)
        return self._highest is not None and (at in self._taken or at <= self._highest - SHORTEST)

    def take(self, number: int, bits: int) -> None:
        at = self._extended(number, bits)
        self._highest = at if self._highest is None else max(at, self._highest)
        self._taken.add(at)
        if len(self._taken) > 2 * SHORTEST:
            self._taken = {one for one in self._taken if one > self._highest - SHORTEST}

    def _extended(self, number: int, bits: int) -> int:
        """The nearest to the highest of those with these last bits, as a receiver guesses (RFC 3711 section 3.3.1).

        Before the first rollover there is nothing: what would lie there is as far ahead.
        """
        if self._highest is None:
            return number
        half = 1 << bits - 1
        at = self._highest + (number - self._highest + half) % (2 * half) - half
        return at if at >= 0 else number
