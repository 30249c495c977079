"""Sends packets a second and a third time: the replay list (RFC 3711 section 3.3.2) must refuse them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Final

from ..model.base import Party
from ..wire.demux import PacketClass, classify
from .machine import Command, Deed, Event, Forward, PathDatagram, let_pass

REPLAYED: Final = "packets-replayed"

LATER: Final = 20
"""How many packets of the same direction pass before the second replay: old, but inside every replay window."""

_MEDIA: Final = frozenset({PacketClass.SRTP, PacketClass.SRTCP})


class SrtpReplay:
    """Repeats every n-th SRTP and every n-th SRTCP packet of each direction, at once and again LATER packets on."""

    required = (REPLAYED,)
    reroutes = False

    def __init__(self, every: int) -> None:
        self._every = every
        self._passed: Counter[tuple[Party, PacketClass]] = Counter()
        self._directions = {party: _Direction() for party in Party}

    def handle(self, event: Event) -> Iterable[Command]:
        if not isinstance(event, PathDatagram):
            return let_pass(event)
        klass = classify(event.data)
        if klass not in _MEDIA:
            return let_pass(event)
        self._passed[event.sender, klass] += 1
        chosen = self._passed[event.sender, klass] % self._every == 0
        return self._media(event, chosen)

    def _media(self, event: PathDatagram, chosen: bool) -> Iterator[Command]:
        to = event.sender.peer
        yield Forward(to, event.data)
        direction = self._directions[event.sender]
        replays = direction.due()
        if chosen:
            direction.remember(event.data)
            replays = (event.data, *replays)
        for data in replays:
            yield Forward(to, data)
            yield Deed(REPLAYED)


class _Direction:
    """The packets of one sender that wait to be sent once more."""

    def __init__(self) -> None:
        self._count = 0
        self._waiting: deque[tuple[int, bytes]] = deque()

    def remember(self, data: bytes) -> None:
        self._waiting.append((self._count + LATER, data))

    def due(self) -> tuple[bytes, ...]:
        """Count one more packet, and take out what has waited long enough (at most LATER wait at a time)."""
        self._count += 1
        found = []
        while self._waiting and self._waiting[0][0] <= self._count:
            found.append(self._waiting.popleft()[1])
        return tuple(found)
