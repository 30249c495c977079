"""A service that reads what it carries: chat goes through it in clear, in every call and by design."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..model.recording import SignalKind
from .machine import Command, Deed, Deliver, Event, Signal, WriteDown, let_pass

READ: Final = "chat-read"


class ChatReader:
    """Keeps each line with its writer, and passes it on."""

    required = (READ,)
    reroutes = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal) and event.message.kind is SignalKind.CHAT:
            message = event.message
            return (Deliver(message), WriteDown(message.sender, message.body.encode()), Deed(READ))
        return let_pass(event)
