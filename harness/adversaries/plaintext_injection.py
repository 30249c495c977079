"""Sends clear RTP and RTCP into a running call: nothing that is not authenticated may be played (RFC 3711).

On the path the packets come out of the relay, so that their source address is the peer's, and they continue streams
that were seen on the wire. Off the path they come from an address of the adversary's own, and SSRC and payload type
are guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from ..model.base import Party
from ..wire import rtp
from ..wire.demux import PacketClass, classify
from . import craft
from .machine import (
    CallUp,
    Command,
    Deed,
    Event,
    Forward,
    Learned,
    PathDatagram,
    SendOffPath,
    StartTimer,
    TimerFired,
    let_pass,
)

INJECTED: Final = "packets-injected"

INTERVAL: Final = 0.02
_TICKS: Final = 40
"""A batch every 20 ms, all sent within 0.8 s: shorter than the shortest call that is worth attacking."""

_MAX_STREAMS: Final = 16
_GROUP: Final = 4
_PAYLOAD: Final = 60
_GUESSED_TYPES: Final = (96, 97, 111, 0)
_CLOCK_STEP: Final = 960
"""20 ms of a 48 kHz clock."""


@dataclass(slots=True)
class _Stream:
    """An RTP stream to imitate, at its latest packet."""

    ssrc: int
    payload_type: int
    sequence: int
    timestamp: int


class PlaintextInjection:
    """Sends `packets` packets in all, to both parties in turn.

    Three RTP packets are followed by one of RTCP; each stream gets a sender report first, then a BYE.
    """

    required = (INJECTED,)
    reroutes = False

    def __init__(self, packets: int, seed: str, *, on_path: bool) -> None:
        self._left = packets
        self._batch = -(-packets // _TICKS)
        self._turn = 0
        self._random = Random(seed)
        self._on_path = on_path
        self._streams: dict[Party, dict[int, _Stream]] = {party: {} for party in Party}

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram):
            self._look(event)
        elif isinstance(event, Learned) and not self._on_path:
            self._guess(event.party.peer)
        elif isinstance(event, (CallUp, TimerFired)):
            return self._inject()
        return let_pass(event)

    def _look(self, event: PathDatagram) -> None:
        """Remember the streams that a party sends."""
        if classify(event.data) is not PacketClass.SRTP:
            return
        try:
            seen = rtp.parse(event.data)
        except ValueError:
            return
        streams = self._streams[event.sender]
        if seen.ssrc in streams or len(streams) < _MAX_STREAMS:
            streams[seen.ssrc] = _Stream(seen.ssrc, seen.payload_type, seen.sequence, seen.timestamp)

    def _guess(self, imitated: Party) -> None:
        """Somebody receives there: make up streams that the other party might be sending."""
        if not self._streams[imitated]:
            for payload_type in _GUESSED_TYPES:
                ssrc = self._random.getrandbits(32)
                stream = _Stream(ssrc, payload_type, self._random.getrandbits(16), self._random.getrandbits(32))
                self._streams[imitated][ssrc] = stream

    def _inject(self) -> Iterator[Command]:
        for _ in range(min(self._batch, self._left)):
            to = (Party.BOB, Party.ALICE)[self._turn % 2]
            streams = tuple(self._streams[to.peer].values())
            if streams:
                packet = self._packet(streams, self._turn // 2)
                yield Forward(to, packet) if self._on_path else SendOffPath(to, packet)
                yield Deed(INJECTED)
                self._left -= 1
            self._turn += 1
        if self._left:
            yield StartTimer("inject", INTERVAL)

    def _packet(self, streams: tuple[_Stream, ...], number: int) -> bytes:
        """The next packet of one of the streams, each in its turn, if only it were authenticated."""
        group, place = divmod(number, _GROUP)
        if place < _GROUP - 1:
            return self._media(streams[((_GROUP - 1) * group + place) % len(streams)])
        stream = streams[group % len(streams)]
        if group // len(streams) % 2:
            return craft.bye(stream.ssrc)
        return craft.sender_report(stream.ssrc, stream.timestamp, stream.sequence, stream.sequence * _PAYLOAD)

    def _media(self, stream: _Stream) -> bytes:
        stream.sequence += 1
        stream.timestamp += _CLOCK_STEP
        payload = self._random.randbytes(_PAYLOAD)
        return craft.rtp(stream.payload_type, stream.sequence, stream.timestamp, stream.ssrc, payload)
