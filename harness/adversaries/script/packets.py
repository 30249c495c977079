"""The moves on packets: each packet passes them in their order, and some wait for a time or for others to overtake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ...model.adversary.script import (
    Delay,
    Drop,
    Flip,
    OnPackets,
    PacketKind,
    Reflect,
    Reorder,
    Replay,
    Truncate,
)
from ...model.base import Party
from ...wire.demux import PacketClass, classify
from ..machine import Command, Deed, Forward, PathDatagram, StartTimer

_KINDS: Final = {
    PacketClass.STUN: PacketKind.STUN,
    PacketClass.DTLS: PacketKind.DTLS,
    PacketClass.SRTP: PacketKind.SRTP,
    PacketClass.SRTCP: PacketKind.SRTCP,
}
_MOST_WAITING: Final = 4096
"""Packets that may wait at a time: a script can ask for more than a call should hold."""

_Stream = tuple[Party, PacketKind]
Passing = Iterator[Command | PathDatagram]


@dataclass(frozen=True)
class _Packet:
    """A packet between two moves. `sent`: as it came; `changed`: the deeds of those moves that altered its bytes."""

    event: PathDatagram
    sent: bytes
    changed: tuple[str, ...] = ()

    def altered(self, name: str, data: bytes) -> _Packet:
        if data == self.event.data:
            return self
        return replace(self, event=replace(self.event, data=data), changed=(*self.changed, name))

    def deeds(self) -> Iterator[Deed]:
        """What was done to its bytes, when it leaves: moves that undo each other have done nothing."""
        if self.event.data != self.sent:
            yield from map(Deed, self.changed)

    def leaves(self) -> Passing:
        yield self.event
        yield from self.deeds()


@dataclass(frozen=True)
class _Waiting:
    """A packet that goes on when the stream has come to its `due`-th packet. `name`: the deed that it then is."""

    stream: _Stream
    due: int
    packet: _Packet
    name: str


class Packets:
    """Answers with commands, and with the datagrams that go on. `moves` by the names of their deeds."""

    TIMER: Final = "late "

    def __init__(self, moves: Mapping[str, OnPackets]) -> None:
        self._moves = dict(moves)
        self._passed: Counter[_Stream] = Counter()
        self._waiting: list[_Waiting] = []
        self._late: dict[str, PathDatagram] = {}
        self._timers = 0

    def passing(self, event: PathDatagram) -> Passing:
        kind = _KINDS.get(classify(event.data))
        if kind is None:
            yield event
            return
        stream = (event.sender, kind)
        self._passed[stream] += 1
        yield from self._through(_Packet(event, event.data), stream, list(self._moves.items()))
        yield from self._overtaken(stream)

    def fired(self, token: str) -> Passing:
        late = self._late.pop(token, None)
        if late is not None:
            yield late

    def _through(self, packet: _Packet, stream: _Stream, moves: list[tuple[str, OnPackets]]) -> Passing:
        for place, (name, move) in enumerate(moves):
            if not self._concerns(move, stream):
                continue
            for one in self._made(name, move, packet, stream):
                if isinstance(one, _Packet):
                    yield from self._through(one, stream, moves[place + 1 :])
                else:
                    yield one
            return
        yield from packet.leaves()

    def _concerns(self, move: OnPackets, stream: _Stream) -> bool:
        number = self._passed[stream]
        return (move.sender, move.packet) == stream and move.first <= number < move.first + move.count

    def _made(self, name: str, move: OnPackets, packet: _Packet, stream: _Stream) -> Iterator[Command | _Packet]:
        event = packet.event
        match move:
            case Drop():
                yield Deed(name)
            case Reflect():
                yield Forward(event.sender, event.data)
                yield from packet.deeds()
                yield Deed(name)
            case Delay(seconds=seconds):
                yield from self._delayed(name, packet, seconds)
            case Reorder(behind=behind):
                self._hold(name, packet, stream, behind)
            case Replay(behind=0):
                yield packet
                yield packet
                yield Deed(name)
            case Replay(behind=behind):
                yield packet
                self._hold(name, packet, stream, behind)
            case Flip():
                yield packet.altered(name, _flipped(event.data, move))
            case Truncate():
                yield packet.altered(name, _shortened(event.data, move))

    def _delayed(self, name: str, packet: _Packet, seconds: float) -> Iterator[Command | _Packet]:
        if len(self._late) >= _MOST_WAITING:
            yield packet
            return
        self._timers += 1
        token = f"{self.TIMER}{self._timers}"
        self._late[token] = packet.event
        yield StartTimer(token, seconds)
        yield from packet.deeds()
        yield Deed(name)

    def _hold(self, name: str, packet: _Packet, stream: _Stream, behind: int) -> None:
        """Nothing of it has happened yet: the others may never come."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(_Waiting(stream, self._passed[stream] + behind, packet, name))

    def _overtaken(self, stream: _Stream) -> Passing:
        due = [one for one in self._waiting if one.stream == stream and one.due <= self._passed[stream]]
        for one in due:
            self._waiting.remove(one)
            yield from one.packet.leaves()
            yield Deed(one.name)


def _flipped(data: bytes, move: Flip) -> bytes:
    if not -len(data) <= move.octet < len(data):
        return data
    changed = bytearray(data)
    changed[move.octet] ^= move.mask
    return bytes(changed)


def _shortened(data: bytes, move: Truncate) -> bytes:
    return data[: -move.octets] if move.octets < len(data) else data
