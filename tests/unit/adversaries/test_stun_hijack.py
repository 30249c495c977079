"""Forged checks: well-formed, with the user name where it can be known, and never with a proof that holds."""

from __future__ import annotations

import pytest

from harness.adversaries import craft
from harness.adversaries.machine import PathDatagram
from harness.adversaries.stun_hijack import StunHijack
from harness.model.adversary import StunForgery
from harness.wire import stun

from .transcript import ALICE, BOB, NOW

PASSWORD = b"the password of this call"
CHECK = craft.stun(1, b"transaction1", ((6, b"bobs:alic"),))


def made(forgery: StunForgery, number: int = 0, *, on_path: bool = False) -> stun.StunMessage:
    maker = StunHijack(forgery, "seed")
    if on_path:
        maker.see(PathDatagram(ALICE, CHECK, NOW))
        maker.see(PathDatagram(ALICE, b"\0\1 no STUN", NOW))
    packet = maker.packet(ALICE if number % 2 else BOB, number)
    assert packet is not None
    assert not stun.integrity_holds(packet, PASSWORD)
    return stun.parse(packet)


@pytest.mark.parametrize("forgery", StunForgery)
def test_a_forged_check_claims_control_and_nominates_its_path_unless_it_only_asks(forgery: StunForgery) -> None:
    check = made(forgery)
    assert (check.method, check.klass) == (stun.Method.BINDING, stun.StunClass.REQUEST)
    assert check.use_candidate is (forgery is not StunForgery.NO_NOMINATION)
    assert (check.priority, check.ice_controlling) == (2**31 - 1, 2**64 - 1)


def test_two_kinds_have_no_proof_at_all() -> None:
    proofs = {forgery: made(forgery).get("MESSAGE-INTEGRITY") is not None for forgery in StunForgery}
    assert [forgery for forgery, proof in proofs.items() if not proof] == [
        StunForgery.NO_INTEGRITY,
        StunForgery.NO_NOMINATION,
    ]


def test_on_the_path_it_uses_the_user_name_that_it_has_seen() -> None:
    assert made(StunForgery.WRONG_INTEGRITY, on_path=True).username == "bobs:alic"
    assert made(StunForgery.WRONG_INTEGRITY).username != "bobs:alic"


def test_every_second_claim_of_a_conflict_answers_a_check_that_waits() -> None:
    conflict = made(StunForgery.ROLE_CONFLICT, 1, on_path=True)
    assert (conflict.klass, conflict.error_code) == (stun.StunClass.ERROR, 487)
    assert conflict.transaction_id == b"transaction1"
    assert made(StunForgery.ROLE_CONFLICT, 1).transaction_id != b"transaction1"
