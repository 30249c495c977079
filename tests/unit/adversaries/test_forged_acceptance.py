"""An acceptance that nobody gave: when it comes, and when the attack has really happened."""

from __future__ import annotations

from harness.adversaries.forged_acceptance import FORGED, OFFERED, ForgedAcceptance
from harness.adversaries.machine import Deliver, SendSignal
from harness.model.base import Party
from harness.model.recording import SignalKind, SignalMessage

from .transcript import deeds, only, signal


def said(kind: SignalKind, sender: Party) -> SignalMessage:
    return SignalMessage(kind=kind, sender=sender, body="")


RINGING, ACCEPT = said(SignalKind.RINGING, Party.BOB), said(SignalKind.ACCEPT, Party.BOB)
OFFER = said(SignalKind.OFFER, Party.ALICE)


def test_the_caller_is_told_as_soon_as_it_rings() -> None:
    commands = signal(ForgedAcceptance(), RINGING)
    (told,) = only(commands, SendSignal)
    assert (told.to, told.message.kind, told.message.sender) == (Party.ALICE, SignalKind.ACCEPT, Party.BOB)
    assert told.message.body == "e2ee"
    assert only(commands, Deliver) == [Deliver(RINGING)]
    assert deeds(commands) == {FORGED: 1}


def test_it_counts_when_the_offer_comes_before_the_genuine_acceptance() -> None:
    machine = ForgedAcceptance()
    signal(machine, RINGING)
    assert deeds(signal(machine, OFFER)) == {OFFERED: 1}


def test_an_offer_after_the_genuine_acceptance_proves_nothing() -> None:
    machine = ForgedAcceptance()
    for message in (RINGING, ACCEPT):
        signal(machine, message)
    commands = signal(machine, OFFER)
    assert deeds(commands) == {}
    assert only(commands, Deliver) == [Deliver(OFFER)]
