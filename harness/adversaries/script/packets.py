"""The moves on packets: each packet passes them in their order, and some wait for a time or for others to overtake."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Final

from ...model.adversary.script import (
    Contradict,
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
from ..checks import check_of
from ..machine import Command, Deed, Forward, PathDatagram, StartTimer
from ..stun_hijack import role_conflict

_KINDS: Final = {
    PacketClass.STUN: PacketKind.STUN,
    PacketClass.DTLS: PacketKind.DTLS,
    PacketClass.SRTP: PacketKind.SRTP,
    PacketClass.SRTCP: PacketKind.SRTCP,
}
_MOST_WAITING: Final = 4096
"""Packets that may wait at a time: a script can ask for more than a call should hold."""

_Stream = tuple[Party, PacketKind]
_Named = tuple[str, OnPackets]
Passing = Iterator[Command | PathDatagram]


@dataclass(frozen=True)
class _Packet:
    """A packet between two moves, the `number`-th of its stream.

    `sent`: its bytes as it came; `ahead`: the moves that it has yet to pass; `behind`: those that did something to it,
    by the names of their deeds. Nothing of that has happened before it leaves.
    """

    event: PathDatagram
    sent: bytes
    stream: _Stream
    number: int
    ahead: tuple[_Named, ...]
    behind: tuple[_Named, ...] = ()

    def after(self, *named: _Named) -> _Packet:
        return replace(self, behind=(*self.behind, *named))

    def altered(self, named: _Named, data: bytes) -> _Packet:
        if data == self.event.data:
            return self
        return replace(self.after(named), event=replace(self.event, data=data))


class Packets:
    """Answers with commands, and with the datagrams that go on. `moves` by the names of their deeds."""

    TIMER: Final = "late "

    def __init__(self, moves: Mapping[str, OnPackets]) -> None:
        self._moves = tuple(moves.items())
        self._passed: Counter[_Stream] = Counter()
        self._left: defaultdict[tuple[_Stream, Party], set[int]] = defaultdict(set)
        self._waiting: list[tuple[int, _Packet]] = []
        self._late: dict[str, _Packet] = {}
        self._timers = 0

    def passing(self, event: PathDatagram) -> Passing:
        kind = _KINDS.get(classify(event.data))
        if kind is None:
            yield event
            return
        stream = (event.sender, kind)
        self._passed[stream] += 1
        yield from self._through(_Packet(event, event.data, stream, self._passed[stream], self._moves))
        yield from self._overtaken(stream)

    def fired(self, token: str) -> Passing:
        late = self._late.pop(token, None)
        if late is not None:
            yield from self._through(late)

    def _through(self, packet: _Packet) -> Passing:
        for place, named in enumerate(packet.ahead, 1):
            if not _concerns(named[1], packet):
                continue
            for one in self._made(named, replace(packet, ahead=packet.ahead[place:])):
                if isinstance(one, _Packet):
                    yield from self._through(one)
                else:
                    yield one
            return
        yield packet.event
        yield from self._shown(packet, packet.event.sender.peer)

    def _made(self, named: _Named, packet: _Packet) -> Iterator[Command | _Packet]:
        (name, move), event = named, packet.event
        match move:
            case Drop():
                yield Deed(name)
            case Reflect():
                yield Forward(event.sender, event.data)
                yield from self._shown(packet, event.sender)
                yield Deed(name)
            case Contradict():
                yield from self._contradicted(name, event)
                yield packet
            case Delay(seconds=seconds):
                yield from self._delayed(named, packet, seconds)
            case Reorder(behind=behind):
                self._hold(packet.after(named), behind)
            case Replay(behind=0):
                yield packet
                yield packet.after(named)
            case Replay(behind=behind):
                yield packet
                self._hold(packet.after(named), behind)
            case Flip():
                yield packet.altered(named, _flipped(event.data, move))
            case Truncate():
                yield packet.altered(named, _shortened(event.data, move))

    def _contradicted(self, name: str, event: PathDatagram) -> Iterator[Command]:
        check = check_of(event)
        if check is not None:
            yield Forward(event.sender, role_conflict(check.transaction_id))
            yield Deed(name)

    def _delayed(self, named: _Named, packet: _Packet, seconds: float) -> Iterator[Command | _Packet]:
        if len(self._late) >= _MOST_WAITING:
            yield packet
            return
        self._timers += 1
        token = f"{self.TIMER}{self._timers}"
        self._late[token] = packet.after(named)
        yield StartTimer(token, seconds)

    def _hold(self, packet: _Packet, behind: int) -> None:
        """Until so many more of its stream have come, which may never be."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append((self._passed[packet.stream] + behind, packet))

    def _overtaken(self, stream: _Stream) -> Passing:
        due = [one for one in self._waiting if one[1].stream == stream and one[0] <= self._passed[stream]]
        for one in due:
            self._waiting.remove(one)
            yield from self._through(one[1])

    def _shown(self, packet: _Packet, to: Party) -> Iterator[Deed]:
        """What was done to a packet that has just left: what shows there, not what was undone or came to nothing."""
        left = self._left[packet.stream, to]
        for name, move in packet.behind:
            if _shows(move, packet, left):
                yield Deed(name)
        left.add(packet.number)


def _concerns(move: OnPackets, packet: _Packet) -> bool:
    return (move.sender, move.packet) == packet.stream and move.first <= packet.number < move.first + move.count


def _shows(move: OnPackets, packet: _Packet, left: Set[int]) -> bool:
    """Whether a packet left otherwise than it would have. `left`: the numbers of those that left before it."""
    match move:
        case Reorder():
            return max(left, default=0) > packet.number
        case Replay():
            return packet.number in left
        case Flip() | Truncate():
            return packet.event.data != packet.sent
    return True


def _flipped(data: bytes, move: Flip) -> bytes:
    if not -len(data) <= move.octet < len(data):
        return data
    changed = bytearray(data)
    changed[move.octet] ^= move.mask
    return bytes(changed)


def _shortened(data: bytes, move: Truncate) -> bytes:
    return data[: -move.octets] if move.octets < len(data) else data
