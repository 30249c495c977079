"""Who sends in, and who is sent to: the peer proves itself by a check, everybody else is a stranger."""

from __future__ import annotations

import pytest

from harness.auditors.strangers import audit
from harness.model.finding import Reason, Severity
from harness.wire.demux import PacketClass, classify

from .answers import detail, raised
from .packets import BINDING_REQUEST, DTLS_JUNK, check, check_answer, opus
from .stage import ADDRESSES, ALICE, BOB, Stage, clear_call, honest_call, intercepted_call, password, refused_call


@pytest.mark.parametrize("made", [honest_call, intercepted_call])
def test_the_peer_proves_itself_by_an_authentic_answer(made: object) -> None:
    stage: Stage = made()  # type: ignore[operator]
    findings = audit(stage.case())
    assert {(one.reason, one.severity, one.vantage) for one in findings} == {
        (Reason.PEER_PROVED, Severity.FACT, "alice-bob"),
        (Reason.PEER_PROVED, Severity.FACT, "bob-alice"),
    }
    assert "{}:{} in frame 2".format(*ADDRESSES[BOB]) in findings[0].detail


def test_a_call_that_never_began_has_nobody_to_prove_anything() -> None:
    assert {one.severity for one in audit(refused_call().case())} == {Severity.FACT}


@pytest.mark.parametrize("junk", [b"", DTLS_JUNK, BINDING_REQUEST, opus(1)])
def test_a_strangers_datagram_is_a_notice_that_names_it(junk: bytes) -> None:
    stage = honest_call()
    stage.on_leg(ALICE, False, junk, far=3)
    findings = audit(stage.case())
    assert not raised(findings)
    assert Reason.FOREIGN_DATAGRAM in raised(findings, Severity.NOTICE)
    assert "127.9.0.9:6003" in detail(findings, Reason.FOREIGN_DATAGRAM)


def test_nobody_says_that_only_checks_came_where_a_stranger_sent_something() -> None:
    stage = refused_call()
    stage.on_leg(ALICE, False, opus(1), far=3)
    said = [one.reason for one in audit(stage.case()) if one.vantage == "alice-bob"]
    assert Reason.FOREIGN_DATAGRAM in said
    assert Reason.PEER_PROVED not in said


def test_who_is_named_by_the_signalling_is_no_stranger() -> None:
    stage = honest_call()
    stage.describe(BOB, "v=0\r\na=candidate:broken\r\na=candidate:1 1 udp 1 127.9.0.9 6003 typ host\r\n")
    stage.on_leg(ALICE, False, check(9, password(ALICE)), far=3)
    assert raised(audit(stage.case()), Severity.NOTICE) == set()


@pytest.mark.parametrize("data", [opus(1), DTLS_JUNK, b"anything"])
def test_what_goes_to_a_stranger_is_an_alarm_unless_it_is_stun(data: bytes) -> None:
    stage = honest_call()
    stage.on_leg(ALICE, True, BINDING_REQUEST, far=2)
    assert not raised(audit(stage.case()))
    stage.on_leg(ALICE, True, data, far=2)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.MEDIA_TO_STRANGER}
    assert "127.9.0.9:6002" in detail(findings, Reason.MEDIA_TO_STRANGER)


def test_a_name_in_the_signalling_is_no_permission_to_send() -> None:
    stage = honest_call()
    stage.describe(BOB, "v=0\r\na=candidate:1 1 udp 1 127.9.0.9 6003 typ host\r\n")
    stage.on_leg(ALICE, True, opus(1), far=3)
    assert raised(audit(stage.case())) == {Reason.MEDIA_TO_STRANGER}


def test_another_address_is_the_peers_when_it_answers_a_check_from_then_on() -> None:
    stage = honest_call()
    stage.on_leg(ALICE, True, check(9, password(BOB)), far=2)
    stage.on_leg(ALICE, False, check_answer(9, password(BOB)), far=2)
    stage.on_leg(ALICE, True, opus(1), far=2)
    assert not raised(audit(stage.case()))
    stage.wire[ALICE].insert(0, stage.wire[ALICE].pop())
    assert raised(audit(stage.case())) == {Reason.MEDIA_TO_STRANGER}


@pytest.mark.parametrize(
    ("asked", "answered", "with_password"),
    [(9, 9, "a guess"), (9, 8, password(BOB)), (9, 9, password(ALICE))],
)
def test_an_answer_proves_nothing_without_the_password_or_the_question(
    asked: int, answered: int, with_password: str
) -> None:
    stage = honest_call()
    stage.on_leg(ALICE, True, check(asked, password(BOB)), far=2)
    stage.on_leg(ALICE, False, check_answer(answered, with_password), far=2)
    stage.on_leg(ALICE, True, opus(1), far=2)
    assert raised(audit(stage.case())) == {Reason.MEDIA_TO_STRANGER}
    assert Reason.FOREIGN_DATAGRAM in raised(audit(stage.case()), Severity.NOTICE)


def test_without_ice_a_name_in_the_signalling_must_do() -> None:
    stage = clear_call()
    assert not raised(audit(stage.case()))
    stage.on_leg(BOB, True, opus(1), far=4)
    assert raised(audit(stage.case())) == {Reason.MEDIA_TO_STRANGER}


def test_an_answer_that_is_damaged_behind_its_integrity_still_proves_the_peer() -> None:
    """A relay that breaks the fingerprint of every check has not made the peer a stranger."""
    stage = honest_call()
    for frame in stage.wire[ALICE]:
        if not frame.outward and classify(frame.data) is PacketClass.STUN:
            frame.data = frame.data + bytes.fromhex("80280005") + b"crc!"
            frame.data = frame.data[:2] + (len(frame.data) - 20).to_bytes(2, "big") + frame.data[4:]
    assert raised(audit(stage.case())) == set()


def test_a_check_that_nobody_proved_may_be_refused_and_must_not_be_answered_with_a_yes() -> None:
    stage = honest_call()
    for number, known in ((7, password(ALICE)), (8, "a guess"), (9, password(BOB))):
        stage.on_leg(ALICE, False, check(number, known), far=3)
    stage.on_leg(ALICE, True, check_answer(7, password(ALICE)), far=3)
    assert not raised(audit(stage.case()))
    stage.on_leg(ALICE, True, check_answer(9, password(ALICE)), far=3)
    findings = audit(stage.case())
    assert raised(findings) == {Reason.UNPROVED_CHECK_ANSWERED}
    assert "yes to 1 check " in detail(findings, Reason.UNPROVED_CHECK_ANSWERED)


def test_a_check_that_comes_twice_once_genuine_and_once_forged_is_answered_for_the_genuine_one() -> None:
    for order in ((password(ALICE), "a guess"), ("a guess", password(ALICE))):
        stage = honest_call()
        for known in order:
            stage.on_leg(ALICE, False, check(7, known), far=1)
        stage.on_leg(ALICE, True, check_answer(7, password(ALICE)), far=1)
        assert not raised(audit(stage.case()))
