"""Lies about the mode: who is told what, and when the attack has really happened."""

from __future__ import annotations

import pytest

from harness.adversaries.machine import CallUp, Command, Deliver, Machine, SendSignal, Signal, WriteDown
from harness.adversaries.mode_lies import (
    FLIPPED,
    KEYS_OFFERED,
    KEYS_REPLACED,
    E2eeStrip,
    ForgedLock,
    PolicyFlip,
    keyed_offer,
    told,
)
from harness.adversaries.sdp_rewrite import sdes_line
from harness.model.base import Party, Role
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.wire.sdp import Origin, Sdp

from .descriptions import ANSWER, OFFER, attributes
from .transcript import ALICE, BOB, NOW, answer, deeds, feed, offer, only, rtp, signal

DECIDED = SignalMessage(kind=SignalKind.ACCEPT, sender=BOB, body="e2ee")


def said_to(machine: Machine, party: Party, word: str = "e2ee") -> list[Command]:
    """What becomes of the mode that the service decided, on its way to a party."""
    message = DECIDED.model_copy(update={"body": word})
    return list(machine.handle(Signal(message, NOW, BOB if party is BOB else None)))


def word(commands: list[Command]) -> str:
    (delivered,) = only(commands, Deliver)
    return delivered.message.body


@pytest.mark.parametrize("towards", [tuple(Role), (Role.CALLER,), (Role.CALLEE,)])
def test_those_who_are_to_be_deceived_are_told_less_and_the_others_the_truth(towards: tuple[Role, ...]) -> None:
    machine = E2eeStrip(towards)
    for role in Role:
        commands = said_to(machine, role.party)
        deceived = role in towards
        assert word(commands) == ("service" if deceived else "e2ee")
        assert deeds(commands) == ({told(Mode.SERVICE, role): 1} if deceived else {})


def test_of_a_call_that_both_take_for_an_ordinary_one_the_media_must_be_opened() -> None:
    assert {f"packets-opened-from-{party}" for party in Party} <= set(E2eeStrip(Role).required)
    assert E2eeStrip((Role.CALLEE,)).required == (told(Mode.SERVICE, Role.CALLEE),)


def test_it_writes_down_what_passes_like_any_processor() -> None:
    assert only(feed(E2eeStrip(Role), ALICE, rtp(1)), WriteDown)


def test_a_forged_lock_is_promised_to_both_whatever_was_decided() -> None:
    machine = ForgedLock("seed")
    assert [word(said_to(machine, party, "service")) for party in Party] == ["e2ee", "e2ee"]
    assert set(machine.required) == {told(Mode.E2EE, role) for role in Role}


def test_a_description_without_keys_gets_those_of_the_service_in_the_place_of_dtls() -> None:
    machine = ForgedLock("seed")
    for message in (offer(OFFER), answer(ANSWER)):
        commands = signal(machine, message)
        body = word(commands)
        assert attributes(body, "crypto")
        assert not attributes(body, "fingerprint")
        assert deeds(commands) == {KEYS_REPLACED: 1}


def test_a_description_with_keys_is_read_and_goes_on_as_it_is() -> None:
    keyed = str(Sdp.parse(OFFER).insert(sdes_line("of alice"), 0))
    commands = signal(ForgedLock("seed"), offer(keyed))
    assert word(commands) == keyed
    assert deeds(commands) == {"keys-read-from-alice": 1}


def flipped(keys: bool) -> tuple[PolicyFlip, list[Command]]:
    machine = PolicyFlip("seed", keys=keys)
    assert word(signal(machine, offer(OFFER))) == OFFER
    return machine, list(machine.handle(CallUp(NOW)))


def test_in_mid_call_both_hear_of_another_policy_and_another_mode() -> None:
    machine, commands = flipped(keys=False)
    sent = [(one.to, one.message.kind, one.message.body) for one in only(commands, SendSignal)]
    for party in Party:
        assert (party, SignalKind.POLICY, "Disabled") in sent
        assert (party, SignalKind.ACCEPT, "service") in sent
    assert len(sent) == 4
    assert deeds(commands) == dict.fromkeys(machine.required, 1) == {FLIPPED: 1}


def test_the_offer_that_fits_it_goes_to_the_callee_and_is_newer_than_the_callers() -> None:
    machine, commands = flipped(keys=True)
    (brought,) = [one for one in only(commands, SendSignal) if one.message.kind is SignalKind.OFFER]
    assert (brought.to, brought.message.sender) == (BOB, ALICE)
    assert brought.message == keyed_offer(offer(OFFER), sdes_line("seed"))
    assert Origin.read(brought.message.body) == Origin.read(OFFER).next()
    assert not attributes(brought.message.body, "fingerprint")
    assert deeds(commands) == dict.fromkeys(machine.required, 1) == {FLIPPED: 1, KEYS_OFFERED: 1}
