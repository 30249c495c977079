"""The part of a media server's attack that is a machine: none. Another program does it, and counts as deeds what passed
its hands (`live_media_server`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from .machine import Command, Event, let_pass

REWRITTEN: Final = "descriptions-rewritten"
RECORDED: Final = "packets-recorded"
CAPTURED: Final = "packets-captured"
"""By its administration, which Janus has beside its recording."""


class MediaServer:
    """Lets pass what there is to pass; what must have happened, happens elsewhere."""

    reroutes = False

    def __init__(self, *, captures: bool = False) -> None:
        self.required = (REWRITTEN, RECORDED, CAPTURED) if captures else (REWRITTEN, RECORDED)

    def handle(self, event: Event) -> Iterable[Command]:
        return let_pass(event)
