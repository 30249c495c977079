"""A relay that does not keep to its one task: it drops, delays, takes another way, or confuses its channels.

A relay is trusted with nothing but delivery (RFC 8656 section 21): whatever it does with packets it cannot read, it
may cost quality and must not cost secrecy. Packets that end up where they do not belong are authentic nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.adversary import RelayFault
from ..model.base import Party
from .machine import Command, Deed, Forward, PathDatagram, SendOffPath
from .media_passing import MediaPassing

DROPPED: Final = "packets-dropped"
DELAYED: Final = "packets-delayed"
REDIRECTED: Final = "packets-redirected"
MIXED: Final = "packets-mixed"

DELAY: Final = 0.15
"""Seconds: seven packets of audio overtake the one that is held."""


class TurnTamper(MediaPassing):
    """Does one thing to every n-th media packet of each direction."""

    def __init__(self, fault: RelayFault, every: int) -> None:
        super().__init__()
        self._fault = fault
        self._every = every
        self._latest: dict[Party, bytes] = {}
        self.required = (_DEEDS[fault],)

    def media(self, event: PathDatagram) -> Iterator[Command]:
        self._latest[event.sender] = event.data
        if self.passed[event.sender] % self._every:
            yield Forward(event.sender.peer, event.data)
            return
        yield from self._tamper(event)

    def _tamper(self, event: PathDatagram) -> Iterator[Command]:
        to = event.sender.peer
        match self._fault:
            case RelayFault.DROP:
                yield Deed(DROPPED)
            case RelayFault.DELAY:
                yield from self.held.hold(to, event.data, DELAY)
                yield Deed(DELAYED)
            case RelayFault.REDIRECT:
                yield SendOffPath(to, event.data)
                yield Deed(REDIRECTED)
            case RelayFault.MIX:
                # Alice's packet goes back to her, and what she sent last is what she is given in the place of bob's.
                other = self._latest.get(to)
                yield Forward(event.sender, event.data)
                if other is not None:
                    yield Forward(to, other)
                yield Deed(MIXED)


_DEEDS: Final = {
    RelayFault.DROP: DROPPED,
    RelayFault.DELAY: DELAYED,
    RelayFault.REDIRECT: REDIRECTED,
    RelayFault.MIX: MIXED,
}
