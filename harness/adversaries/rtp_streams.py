"""What an adversary knows of the RTP streams of a call: seen on the path, read in the signalling, or guessed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from ..model.base import Party
from ..model.recording import SignalMessage
from ..wire import rtp
from ..wire.demux import PacketClass, classify
from ..wire.sdp import Sdp
from .machine import Event, Learned, PathDatagram, Signal
from .signalling import DESCRIPTIONS

CLOCK_STEP: Final = 960
"""20 ms of a 48 kHz clock."""

_MAX_STREAMS: Final = 16
_GUESSED_TYPES: Final = (96, 97, 111, 0)


@dataclass(slots=True)
class Stream:
    """An RTP stream to imitate, at its latest packet."""

    ssrc: int
    payload_type: int
    sequence: int
    timestamp: int

    def step(self) -> None:
        """Go on to the packet that comes next."""
        self.sequence += 1
        self.timestamp += CLOCK_STEP


class RtpStreams:
    """The streams that each party sends. On the path guessing is not needed, and what the signalling says is ignored.

    The SSRCs of a description are those of its sender (RFC 5576); where the sequence numbers stand it does not say.
    """

    def __init__(self, seed: str, *, on_path: bool) -> None:
        self.random = Random(seed)
        self._on_path = on_path
        self._streams: dict[Party, dict[int, Stream]] = {party: {} for party in Party}
        self._guessed: set[Party] = set()

    def see(self, event: Event) -> None:
        """Learn from an event whatever there is to learn."""
        if isinstance(event, PathDatagram):
            self._look(event)
        elif isinstance(event, Signal) and not self._on_path:
            self._read(event.message)
        elif isinstance(event, Learned) and not self._on_path and not self._streams[event.party.peer]:
            self._guess(event.party.peer)

    def of(self, sender: Party) -> tuple[Stream, ...]:
        """The streams that this party sends, as far as they are known."""
        return tuple(self._streams[sender].values())

    def _look(self, event: PathDatagram) -> None:
        if classify(event.data) is not PacketClass.SRTP:
            return
        with suppress(ValueError):
            seen = rtp.parse(event.data)
            self._add(event.sender, Stream(seen.ssrc, seen.payload_type, seen.sequence, seen.timestamp))

    def _read(self, message: SignalMessage) -> None:
        if message.kind not in DESCRIPTIONS:
            return
        with suppress(ValueError):
            for _, value in Sdp.parse(message.body).values("ssrc"):
                self._forget_guesses(message.sender)
                self._made_up(message.sender, int(value.partition(" ")[0]) & 0xFFFFFFFF, _GUESSED_TYPES[0])

    def _guess(self, sender: Party) -> None:
        """Somebody receives there: make up streams that the other party might be sending."""
        self._guessed.add(sender)
        for payload_type in _GUESSED_TYPES:
            self._made_up(sender, self.random.getrandbits(32), payload_type)

    def _forget_guesses(self, sender: Party) -> None:
        if sender in self._guessed:
            self._guessed.remove(sender)
            self._streams[sender].clear()

    def _made_up(self, sender: Party, ssrc: int, payload_type: int) -> None:
        if ssrc not in self._streams[sender]:
            stream = Stream(ssrc, payload_type, self.random.getrandbits(16), self.random.getrandbits(32))
            self._add(sender, stream)

    def _add(self, sender: Party, stream: Stream) -> None:
        streams = self._streams[sender]
        if stream.ssrc in streams or len(streams) < _MAX_STREAMS:
            streams[stream.ssrc] = stream
