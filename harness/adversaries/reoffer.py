"""An offer in the middle of the call that nobody made, under the ICE credentials in use (RFC 9429 section 5.11).

Another certificate needs another DTLS association, and that needs an ICE restart (RFC 8842 section 4): a client can
refuse such an offer, or shake hands anew, but must not go on as if it had agreed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.adversary import Reoffer
from ..model.base import Party
from ..model.recording import SignalKind, SignalMessage
from ..wire.certificate import Identity
from ..wire.sdp import Origin, Sdp
from .dtls_mitm import with_fingerprint_of
from .machine import CallUp, Command, Deed, Deliver, Event, SendSignal, Signal, StartTimer, TimerFired, let_pass
from .signalling import refusal_by

BROUGHT: Final = "offer-brought"
READ: Final = "offer-read"
"""The callee answered it, or ended the call over it."""
_TIME: Final = "time to bring it"


class ForgedReoffer:
    """Waits until the call is up, then makes the callee an offer in the caller's name. The answer goes no further."""

    reroutes = False

    def __init__(self, noun: Reoffer, identity: Identity) -> None:
        # Another certificate is to be refused; whatever else it says, the callee must at least have read it.
        self.required = (BROUGHT,) if noun.change == "fingerprint" else (BROUGHT, READ)
        self._change, self._after = noun.change, noun.after
        self._identity = identity
        self._offer: SignalMessage | None = None
        self._brought = False

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, CallUp) and self._offer is not None:
            return (StartTimer(_TIME, self._after),)
        if isinstance(event, TimerFired) and event.token == _TIME and self._offer is not None:
            return self._bring(self._offer)
        if isinstance(event, Signal):
            return self._signal(event.message)
        return let_pass(event)

    def _signal(self, message: SignalMessage) -> Iterator[Command]:
        if message.kind is SignalKind.OFFER:
            self._offer = message
        answered = self._brought and message.kind is SignalKind.ANSWER
        if answered or (self._brought and refusal_by(message) is Party.BOB):
            yield Deed(READ)
        if not answered:
            yield Deliver(message)

    def _bring(self, offer: SignalMessage) -> Iterator[Command]:
        self._brought = True
        sdp = self._changed(Sdp.parse(offer.body))
        body = Origin.read(offer.body).next().written(str(sdp))
        yield SendSignal(Party.BOB, offer.model_copy(update={"body": body}))
        yield Deed(BROUGHT)

    def _changed(self, sdp: Sdp) -> Sdp:
        if self._change == "fingerprint":
            return with_fingerprint_of(sdp, self._identity.der)
        # The caller has been passive: from now on it shall be active.
        return sdp.with_setup("active") if self._change == "setup-role" else sdp
