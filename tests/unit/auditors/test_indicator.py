"""A screen may show a lock only where the wire deserves one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.auditors.indicator import audit
from harness.model.base import Party
from harness.model.finding import Reason, Severity
from harness.model.statement import Indicator, Screen, ScreenMoment

from .answers import raised
from .packets import DTLS_JUNK, NULL_CIPHER, pictures, sender
from .stage import (
    ALICE,
    BOB,
    Stage,
    clear_call,
    honest_call,
    intercepted_call,
    refused_call,
    service_call,
    taken_call,
    unseen,
)


def test_two_locks_on_an_encrypted_call_are_honest() -> None:
    for stage in (honest_call(), intercepted_call()):
        findings = audit(stage.case())
        assert [one.reason for one in findings] == [Reason.LOCK_ON_BOTH, Reason.INDICATOR_HONEST]
        assert raised(findings, Severity.FACT) == {Reason.LOCK_ON_BOTH, Reason.INDICATOR_HONEST}


def test_no_lock_where_none_is_deserved_is_honest() -> None:
    for stage in (clear_call(), refused_call(), service_call()):
        findings = audit(stage.case())
        assert [one.reason for one in findings] == [Reason.LOCK_ON_NONE, Reason.INDICATOR_HONEST]


def test_a_screen_that_nobody_can_know_has_no_lock_and_lacks_none() -> None:
    for stage in (unseen(honest_call()), unseen(intercepted_call())):
        findings = audit(stage.case())
        assert {(one.reason, one.severity, one.vantage) for one in findings} == {
            (Reason.STATEMENT_MISSING, Severity.INCONCLUSIVE, BOB)
        }


def test_without_a_packet_nobody_knows_that_no_lock_was_due() -> None:
    stage = unseen(honest_call())
    stage.wire[BOB].clear()
    assert Reason.STATEMENT_MISSING in raised(audit(stage.case()), Severity.INCONCLUSIVE)


def test_where_no_handshake_came_to_an_end_it_is_known_that_no_lock_is_due() -> None:
    stage = unseen(clear_call())
    stage.show(ALICE, indicator=Indicator.LOCK, code="1" * 20)
    assert Reason.LOCK_ON_ONE in raised(audit(stage.case()))


def test_of_a_call_that_was_refused_no_screen_is_asked_for() -> None:
    stage = unseen(honest_call())
    stage.state(ALICE, connected=False)
    stage.show(ALICE, indicator=Indicator.NONE, code=None)
    findings = audit(stage.case())
    assert [one.reason for one in findings] == [Reason.LOCK_ON_NONE, Reason.INDICATOR_HONEST]


def test_a_lock_on_a_call_in_clear_is_a_lie_on_each_screen() -> None:
    stage = clear_call()
    stage.show(ALICE, indicator=Indicator.LOCK, code="1" * 20)
    stage.show(BOB, indicator=Indicator.LOCK, code="1" * 20)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.LOCK_WITHOUT_ENCRYPTION}
    assert raised(findings, Severity.FACT) == {Reason.LOCK_ON_BOTH}
    assert [one.vantage for one in findings if one.severity is Severity.ALARM] == ["alice-bob", "bob-alice"]


def test_a_lock_on_a_call_whose_keys_the_service_holds_is_a_lie_on_each_screen() -> None:
    stage = service_call()
    for party in (ALICE, BOB):
        stage.show(party, indicator=Indicator.LOCK, code="1" * 20)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.LOCK_ON_SERVICE_CALL}
    assert [one.vantage for one in findings if one.severity is Severity.ALARM] == ["alice-bob", "bob-alice"]


def test_a_lock_on_an_ordinary_call_without_keys_is_a_lock_on_no_encryption() -> None:
    stage = service_call()
    stage.signalling.clear()
    stage.show(ALICE, indicator=Indicator.LOCK, code="1" * 20)
    assert raised(audit(stage.case())) == {Reason.LOCK_WITHOUT_ENCRYPTION, Reason.LOCK_ON_ONE}


def test_a_lock_over_one_stream_in_clear_is_a_lie_though_the_packets_are_too_few_to_look_it() -> None:
    stage = honest_call(packets=20)
    for packet in pictures()[:10]:
        stage.on_leg(ALICE, True, packet)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.LOCK_WITHOUT_ENCRYPTION}
    assert [one.vantage for one in findings if one.severity is Severity.ALARM] == ["alice-bob"]


def test_a_lock_before_any_handshake_is_a_lie() -> None:
    stage = honest_call(packets=0)
    del stage.wire[ALICE][1:]
    assert raised(audit(stage.case())) == {Reason.LOCK_WITHOUT_ENCRYPTION}


def test_a_strangers_junk_does_not_earn_a_lock() -> None:
    stage = honest_call(packets=0)
    del stage.wire[ALICE][1:]
    stage.on_leg(ALICE, False, DTLS_JUNK)
    assert raised(audit(stage.case())) == {Reason.LOCK_WITHOUT_ENCRYPTION}


FINISHED = b"\x16\xfe\xfd\x00\x01"
"""How a record of a handshake under keys begins."""
FORGED = bytes.fromhex("17fefd00010000000000010020") + bytes(32)


def finished(stage: Stage, party: Party, outward: bool) -> float:
    """When the end of a handshake left a party, or reached it. Bob is the client, and sends his first."""
    return next(one.time for one in stage.wire[party] if one.outward is outward and FINISHED in one.data)


def locked_at(stage: Stage, time: float) -> None:
    """Alice's screen shows a lock from this moment on, and her last screen is as it was."""
    lock = Screen(indicator=Indicator.LOCK, code=None, peer="Bob")
    stage.state(ALICE, screens=(ScreenMoment(time=time, screen=lock),))


