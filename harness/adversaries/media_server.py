"""The part of a media server's attack that is a machine: none. Another program does it, and counts as deeds what passed
its hands (`live_media_server`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .machine import Command, Event, let_pass

REWRITTEN: Final = "descriptions-rewritten"
RECORDED: Final = "packets-recorded"


class MediaServer:
    """Lets pass what there is to pass; what must have happened, happens elsewhere."""

    required = (REWRITTEN, RECORDED)
    reroutes = False

    def handle(self, event: Event) -> Iterable[Command]:
        return let_pass(event)
