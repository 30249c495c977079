"""Sends packets again: the replay list (RFC 3711 section 3.3.2) must refuse them, however old, and wherever from."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Final

from ..model.adversary import ReplayTime
from ..model.base import Party
from ..wire import rtp
from ..wire.demux import PacketClass
from ..wire.demux import classify as class_of
from .machine import Command, Deed, EarlierDatagram, Event, Forward, PathDatagram, let_pass
from .media_passing import MEDIA

REPLAYED: Final = "packets-replayed"

LATER: Final = 20
"""How many RTP packets of the same direction pass before the second replay: old, but inside every replay window."""

BEHIND_WINDOW: Final = 66
"""RTP packets after which a replay is older than the smallest window that is allowed, 64 packets."""

_HALF: Final = 0x8000
_KEPT: Final = 32
_DELAYS: Final = {ReplayTime.SOON: (0, LATER), ReplayTime.AFTER_WINDOW: (BEHIND_WINDOW,)}


class SrtpReplay:
    """Repeats every n-th SRTP and every n-th SRTCP packet of each direction.

    *Soon*: at once, and again LATER packets on. *After the window*: only when the receiver's list no longer has it.
    *Across the rollover*: RTP from before the sequence number wrapped, when it has. *Other stream*: at once, under
    the SSRC that the other party sends with. *Other call*: what the same sender sent in an earlier call, in its place
    behind the n-th packet of this one.
    """

    required = (REPLAYED,)
    reroutes = False

    def __init__(self, every: int, when: ReplayTime = ReplayTime.SOON) -> None:
        self._every = every
        self._when = when
        self._passed: Counter[tuple[Party, PacketClass]] = Counter()
        self._directions = {party: _Direction() for party in Party}
        self._earlier: dict[Party, deque[bytes]] = {party: deque(maxlen=_KEPT) for party in Party}

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, EarlierDatagram) and class_of(event.data) in MEDIA:
            self._earlier[event.sender].append(event.data)
        if not isinstance(event, PathDatagram):
            return let_pass(event)
        klass = class_of(event.data)
        if klass not in MEDIA:
            return let_pass(event)
        self._passed[event.sender, klass] += 1
        chosen = self._passed[event.sender, klass] % self._every == 0
        return self._media(event, klass, chosen)

    def _media(self, event: PathDatagram, klass: PacketClass, chosen: bool) -> Iterator[Command]:
        yield Forward(event.sender.peer, event.data)
        direction = self._directions[event.sender]
        direction.step(event.data, klass)
        for data in self._replays(event, klass, chosen):
            yield Forward(event.sender.peer, data)
            yield Deed(REPLAYED)

    def _replays(self, event: PathDatagram, klass: PacketClass, chosen: bool) -> Iterator[bytes]:
        direction, data = self._directions[event.sender], event.data
        due = direction.due()
        if chosen and self._when in _DELAYS:
            for delay in _DELAYS[self._when]:
                if delay:
                    direction.remember(data, delay)
                else:
                    yield data
        elif chosen and klass is PacketClass.SRTP and self._when is ReplayTime.ACROSS_ROLLOVER:
            direction.keep(data)
        elif chosen and self._when is ReplayTime.OTHER_CALL:
            if self._earlier[event.sender]:
                yield self._earlier[event.sender].popleft()
        elif chosen and klass is PacketClass.SRTP:
            ssrc = self._directions[event.sender.peer].ssrc
            if ssrc is not None:
                yield data[:8] + ssrc + data[12:]
        yield from due
        yield from direction.wrapped()


class _Direction:
    """The packets of one sender that wait to be sent once more. `ssrc` is that of its latest RTP packet."""

    def __init__(self) -> None:
        self.ssrc: bytes | None = None
        self._sequence = 0
        self._has_wrapped = False
        self._count = 0
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._before: deque[bytes] = deque(maxlen=_KEPT)

    def step(self, data: bytes, klass: PacketClass) -> None:
        """One more packet has passed."""
        if klass is not PacketClass.SRTP:
            return
        self._count += 1
        sequence = rtp.parse(data).sequence if _is_rtp(data) else self._sequence
        self._has_wrapped = sequence < _HALF <= self._sequence
        self.ssrc, self._sequence = data[8:12], sequence

    def remember(self, data: bytes, delay: int) -> None:
        """Send this again when so many more have passed."""
        self._waiting.append((self._count + delay, data))

    def keep(self, data: bytes) -> None:
        """Send this again when the sequence number has wrapped, if it has not yet."""
        if self._sequence >= _HALF:
            self._before.append(data)

    def due(self) -> tuple[bytes, ...]:
        """Take out what has waited long enough."""
        found = []
        while self._waiting and self._waiting[0][0] <= self._count:
            found.append(self._waiting.popleft()[1])
        return tuple(found)

    def wrapped(self) -> tuple[bytes, ...]:
        """What was kept, at the packet with which the sequence number wrapped."""
        if not self._has_wrapped:
            return ()
        found = tuple(self._before)
        self._before.clear()
        return found


def _is_rtp(data: bytes) -> bool:
    try:
        rtp.parse(data)
    except ValueError:
        return False
    return True
