"""Old messages, sent again: of this call while it is up, or of an earlier one in the place of the new message.

An offer that was good once names a certificate and candidates of its time. A client can tell it by its origin line: the
session is another one, or the version is not higher than the last (RFC 3264 section 8). The last one itself may be
answered again; so a newer one is brought first where what comes must be old. An acceptance has no such mark: only
whoever was asked can know that he has not given it. Candidates have none either, and need none: what ICE finds behind
them must prove itself by the credentials of this call (RFC 8445 section 7.2.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.adversary import SignallingReplay as Noun
from ..model.base import Party
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from ..wire.sdp import Line, Origin, Sdp
from .machine import CallUp, Command, Deed, Deliver, EarlierSignal, Event, SendSignal, Signal, let_pass
from .signalling import changed

REPLAYED: Final = "message-replayed"

_KINDS: Final = {Party.BOB: SignalKind.OFFER, Party.ALICE: SignalKind.ANSWER}


class SignallingReplay:
    """Keeps the message of one kind, and sends it again, or what is wanted of it."""

    required = (REPLAYED,)
    reroutes = False

    def __init__(self, noun: Noun) -> None:
        self._to = noun.to.party
        self._what = noun.what
        self._kind = SignalKind.ACCEPT if noun.what == "acceptance" else _KINDS[self._to]
        self._in_place = noun.of == "earlier-call"
        self._newer_first = noun.of == "before-reoffer"
        self._kept: SignalMessage | None = None
        self._brought = False
        self._replayed = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, EarlierSignal) and self._in_place:
            self._keep(event.message)
        elif isinstance(event, Signal):
            return self._signal(event.message)
        elif isinstance(event, CallUp) and self._kept is not None and not self._in_place:
            self._brought = True
            return (SendSignal(self._to, newer(self._kept)),) if self._newer_first else self._once_more(self._kept)
        return let_pass(event)

    def _signal(self, message: SignalMessage) -> Iterator[Command]:
        if self._brought and message.sender is self._to and message.kind is SignalKind.ANSWER:
            # It goes no further: the other party would refuse what it never asked for, and cover for this one.
            if not self._replayed and self._kept is not None:
                yield from self._once_more(self._kept)
            return
        if not self._in_place:
            self._keep(message)
        if not self._in_place or self._kept is None:
            yield Deliver(message)
        elif self._what == "acceptance":
            yield from self._accepted(message, self._kept)
        else:
            new = self._replaced(message, self._kept)
            yield Deliver(new)
            if new is not message:
                yield Deed(REPLAYED)

    def _once_more(self, kept: SignalMessage) -> Iterable[Command]:
        self._replayed = True
        return (SendSignal(self._to, kept), Deed(REPLAYED))

    def _replaced(self, message: SignalMessage, old: SignalMessage) -> SignalMessage:
        if message.kind is not old.kind:
            return message
        if self._what == "description":
            return old
        return changed(message, lambda sdp: with_candidates_of(sdp, Sdp.parse(old.body)))

    def _accepted(self, message: SignalMessage, old: SignalMessage) -> Iterator[Command]:
        """While it rings, with the mode that the service told the two with it then: no other call was made."""
        yield Deliver(message)
        if message.kind is SignalKind.RINGING:
            yield SendSignal(self._to, old.model_copy(update={"body": Mode.E2EE.value}))
            yield Deed(REPLAYED)

    def _keep(self, message: SignalMessage) -> None:
        if message.kind is self._kind:
            self._kept = message


def newer(offer: SignalMessage) -> SignalMessage:
    """The offer with the next version, and nothing else changed. ValueError when it has no origin."""
    return offer.model_copy(update={"body": Origin.read(offer.body).next().written(offer.body)})


def with_candidates_of(sdp: Sdp, old: Sdp) -> Sdp:
    """The description with the candidates of an older one in each media section, in the place of its own."""
    seen: set[int | None] = set()

    def replaced(line: Line) -> tuple[str, ...]:
        if line.value("candidate") is None:
            return (line.text,)
        first = line.level not in seen
        seen.add(line.level)
        return tuple(f"a=candidate:{one}" for level, one in old.values("candidate") if first and level == line.level)

    return sdp.rewrite(replaced)
