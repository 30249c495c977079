"""A relay on the path that only forwards: the honest twin of every attack on the path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .machine import Command, Deed, Event, Forward, PathDatagram, let_pass

FORWARDED: Final = "datagrams-forwarded"
_DONE: Final = Deed(FORWARDED)


class Bystander:
    """Forwards every datagram as it came, and counts them. The relay does so without asking about each."""

    required = (FORWARDED,)
    reroutes = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram):
            return (Forward(event.sender.peer, event.data), _DONE)
        return let_pass(event)
