"""The service's words as moves of a script: what is said when, and what does not arrive."""

from __future__ import annotations

import pytest

from harness.adversaries.machine import CallUp, Command, Deliver, Machine, SendSignal, Signal
from harness.model.base import Party, Role
from harness.model.recording import SignalKind, SignalMessage

from ..transcript import ALICE, BOB, NOW, deeds, only, signal
from .scripts import move, script


def said(kind: SignalKind, sender: Party, body: str = "") -> SignalMessage:
    return SignalMessage(kind=kind, sender=sender, body=body)


RINGING = said(SignalKind.RINGING, BOB)


def told(machine: Machine, party: Party) -> list[Command]:
    """The mode that was decided, on its way to a party."""
    message = said(SignalKind.ACCEPT, BOB, "e2ee")
    return list(machine.handle(Signal(message, NOW, BOB if party is BOB else None)))


@pytest.mark.parametrize("role", Role)
def test_a_mode_is_told_to_one_and_the_truth_to_the_other(role: Role) -> None:
    machine = script(move("tell-mode", towards=role, mode="service"))
    for party in Party:
        commands = told(machine, party)
        deceived = party is role.party
        assert [one.message.body for one in only(commands, Deliver)] == ["service" if deceived else "e2ee"]
        assert deeds(commands) == ({"move-1-tell-mode": 1} if deceived else {})


@pytest.mark.parametrize("role", Role)
def test_an_acceptance_is_forged_as_soon_as_it_rings(role: Role) -> None:
    commands = signal(script(move("forge-accept", towards=role, when="ringing")), RINGING)
    (sent,) = only(commands, SendSignal)
    assert (sent.to, sent.message.kind, sent.message.body) == (role.party, SignalKind.ACCEPT, "e2ee")
    assert only(commands, Deliver) == [Deliver(RINGING)]
    assert deeds(commands) == {"move-1-forge-accept": 1}


def test_or_once_more_when_the_call_is_up() -> None:
    machine = script(move("forge-accept", towards="caller", mode="clear"))
    assert only(signal(machine, RINGING), SendSignal) == []
    (sent,) = only(list(machine.handle(CallUp(NOW))), SendSignal)
    assert (sent.to, sent.message.body) == (ALICE, "clear")


def test_an_invitation_comes_in_mid_call() -> None:
    commands = list(script(move("forge-invite", towards="callee")).handle(CallUp(NOW)))
    (sent,) = only(commands, SendSignal)
    assert (sent.to, sent.message.kind, sent.message.sender) == (BOB, SignalKind.INVITE, ALICE)
    assert deeds(commands) == {"move-1-forge-invite": 1}


@pytest.mark.parametrize("kind", [SignalKind.INVITE, SignalKind.RINGING, SignalKind.CHAT, SignalKind.HANGUP])
def test_what_is_withheld_from_one_does_not_arrive_and_reaches_the_other(kind: SignalKind) -> None:
    machine = script(move("withhold-message", towards="caller", message=kind.value))
    withheld = signal(machine, said(kind, BOB))
    assert only(withheld, Deliver) == []
    assert deeds(withheld) == {"move-1-withhold-message": 1}
    assert only(signal(machine, said(kind, ALICE)), Deliver)


def test_a_message_that_no_move_is_about_passes() -> None:
    machine = script(move("withhold-message", towards="caller", message="chat"))
    for kind in SignalKind:
        if kind is not SignalKind.CHAT:
            assert only(signal(machine, said(kind, BOB)), Deliver) == [Deliver(said(kind, BOB))]


def test_who_is_told_what_was_decided_is_not_deceived() -> None:
    assert deeds(told(script(move("tell-mode", towards="callee", mode="e2ee")), BOB)) == {}
    lies = script(move("tell-mode", towards="callee", mode="service"), move("tell-mode", towards="callee", mode="e2ee"))
    assert deeds(told(lies, BOB)) == {}
