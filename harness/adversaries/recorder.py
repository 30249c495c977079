"""A relay on the path that forwards and writes down everything: what a passive wiretap gets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .machine import Command, Deed, Event, Forward, PathDatagram, WriteDown, let_pass

RECORDED: Final = "datagrams-recorded"


class Recorder:
    """Keeps each datagram with its sender. Whether that is worth anything is for the markers to show."""

    required = (RECORDED,)
    reroutes = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, PathDatagram):
            return (Forward(event.sender.peer, event.data), WriteDown(event.sender, event.data), Deed(RECORDED))
        return let_pass(event)
