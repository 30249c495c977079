"""Packets that nobody sent, made without any key: a healthy endpoint drops them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Final

from ...model.adversary.script import Forgery, Inject
from ...model.base import Party
from ...wire import rtp
from ...wire.demux import PacketClass, classify
from ...wire.rtp import RtpHeader
from .. import craft
from ..checks import CheckNames
from ..machine import Command, Deed, Forward, PathDatagram, SendOffPath, Signal
from ..stun_hijack import forged_check

_PAYLOAD: Final = 60
_TICKS: Final = 960
"""20 ms of a 48 kHz clock."""
_GUESSED_TYPE: Final = 96

_ALERT: Final = bytes.fromhex("15fefd0000000000000fff00020228")
"""A fatal handshake_failure in clear: epoch 0, record 4095 (RFC 6347 section 4.1, RFC 5246 section 7.2)."""
_CHANGE_CIPHER_SPEC: Final = bytes.fromhex("14fefd0000000000000fff000101")
_APPLICATION_DATA: Final = bytes.fromhex("17fefd0001000000000fff0020")
"""The header of a record that claims to be protected, epoch 1, before 32 octets that no key made."""
_BINDING_REQUEST: Final = bytes.fromhex("000100002112a442")


class Forgeries:
    """Throws in what the moves ask for, when the party can be reached. `moves` by the names of their deeds."""

    def __init__(self, moves: Mapping[str, Inject], random: Random) -> None:
        self._left = dict(moves)
        self._random = random
        self._streams: dict[Party, RtpHeader] = {}
        self._names = CheckNames()
        self._on_path = False

    def seen(self, event: PathDatagram) -> Iterator[Command]:
        """Whoever sends can be answered, and so can the other one: the path is known from here on."""
        self._on_path = True
        self._names.see(event)
        if classify(event.data) is PacketClass.SRTP:
            self._look(event)
        yield from self._thrown("early", "path")

    def heard(self, event: Signal) -> None:
        """Whoever reads the descriptions knows by which names the parties are asked."""
        self._names.see(event)

    def learned(self, party: Party) -> Iterator[Command]:
        yield from self._thrown("early", "off-path", party)

    def call_up(self) -> Iterator[Command]:
        yield from self._thrown("up", "off-path")
        if self._on_path:
            yield from self._thrown("up", "path")

    def _look(self, event: PathDatagram) -> None:
        try:
            self._streams[event.sender] = rtp.parse(event.data)
        except ValueError:
            return

    def _thrown(self, when: str, via: str, to: Party | None = None) -> Iterator[Command]:
        ready = {
            name: move
            for name, move in self._left.items()
            if (move.when, move.via) == (when, via) and to in (None, move.to)
        }
        for name, move in ready.items():
            del self._left[name]
            for number in range(move.count):
                data = self._packet(move, number)
                yield Forward(move.to, data) if via == "path" else SendOffPath(move.to, data)
            yield Deed(name, move.count)

    def _packet(self, move: Inject, number: int) -> bytes:
        if move.what is Forgery.CHECK:
            return forged_check(self._names.of(move.to), self._random.randbytes(12), self._random.randbytes(20))
        return FORGERIES[move.what](self._stream(move.to.peer), number, self._random)

    def _stream(self, imitated: Party) -> RtpHeader:
        """A stream of this party's: the one that was seen, or one that it might have."""
        if imitated not in self._streams:
            sequence, timestamp, ssrc = (self._random.getrandbits(bits) for bits in (16, 32, 32))
            self._streams[imitated] = rtp.parse(craft.rtp(_GUESSED_TYPE, sequence, timestamp, ssrc, b""))
        return self._streams[imitated]


def _rtp(seen: RtpHeader, number: int, random: Random) -> bytes:
    sequence, timestamp = seen.sequence + 1 + number, seen.timestamp + _TICKS * (1 + number)
    return craft.rtp(seen.payload_type, sequence, timestamp, seen.ssrc, random.randbytes(_PAYLOAD))


FORGERIES: Final[Mapping[Forgery, Callable[[RtpHeader, int, Random], bytes]]] = {
    Forgery.RTP: _rtp,
    Forgery.SENDER_REPORT: lambda seen, number, _: craft.sender_report(seen.ssrc, seen.timestamp, number, number),
    Forgery.BYE: lambda seen, _, __: craft.bye(seen.ssrc),
    Forgery.ALERT: lambda _, __, ___: _ALERT,
    Forgery.CHANGE_CIPHER_SPEC: lambda _, __, ___: _CHANGE_CIPHER_SPEC,
    Forgery.APPLICATION_DATA: lambda _, __, random: _APPLICATION_DATA + random.randbytes(32),
    Forgery.BINDING_REQUEST: lambda _, __, random: _BINDING_REQUEST + random.randbytes(12),
    Forgery.JUNK: lambda _, __, random: random.randbytes(_PAYLOAD),
}
"""How each is made: (a stream of the imitated party, how many came before it, what is random) -> datagram.

A check is made by itself, for it has a name in it."""
