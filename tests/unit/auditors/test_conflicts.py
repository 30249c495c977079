"""A check or an answer without the password is refused, and no party gives up its role for it."""

from __future__ import annotations

import hmac
from struct import pack

import pytest

from harness.adversaries import craft
from harness.auditors.strangers import audit
from harness.model.base import Party
from harness.model.finding import Finding, Reason, Severity

from .answers import raised
from .packets import check
from .stage import ALICE, BOB, Stage, honest_call, password

CONTROLLED, CONTROLLING = 0x8029, 0x802A
CONFLICT = (9, b"\0\0\x04\x57Role Conflict")
REFUSAL = (9, b"\0\0\x04\x01Unauthenticated")


def message(kind: int, number: int, *attributes: tuple[int, bytes], known: str | None = None) -> bytes:
    """A STUN message, with MESSAGE-INTEGRITY under a password where one is known."""
    plain = craft.stun(kind, number.to_bytes(12, "big"), attributes)
    if known is None:
        return plain
    covered = plain[:2] + pack("!H", len(plain) + 4) + plain[4:]
    return covered + pack("!HH", 8, 20) + hmac.digest(known.encode(), covered, "sha1")


def asks(number: int, role: int, known: str) -> bytes:
    return message(1, number, (role, bytes(8)), known=known)


def conflict(number: int, known: str | None = None) -> bytes:
    return message(0x0111, number, CONFLICT, known=known)


def call(*course: tuple[bool, bytes]) -> Stage:
    """What Alice's leg shows after a whole call: (whether she sent it, the datagram)."""
    stage = honest_call()
    for outward, data in course:
        stage.on_leg(ALICE, outward, data)
    return stage


def said(stage: Stage, reason: Reason) -> Finding | None:
    return next((one for one in audit(stage.case()) if one.reason is reason), None)


BEFORE = (True, asks(50, CONTROLLING, password(BOB)))
AFTER = (True, asks(51, CONTROLLED, password(BOB)))


def test_who_gives_up_its_role_for_a_conflict_that_nobody_proves_is_named() -> None:
    stage = call(BEFORE, (False, conflict(50)), AFTER)
    found = said(stage, Reason.ROLE_GIVEN_UP)
    assert found is not None
    assert found.severity is Severity.ALARM
    assert found.detail.startswith(f"alice asks in another role from frame {len(stage.wire[ALICE])} on")
    assert said(stage, Reason.ROLE_KEPT) is None


@pytest.mark.parametrize("known", [None, "a guess", password(ALICE)])
def test_who_keeps_its_role_is_seen_to(known: str | None) -> None:
    stage = call(
        BEFORE, (False, conflict(50, known)), (False, conflict(77)), (True, asks(51, CONTROLLING, password(BOB)))
    )
    found = said(stage, Reason.ROLE_KEPT)
    assert found is not None
    assert (found.severity, found.vantage, found.count) == (Severity.NOTICE, "alice-bob", 2)
    assert not raised(audit(stage.case()))


@pytest.mark.parametrize(
    "reason_for_it",
    [conflict(50, password(BOB)), asks(60, CONTROLLING, password(ALICE))],
    ids=["a proved conflict", "a proved check of the peer in the same role"],
)
def test_a_conflict_that_is_proved_is_reason_enough(reason_for_it: bytes) -> None:
    stage = call(BEFORE, (False, conflict(50)), (False, reason_for_it), AFTER)
    assert not raised(audit(stage.case()))


def test_a_check_in_the_same_role_that_nobody_proves_is_no_reason() -> None:
    forged = asks(60, CONTROLLING, "a guess")
    stage = call(BEFORE, (False, conflict(50)), (False, forged), (True, message(0x0111, 60, REFUSAL)), AFTER)
    assert raised(audit(stage.case())) == {Reason.ROLE_GIVEN_UP}


def test_a_role_that_changed_before_any_conflict_is_the_partys_own_affair() -> None:
    assert not raised(audit(call(BEFORE, AFTER, (False, conflict(51))).case()))


def forged_checks(*answered: bytes | None) -> Stage:
    course: list[tuple[bool, bytes]] = []
    for number, answer in enumerate(answered, 80):
        course.append((False, check(number, "a guess")))
        course += [] if answer is None else [(True, answer)]
    return call(*course)


def test_checks_that_nobody_proves_are_refused_by_an_error_or_by_nothing() -> None:
    found = said(forged_checks(message(0x0111, 80, REFUSAL), None), Reason.CHECKS_REFUSED)
    assert found is not None
    assert (found.count, found.detail) == (
        2,
        "alice said no to 2 checks that no password proves: 1 by 401, 1 by silence",
    )


def test_a_check_that_was_answered_with_a_yes_was_not_refused() -> None:
    stage = forged_checks(message(0x0101, 80, known=password(ALICE)), None)
    found = said(stage, Reason.CHECKS_REFUSED)
    assert found is not None
    assert found.count == 1
    assert raised(audit(stage.case())) == {Reason.UNPROVED_CHECK_ANSWERED}


@pytest.mark.parametrize("party", Party)
def test_in_an_honest_call_nothing_is_said_of_it(party: Party) -> None:
    stage = honest_call()
    stage.check(party, 90)
    assert not {Reason.CHECKS_REFUSED, Reason.ROLE_KEPT, Reason.ROLE_GIVEN_UP} & {
        one.reason for one in audit(stage.case())
    }
