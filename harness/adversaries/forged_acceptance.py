"""An acceptance that nobody gave: the caller is told that she may go on while the other one's device still rings.

What a client does with the offer that follows is the whole question: whoever answers it is located, and heard, before
his user has touched anything (CVE-2019-6223).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ..model.base import Party
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from .machine import Command, Deed, Deliver, Event, SendSignal, Signal, let_pass

FORGED: Final = "acceptance-forged"
OFFERED: Final = "offer-brought-while-ringing"


class ForgedAcceptance:
    """As soon as it rings. The genuine acceptance, if there is one later, goes its way."""

    required = (FORGED, OFFERED)
    reroutes = False

    def __init__(self) -> None:
        self._accepted = False

    def handle(self, event: Event) -> Iterable[Command]:
        if not isinstance(event, Signal):
            return let_pass(event)
        match event.message.kind:
            case SignalKind.RINGING:
                return (Deliver(event.message), SendSignal(Party.ALICE, acceptance(Mode.E2EE)), Deed(FORGED))
            case SignalKind.ACCEPT:
                self._accepted = True
            case SignalKind.OFFER if not self._accepted:
                return (Deliver(event.message), Deed(OFFERED))
        return let_pass(event)


def acceptance(mode: Mode) -> SignalMessage:
    """What the service says when the callee has accepted."""
    return SignalMessage(kind=SignalKind.ACCEPT, sender=Party.BOB, body=mode.value, name="Bob")
