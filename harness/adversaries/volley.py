"""Sends packets of its own making at a steady pace, from the path or from beside it; what they are, a maker says.

Whatever really passes is let pass: the call goes on as if nobody were there, but for what is thrown in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, Protocol

from ..model.base import Party
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
    StrangerDatagram,
    TimerFired,
    let_pass,
)

SENT: Final = "packets-injected"
ANSWERED: Final = "answers-received"
"""Not required of anybody: that a stranger is answered is what a correct endpoint avoids, at least in media."""

TIMER: Final = "volley"


class Phase(StrEnum):
    """When to send: while the call is being set up, once it is up, or from the first moment on and through the call."""

    SETUP = "setup"
    CALL = "call"
    ALWAYS = "always"


class Maker(Protocol):
    """What is sent. It may look at everything that the adversary gets to know."""

    def see(self, event: Event) -> None:
        """Something happened."""

    def packet(self, to: Party, number: int) -> bytes | None:
        """The packet with this number (from 0, for each party) for `to`; None when it is not known yet what to send."""


class Volley:
    """Sends `packets` packets in all, in turn to the parties of `to`, `batch` of them every `interval` seconds."""

    required = (SENT,)
    reroutes = False

    def __init__(
        self,
        maker: Maker,
        packets: int,
        *,
        on_path: bool,
        phase: Phase = Phase.CALL,
        to: tuple[Party, ...] = (Party.BOB, Party.ALICE),
        interval: float = 0.02,
        batch: int = 1,
    ) -> None:
        self._maker = maker
        self._left = packets
        self._on_path = on_path
        self._phase = phase
        self._to = to
        self._interval = interval
        self._batch = batch
        self._turn = 0
        self._reachable: set[Party] = set()
        self._running = False

    def handle(self, event: Event) -> Iterable[Command]:
        self._maker.see(event)
        yield from let_pass(event)
        if isinstance(event, StrangerDatagram):
            yield Deed(ANSWERED)
        yield from self._act(event)

    def _act(self, event: Event) -> Iterator[Command]:
        if isinstance(event, Learned) and not self._on_path:
            self._reachable.add(event.party)
        elif isinstance(event, PathDatagram) and self._on_path:
            # A datagram on its way shows the way, there and back.
            self._reachable = set(Party)
        if isinstance(event, CallUp):
            yield from self._called_up()
        elif isinstance(event, TimerFired) and self._running:
            yield from self._fire()
        elif self._reachable and not self._running and self._phase is not Phase.CALL:
            self._running = True
            yield from self._fire()

    def _called_up(self) -> Iterator[Command]:
        if self._phase is Phase.SETUP:
            self._left = 0
        elif not self._running:
            self._running = True
            yield from self._fire()

    def _fire(self) -> Iterator[Command]:
        for _ in range(min(self._batch, self._left)):
            to = self._to[self._turn % len(self._to)]
            packet = self._maker.packet(to, self._turn // len(self._to)) if to in self._reachable else None
            if packet is not None:
                yield Forward(to, packet) if self._on_path else SendOffPath(to, packet)
                yield Deed(SENT)
                self._left -= 1
            self._turn += 1
        if self._left:
            yield StartTimer(TIMER, self._interval)
