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
class _Waiting:
    """A packet that goes on when the stream has come to its `due`-th packet. `name`: the deed that it then is."""

    stream: _Stream
    due: int
    event: PathDatagram
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
        yield from self._through(event, stream, list(self._moves.items()))
        yield from self._overtaken(stream)

    def fired(self, token: str) -> Passing:
        late = self._late.pop(token, None)
        if late is not None:
            yield late

    def _through(self, event: PathDatagram, stream: _Stream, moves: list[tuple[str, OnPackets]]) -> Passing:
        for place, (name, move) in enumerate(moves):
            if not self._concerns(move, stream):
                continue
            for one in self._made(name, move, event, stream):
                if isinstance(one, PathDatagram):
                    yield from self._through(one, stream, moves[place + 1 :])
                else:
                    yield one
            return
        yield event

    def _concerns(self, move: OnPackets, stream: _Stream) -> bool:
        number = self._passed[stream]
        return (move.sender, move.packet) == stream and move.first <= number < move.first + move.count

    def _made(self, name: str, move: OnPackets, event: PathDatagram, stream: _Stream) -> Passing:
        match move:
            case Drop():
                yield Deed(name)
            case Reflect():
                yield Forward(event.sender, event.data)
                yield Deed(name)
            case Delay(seconds=seconds):
                yield from self._delayed(name, event, seconds)
            case Reorder(behind=behind):
                yield from self._held(name, event, stream, behind)
            case Replay(behind=0):
                yield event
                yield replace(event)
                yield Deed(name)
            case Replay(behind=behind):
                yield event
                yield from self._held(name, event, stream, behind)
            case Flip() | Truncate():
                changed = _flipped(event.data, move) if isinstance(move, Flip) else _shortened(event.data, move)
                yield replace(event, data=changed)
                if changed != event.data:
                    yield Deed(name)

    def _delayed(self, name: str, event: PathDatagram, seconds: float) -> Passing:
        if len(self._late) >= _MOST_WAITING:
            yield event
            return
        self._timers += 1
        token = f"{self.TIMER}{self._timers}"
        self._late[token] = event
        yield StartTimer(token, seconds)
        yield Deed(name)

    def _held(self, name: str, event: PathDatagram, stream: _Stream, behind: int) -> Passing:
        """Nothing of it has happened yet: the others may never come."""
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(_Waiting(stream, self._passed[stream] + behind, event, name))
        yield from ()

    def _overtaken(self, stream: _Stream) -> Passing:
        due = [one for one in self._waiting if one.stream == stream and one.due <= self._passed[stream]]
        for one in due:
            self._waiting.remove(one)
            yield one.event
            yield Deed(one.name)


def _flipped(data: bytes, move: Flip) -> bytes:
    if not -len(data) <= move.octet < len(data):
        return data
    changed = bytearray(data)
    changed[move.octet] ^= move.mask
    return bytes(changed)


def _shortened(data: bytes, move: Truncate) -> bytes:
    return data[: -move.octets] if move.octets < len(data) else data
