"""What was put in on the way shows which attack it was, whoever's address it has."""

from __future__ import annotations

from random import Random
from struct import pack

import pytest

from harness.adversaries import craft
from harness.adversaries.malformed_media import malformed
from harness.auditors.added import ADDED_KINDS
from harness.auditors.path import audit
from harness.model.adversary import Malformation
from harness.model.finding import Finding, Reason, Severity

from .packets import BINDING_REQUEST, check, check_answer, opus, receiver_report
from .stage import ALICE, BOB, honest_call, intercepted_call, password
from .test_foreign import ALERT, CLIENT_HELLO, HELLO_DONE, RECORD

CONFLICT = craft.stun(0x0111, bytes(12), ((9, b"\0\0\x04\x57Role Conflict"),))


def added(*data: bytes, far: int = 1) -> dict[Reason, Finding]:
    """What is said of these datagrams, at the end of a whole call and from the peer's own address."""
    stage = honest_call()
    for one in data:
        stage.on_leg(ALICE, False, one, far)
    findings = audit(stage.case())
    assert {one.severity for one in findings} == {Severity.NOTICE}
    return {one.reason: one for one in findings if one.reason in ADDED_KINDS}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ALERT, Reason.ADDED_ALERT),
        (CLIENT_HELLO, Reason.ADDED_HANDSHAKE),
        (HELLO_DONE, Reason.ADDED_HANDSHAKE),
        (RECORD, Reason.ADDED_RECORD),
        (BINDING_REQUEST, Reason.ADDED_CHECK),
        (check(9, "a guess"), Reason.ADDED_CHECK),
        (check_answer(9, "a guess"), Reason.ADDED_CHECK),
        (CONFLICT, Reason.ADDED_CHECK),
        (b"", Reason.ADDED_MALFORMED),
        (b"no protocol", Reason.ADDED_MALFORMED),
        (RECORD[:14], Reason.ADDED_MALFORMED),
        (BINDING_REQUEST[:-1], Reason.ADDED_MALFORMED),
        (opus(7) + bytes(1500), Reason.ADDED_MALFORMED),
        (opus(7)[:12], Reason.ADDED_MALFORMED),
    ],
)
def test_each_kind_is_counted_and_has_its_place(data: bytes, reason: Reason) -> None:
    for far in (1, 3):
        (found,) = added(data, far=far).values()
        assert (found.reason, found.vantage, found.count) == (reason, "alice-bob", 1)
        assert found.detail.endswith(ADDED_KINDS[reason])


@pytest.mark.parametrize("data", [opus(7), receiver_report(1) + bytes(14), check(9, password(ALICE))])
def test_what_could_be_the_peers_is_of_no_kind(data: bytes) -> None:
    assert not added(data)


def test_an_answer_under_the_peers_password_is_proved() -> None:
    assert not added(check_answer(9, password(BOB)))


def test_of_many_all_are_counted() -> None:
    found = added(*(ALERT + bytes([number]) for number in range(3)), *(pack("!I", number) for number in range(4)))
    assert found[Reason.ADDED_MALFORMED].count == 7, "what follows an alert is no record"


@pytest.mark.parametrize("kind", Malformation)
def test_of_each_kind_of_malformed_media_most_are_seen_to_be_malformed(kind: Malformation) -> None:
    variants = malformed(kind, 0xB0B, Random(1))
    found = added(*variants)[Reason.ADDED_MALFORMED].count
    assert found is not None
    assert 3 * found >= 2 * len(variants)


def test_a_call_that_is_sealed_anew_on_the_way_has_nothing_malformed_in_it() -> None:
    findings = audit(intercepted_call().case())
    assert Reason.ADDED_MALFORMED not in {one.reason for one in findings}
