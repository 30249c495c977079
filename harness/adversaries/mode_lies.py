"""Lies about what kind of call it is: less than was decided, more than there is, or something else in the middle.

The mode is the service's to say, so nothing but the screen and the keys can show that it was not the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..model.base import Party, Role
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from ..wire.sdp import Origin, Sdp
from .forged_acceptance import acceptance
from .machine import CallUp, Command, Deed, Deliver, Event, SendSignal, Signal, let_pass
from .sdp_rewrite import sdes_line, with_sdes_only
from .service_processor import ServiceProcessor
from .signalling import DESCRIPTIONS, changed

FLIPPED: Final = "mode-told-in-mid-call"
KEYS_OFFERED: Final = "own-keys-offered"
KEYS_REPLACED: Final = "dtls-replaced-by-own-keys"


class E2eeStrip:
    """Tells these roles that it is an ordinary call, and does with it what the service does with such calls."""

    reroutes = False

    def __init__(self, towards: Iterable[Role]) -> None:
        self._towards = frozenset(towards)
        self._processor = ServiceProcessor()
        # Whoever is told something else than the other one refuses the call before there is anything to open.
        opened = tuple(f"packets-opened-from-{party}" for party in Party) if len(self._towards) == len(Role) else ()
        self.required = (*(told(Mode.SERVICE, role) for role in Role if role in self._towards), *opened)

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal) and event.message.kind is SignalKind.ACCEPT:
            return _told(event, Mode.SERVICE) if event.receiver.role in self._towards else let_pass(event)
        return self._processor.handle(event)


class ForgedLock:
    """Tells both that it is end-to-end encrypted, and sees to it that it is not."""

    required = tuple(f"mode-told-{Mode.E2EE}-{role}" for role in Role)
    reroutes = False

    def __init__(self, seed: str) -> None:
        self._own_keys = sdes_line(seed)
        self._processor = ServiceProcessor()

    def handle(self, event: Event) -> Iterable[Command]:
        if not isinstance(event, Signal):
            return self._processor.handle(event)
        if event.message.kind is SignalKind.ACCEPT:
            return _told(event, Mode.E2EE)
        return self._keyed(event)

    def _keyed(self, event: Signal) -> Iterable[Command]:
        """A description with keys in it is read; one without gets ours, instead of DTLS."""
        message = event.message
        if message.kind not in DESCRIPTIONS or "a=crypto" in message.body:
            return self._processor.handle(event)
        keyed = changed(message, lambda sdp: with_sdes_only(sdp, self._own_keys))
        return (Deliver(keyed), Deed(KEYS_REPLACED))


class PolicyFlip:
    """Once the call is up: another policy, another mode for both, and perhaps an offer that fits it."""

    reroutes = False

    def __init__(self, seed: str, *, keys: bool) -> None:
        self.required = (FLIPPED, KEYS_OFFERED) if keys else (FLIPPED,)
        self._own_keys = sdes_line(seed)
        self._keys = keys
        self._offer: SignalMessage | None = None

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, CallUp):
            return self._flip()
        if isinstance(event, Signal) and event.message.kind is SignalKind.OFFER:
            self._offer = event.message
        return let_pass(event)

    def _flip(self) -> Iterator[Command]:
        for party in Party:
            policy = SignalMessage(kind=SignalKind.POLICY, sender=party.peer, body="Disabled")
            yield SendSignal(party, policy)
            yield SendSignal(party, acceptance(Mode.SERVICE))
        yield Deed(FLIPPED)
        if self._keys and self._offer is not None:
            yield SendSignal(Party.BOB, keyed_offer(self._offer, self._own_keys))
            yield Deed(KEYS_OFFERED)


def told(mode: Mode, role: Role) -> str:
    """The deed of telling a role this mode."""
    return f"mode-told-{mode}-{role}"


def keyed_offer(offer: SignalMessage, crypto: str) -> SignalMessage:
    """The caller's offer once more, newer, and with these keys in the place of DTLS."""
    keyed = with_sdes_only(Sdp.parse(offer.body), crypto)
    return offer.model_copy(update={"body": Origin.read(offer.body).next().written(str(keyed))})


def _told(event: Signal, mode: Mode) -> Iterator[Command]:
    yield Deliver(event.message.model_copy(update={"body": mode.value}))
    yield Deed(told(mode, event.receiver.role))