def test_a_lock_comes_after_the_handshake_and_not_before() -> None:
    stage = honest_call()
    verified = finished(stage, ALICE, outward=False)
    locked_at(stage, verified + 0.0005)
    assert raised(audit(stage.case())) == set()
    locked_at(stage, verified - 0.0005)
    assert raised(audit(stage.case())) == {Reason.LOCK_TOO_EARLY}


@pytest.mark.parametrize(("party", "alarms"), [(ALICE, set()), (BOB, {Reason.LOCK_TOO_EARLY})])
def test_the_end_that_counts_is_the_one_that_comes_from_the_peer(party: Party, alarms: set[Reason]) -> None:
    stage = honest_call()
    between = (finished(stage, party, outward=True) + finished(stage, party, outward=False)) / 2
    lock = Screen(indicator=Indicator.LOCK, code=None, peer=party.peer.value)
    stage.state(party, screens=(ScreenMoment(time=between, screen=lock),))
    assert raised(audit(stage.case())) == alarms


def test_a_strangers_record_under_keys_verifies_nobody() -> None:
    stage = honest_call()
    verified = finished(stage, ALICE, outward=False)
    stage.wire[ALICE].insert(0, replace(stage.wire[ALICE][0], time=verified - 1, outward=False, data=FORGED, far=9))
    locked_at(stage, verified - 0.5)
    assert raised(audit(stage.case())) == {Reason.LOCK_TOO_EARLY}


def test_a_lock_for_a_handshake_that_never_ended_came_too_early() -> None:
    stage = refused_call()
    assert raised(audit(stage.case())) == set()
    locked_at(stage, stage.now)
    assert raised(audit(stage.case())) == {Reason.LOCK_TOO_EARLY}


def test_a_lock_over_a_null_cipher_is_a_lie() -> None:
    stage = honest_call(packets=0)
    stage.protects[ALICE, True] = sender(stage.keys[ALICE, True], NULL_CIPHER)
    stage.talk(20)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.LOCK_WITHOUT_ENCRYPTION}
    assert [one.vantage for one in findings if one.severity is Severity.ALARM] == ["alice-bob"]


def test_a_lock_whose_leg_was_not_seen_stays_open() -> None:
    stage = honest_call()
    stage.wire[ALICE].clear()
    findings = audit(stage.case())
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.NO_PACKETS}
    assert Reason.INDICATOR_HONEST not in {one.reason for one in findings}


def test_one_lock_between_two_connected_parties_is_an_alarm() -> None:
    stage = honest_call()
    stage.show(BOB, indicator=Indicator.PLAIN, code=None)
    assert raised(audit(stage.case())) == {Reason.LOCK_ON_ONE}


def test_one_lock_while_the_other_party_never_came_up_is_a_notice() -> None:
    stage = honest_call()
    stage.show(BOB, indicator=Indicator.NONE, code=None)
    stage.state(BOB, connected=False)
    findings = audit(stage.case())
    assert raised(findings) == set()
    assert raised(findings, Severity.NOTICE) == {Reason.LOCK_ON_ONE}


def test_lock_and_code_belong_together() -> None:
    stage = honest_call()
    stage.show(ALICE, code=None)
    stage.show(BOB, code=None)
    assert raised(audit(stage.case())) == {Reason.LOCK_WITHOUT_CODE}
    stage = clear_call()
    stage.show(ALICE, code="1" * 20)
    stage.show(BOB, code="1" * 20)
    assert raised(audit(stage.case())) == {Reason.CODE_WITHOUT_LOCK}
    stage = service_call()
    stage.show(ALICE, indicator=Indicator.PLAIN, code="1" * 20)
    stage.show(BOB, indicator=Indicator.PLAIN, code="1" * 20)
    assert raised(audit(stage.case())) == {Reason.CODE_WITHOUT_LOCK, Reason.CODE_ON_SERVICE_CALL}


NOT_BOB = ["Mallory", "", "Alice", "Bob ", "B\u043eb", "alice@contoso.example", "bob@contoso.example", "bob@fabrikam"]


def test_who_is_of_another_organisation_is_called_by_address() -> None:
    stage = honest_call()
    stage.show(ALICE, peer="bob@fabrikam.example")
    stage.show(BOB, peer="alice@contoso.example")
    assert raised(audit(stage.case())) == set()


@pytest.mark.parametrize("name", NOT_BOB)
def test_the_name_on_the_screen_must_be_the_other_persons(name: str) -> None:
    stage = honest_call()
    stage.show(ALICE, peer=name)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.WRONG_PEER_NAME}
    assert findings[-1].vantage == ALICE


def test_whose_device_only_rang_need_not_be_named_on_the_screen_of_a_call_that_was_taken_elsewhere() -> None:
    stage = taken_call()
    stage.show(ALICE, peer="Voicemail")
    assert raised(audit(stage.case())) == set()


def test_the_case_of_a_name_does_not_matter() -> None:
    stage = honest_call()
    stage.show(ALICE, peer="BOB")
    assert raised(audit(stage.case())) == set()


def test_without_a_statement_the_locks_cannot_be_counted() -> None:
    stage = honest_call()
    del stage.statements[BOB]
    findings = audit(stage.case())
    assert [one.reason for one in findings] == [Reason.STATEMENT_MISSING]
    assert raised(findings, Severity.INCONCLUSIVE) == {Reason.STATEMENT_MISSING}
