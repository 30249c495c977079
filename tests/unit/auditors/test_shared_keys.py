"""A session has two holders: what one of them exports proves what both of them sent, and who is between them."""

from __future__ import annotations

import pytest

from harness.auditors.case import Case
from harness.auditors.opacity import audit
from harness.auditors.shared_keys import estranged
from harness.model.base import Party
from harness.model.finding import Finding, Reason, Severity
from harness.model.mode import Mode
from tests.unit.wire.openssl_pair import shake_hands

from .answers import detail, raised
from .packets import flip, opus
from .stage import (
    ALICE,
    BOB,
    OF_ALICE,
    OF_BOB,
    OF_MALLORY,
    Stage,
    honest_call,
    intercepted_call,
    processed_call,
    through_processor,
)


def without_keys_of(*parties: Party, stage: Stage) -> Stage:
    for party in parties:
        stage.keylogs[party].clear()
    return stage


def at(vantage: str, findings: tuple[Finding, ...]) -> set[Reason]:
    return {one.reason for one in findings if one.vantage == vantage}


@pytest.mark.parametrize("party", Party)
def test_the_keys_of_one_end_prove_every_packet_on_both_legs(party: Party) -> None:
    findings = audit(without_keys_of(party, stage=honest_call()).case())
    assert {one.severity for one in findings} == {Severity.FACT}
    assert at("alice-bob", findings) == at("bob-alice", findings) == {Reason.EVERY_PACKET_AUTHENTICATED}
    assert detail(findings, Reason.KEYS_SHARED) == (
        f"{party}, who exports no keys, sends under those that {party.peer} exported"
    )


@pytest.mark.parametrize("party", Party)
def test_an_interception_shows_without_the_keys_of_one_end(party: Party) -> None:
    findings = audit(without_keys_of(party, stage=intercepted_call()).case())
    assert raised(findings) == {Reason.KEYS_NOT_SHARED}
    assert raised(findings, Severity.INCONCLUSIVE) == set()
    assert at(f"{party}-{party.peer}", findings) == {Reason.KEYS_MISSING}
    assert at(f"{party.peer}-{party}", findings) == {Reason.EVERY_PACKET_AUTHENTICATED}


@pytest.mark.parametrize("party", Party)
def test_without_a_packet_borrowed_keys_prove_nothing(party: Party) -> None:
    findings = audit(without_keys_of(party, stage=honest_call(packets=0)).case())
    assert {Reason.KEYS_SHARED, Reason.KEYS_NOT_SHARED}.isdisjoint(one.reason for one in findings)


def test_a_leg_that_does_not_show_how_its_call_began_does_not_say_that_the_peer_began_with_somebody_else() -> None:
    stage = without_keys_of(*Party, stage=honest_call())
    restart = shake_hands(OF_BOB, OF_ALICE)
    for party in Party:
        stage.handshake(party, restart)
    without_keys_of(*Party, stage=stage)
    assert not estranged(stage.case())
    hellos = [one for one in stage.wire[BOB] if one.outward and one.data[:1] == b"\x16" and one.data[13:14] == b"\x01"]
    stage.wire[BOB].remove(hellos[0])
    assert not estranged(stage.case())


def test_without_any_keys_an_honest_call_stays_open() -> None:
    findings = audit(without_keys_of(*Party, stage=honest_call()).case())
    assert [(one.reason, one.severity) for one in findings] == [(Reason.KEYS_MISSING, Severity.INCONCLUSIVE)] * 2


def test_without_any_keys_two_handshakes_are_still_two() -> None:
    findings = audit(without_keys_of(*Party, stage=intercepted_call()).case())
    assert raised(findings) == {Reason.KEYS_NOT_SHARED}
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.KEYS_MISSING}


def test_one_damaged_byte_shows_under_the_keys_of_the_other_end() -> None:
    stage = without_keys_of(BOB, stage=honest_call())
    frame = stage.media(BOB, outward=True)[7]
    frame.data = flip(frame.data, 40)
    assert raised(audit(stage.case())) == {Reason.PACKET_NOT_AUTHENTICATED}


def test_an_interceptor_who_shows_the_same_random_number_holds_other_keys_all_the_same() -> None:
    stage = without_keys_of(BOB, stage=honest_call())
    stage.keylogs[ALICE] = {random: secret[::-1] for random, secret in stage.keylogs[ALICE].items()}
    assert Reason.KEYS_NOT_SHARED in raised(audit(stage.case()))


def test_who_has_sent_nothing_proves_nothing() -> None:
    stage = without_keys_of(BOB, stage=honest_call(packets=0))
    stage.speak(ALICE, opus(1, ssrc=0xA11CE))
    findings = audit(stage.case())
    assert Reason.KEYS_SHARED not in {one.reason for one in findings}
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}


def test_an_interception_that_begins_with_a_second_handshake_shows_without_the_keys_of_one_end() -> None:
    stage = honest_call()
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    stage.talk(10)
    without_keys_of(BOB, stage=stage)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.KEYS_NOT_SHARED}
    assert at("bob-alice", findings) == {Reason.KEYS_MISSING}


def test_a_second_handshake_whose_key_nobody_told_stays_open() -> None:
    stage = honest_call()
    before = dict(stage.keylogs[ALICE])
    again = shake_hands(OF_BOB, OF_ALICE)
    for party in Party:
        stage.handshake(party, again)
    stage.talk(10)
    stage.keylogs = {ALICE: before, BOB: {}}
    findings = audit(stage.case())
    assert Reason.KEYS_NOT_SHARED not in {one.reason for one in findings}
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.KEYS_MISSING}


def test_a_leg_that_lacks_the_beginning_of_a_handshake_makes_nobody_a_stranger() -> None:
    assert estranged(intercepted_call().case())
    stage = intercepted_call()
    del stage.wire[BOB][_first_dtls(stage.case())]
    assert not estranged(stage.case())


def _first_dtls(case: Case) -> int:
    leg = case.leg(BOB)
    assert leg is not None
    return next(one.frame for one in leg.datagrams if one.data[0] == 22) - 1


def test_what_an_endpoint_does_not_count_is_not_called_refused() -> None:
    stage = honest_call()
    stage.state(BOB, packets_told=False)
    assert {one.severity for one in audit(stage.case())} == {Severity.FACT}
    stage.on_leg(BOB, False, opus(7, ssrc=0xA11CE))
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NOT_CHECKED}
    assert Reason.FOREIGN_PACKET_DROPPED not in {one.reason for one in findings}


def test_in_an_ordinary_call_the_keys_of_each_leg_are_the_services_whichever_way_they_were_agreed_on() -> None:
    stage = through_processor(intercepted_call())
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.KEYS_NOT_SHARED}
    stage.mode = Mode.E2EE
    assert raised(audit(stage.case())) == {Reason.KEYS_NOT_SHARED}, "who was promised more is owed more"


def test_a_leg_of_dtls_and_one_of_keys_in_the_signalling_share_nothing_either() -> None:
    stage, other = through_processor(intercepted_call()), processed_call()
    stage.keylogs[BOB].clear()
    stage.wire[BOB], stage.signalling = other.wire[BOB], [*stage.signalling, *other.signalling]
    findings = audit(stage.case())
    assert Reason.KEYS_SHARED not in {one.reason for one in findings}
    assert detail(findings, Reason.KEYS_NOT_SHARED).startswith("alice and bob share their keys with the service")
