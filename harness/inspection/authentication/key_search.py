"""Which of the given keys a sender has: the first one under which one of its packets is authentic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ...wire.srtp_packet import Opened, PacketKeys
from ..keys import KeyedSender
from ..stream_key import StreamKey

COUNTERS: Final = 64
"""Rollover counters that are tried for a call whose beginning the capture lacks: at 50 packets a second, a day."""

EFFORT: Final = 4_000_000
"""Tags that are computed at most in search of keys, over a whole capture: some ten seconds."""


@dataclass(frozen=True)
class Fit:
    """A key, and the packet that it opened. `number` is the same for all candidates with the same key."""

    number: int
    sender: KeyedSender
    keys: PacketKeys
    opened: Opened


class KeySearch:
    """`candidates` may grow while packets come: handshakes are seen as the capture is read.

    A key is tried first where it is expected: on its own leg, in its own direction. `given_up` says that EFFORT is
    spent: from then on keys are tried only there, and only on calls from their beginning.
    """

    def __init__(self, candidates: Sequence[KeyedSender]) -> None:
        self._candidates = candidates
        self._keys: list[PacketKeys | None] = []
        self._by_leg: dict[int | None, list[int]] = {}
        self._numbers: dict[bytes, int] = {}
        self._effort = EFFORT

    @property
    def given_up(self) -> bool:
        return self._effort <= 0

    def expects(self, stream: StreamKey) -> bool:
        """Whether one of the keys belongs to this leg."""
        self._take_in()
        return stream.leg in self._by_leg

    def fit(self, stream: StreamKey, packet: bytes, *, rtcp: bool, thorough: bool) -> Fit | None:
        """The key of the sender of this packet. Only a thorough search tries keys of other legs and directions, and
        late beginnings.

        ValueError when the packet is malformed for every one of the keys that were tried.
        """
        thorough = thorough and not self.given_up
        counters = range(COUNTERS + 1) if thorough else range(1)
        fault: ValueError | None = None
        whole = False
        for place in self._in_order(stream, thorough):
            keys = self._packet_keys(place)
            self._effort -= 1 if rtcp else len(counters)
            try:
                opened = keys.open_rtcp(packet) if rtcp else keys.open_rtp(packet, counters)
            except ValueError as error:
                fault = error
                continue
            if opened is not None:
                one = self._candidates[place]
                number = self._numbers.setdefault(one.key_and_salt, len(self._numbers))
                return Fit(number, one, keys, opened)
            whole = True
        if fault is not None and not whole:
            raise fault
        return None

    def _in_order(self, stream: StreamKey, thorough: bool) -> Iterator[int]:
        self._take_in()
        here = self._by_leg.get(stream.leg, [])
        yield from (place for place in here if self._candidates[place].outward in (None, stream.outward))
        if thorough:
            yield from (place for place in here if self._candidates[place].outward is (not stream.outward))
            yield from (place for place, one in enumerate(self._candidates) if one.leg != stream.leg)

    def _take_in(self) -> None:
        for place in range(len(self._keys), len(self._candidates)):
            self._by_leg.setdefault(self._candidates[place].leg, []).append(place)
            self._keys.append(None)

    def _packet_keys(self, place: int) -> PacketKeys:
        known, one = self._keys[place], self._candidates[place]
        if known is None:
            known = self._keys[place] = PacketKeys(one.profile, one.key_and_salt, len(one.mki))
        return known
