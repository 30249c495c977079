"""Old messages, sent again: of this call while it is up, or of an earlier one in the place of the new message.

An offer that was good once names a certificate and candidates of its time. A client can tell it by its origin line: the
session is another one, or the version is not higher than the last (RFC 3264 section 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.adversary import SignallingReplay as Noun
from ..model.base import Party
from ..model.recording import SignalKind, SignalMessage
from .machine import CallUp, Command, Deed, Deliver, EarlierSignal, Event, SendSignal, Signal, let_pass

REPLAYED: Final = "message-replayed"

_KINDS: Final = {Party.BOB: SignalKind.OFFER, Party.ALICE: SignalKind.ANSWER}


class SignallingReplay:
    """Keeps the message of one kind, and sends it again."""

    required = (REPLAYED,)
    reroutes = False

    def __init__(self, noun: Noun) -> None:
        self._to = noun.to.party
        self._in_place = noun.of == "earlier-call"
        self._kept: SignalMessage | None = None
        self._replayed = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, EarlierSignal) and self._in_place:
            self._keep(event.message)
        elif isinstance(event, Signal):
            return self._signal(event.message)
        elif isinstance(event, CallUp) and self._kept is not None and not self._in_place:
            self._replayed = True
            return (SendSignal(self._to, self._kept), Deed(REPLAYED))
        return let_pass(event)

    def _signal(self, message: SignalMessage) -> Iterator[Command]:
        if self._replayed and message.sender is self._to and message.kind is SignalKind.ANSWER:
            return  # else the other party would refuse an answer that it never asked for, and cover for this one
        if not self._in_place:
            self._keep(message)
        if self._in_place and self._kept is not None and message.kind is self._kept.kind:
            yield Deliver(self._kept)
            yield Deed(REPLAYED)
        else:
            yield Deliver(message)

    def _keep(self, message: SignalMessage) -> None:
        if message.kind is _KINDS[self._to]:
            self._kept = message
