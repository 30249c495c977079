"""Another device answers a call: later than the callee's own, or instead of it, with the callee called by it in turn.

A service rings all devices of a user, so an answer of another one is nothing strange; whose it is, only the code tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..model.base import Party
from ..model.ground_truth import ended_with
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from ..wire.certificate import Identity
from .forged_acceptance import acceptance
from .machine import CallUp, Command, Deed, Deliver, Event, PathDatagram, SendSignal, Signal, let_pass
from .own_device import OwnDevice
from .signalling import DESCRIPTIONS, changed

ANSWERED: Final = "second-device-answered"
DESCRIBED: Final = "own-device-described-to"


class LateDevice:
    """When the call is up, one more acceptance and one more answer reach the caller."""

    required = (ANSWERED,)
    reroutes = False

    def __init__(self, identities: Mapping[Party, Identity]) -> None:
        self._device = OwnDevice(identities, (Party.ALICE,))
        self._answer: SignalMessage | None = None

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, CallUp) and self._answer is not None:
            return self._answered(self._answer)
        if isinstance(event, Signal | PathDatagram):
            if isinstance(event, Signal) and event.message.kind is SignalKind.ANSWER:
                self._answer = event.message
            return let_pass(event)
        return self._device.handle(event)

    def _answered(self, genuine: SignalMessage) -> Iterator[Command]:
        yield SendSignal(Party.ALICE, acceptance(Mode.E2EE))
        yield SendSignal(Party.ALICE, changed(genuine, lambda sdp: self._device.described(sdp, Party.ALICE)))
        yield Deed(ANSWERED)


class OtherDevice:
    """Both parties are told of the device and nobody else. It holds a call with each."""

    required = (*(f"{DESCRIBED}-{party}" for party in Party), *(ended_with(party) for party in Party))
    reroutes = False

    def __init__(self, identities: Mapping[Party, Identity]) -> None:
        self._device = OwnDevice(identities, tuple(Party))

    def handle(self, event: Event) -> Iterable[Command]:
        if isinstance(event, Signal) and event.message.kind in DESCRIPTIONS:
            return self._described(event)
        return let_pass(event) if isinstance(event, Signal | PathDatagram) else self._device.handle(event)

    def _described(self, event: Signal) -> Iterator[Command]:
        to = event.receiver
        yield Deliver(changed(event.message, lambda sdp: self._device.described(sdp, to)))
        yield Deed(f"{DESCRIBED}-{to}")
