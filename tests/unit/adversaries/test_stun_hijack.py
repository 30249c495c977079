"""Forged checks: well-formed, with the user name where it can be known, and never with a proof that holds."""

from __future__ import annotations

import pytest

from harness.adversaries import craft
from harness.adversaries.machine import PathDatagram, Signal
from harness.adversaries.stun_hijack import StunHijack
from harness.adversaries.volleys import stun_hijack
from harness.model.adversary import Position, StunForgery
from harness.model.adversary import StunHijack as Noun
from harness.model.recording import SignalKind, SignalMessage
from harness.wire import stun

from .transcript import ALICE, BOB, NOW, deeds, feed, forwarded

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


def test_whoever_reads_the_descriptions_knows_the_user_names_too() -> None:
    maker = StunHijack(StunForgery.WRONG_INTEGRITY, "seed")
    for kind, sender, fragment in ((SignalKind.OFFER, ALICE, "alic"), (SignalKind.ANSWER, BOB, "bobs")):
        body = f"v=0\r\na=ice-ufrag:{fragment}\r\n"
        maker.see(Signal(SignalMessage(kind=kind, sender=sender, body=body), NOW))
    names = [stun.parse(maker.packet(to, 0) or b"").username for to in (ALICE, BOB)]
    assert names == ["alic:bobs", "bobs:alic"]


def test_a_name_that_is_too_long_to_be_one_is_a_guess_instead() -> None:
    maker = StunHijack(StunForgery.WRONG_INTEGRITY, "seed")
    for kind, sender in ((SignalKind.OFFER, ALICE), (SignalKind.ANSWER, BOB)):
        maker.see(Signal(SignalMessage(kind=kind, sender=sender, body=f"v=0\r\na=ice-ufrag:{'x' * 70_000}\r\n"), NOW))
    assert len(stun.parse(maker.packet(BOB, 0) or b"").username or "") < 100


def test_beside_the_path_every_second_claim_of_a_conflict_answers_a_guess() -> None:
    conflict = made(StunForgery.ROLE_CONFLICT, 1)
    assert (conflict.klass, conflict.error_code) == (stun.StunClass.ERROR, 487)


def test_on_the_path_a_claim_of_a_conflict_is_there_before_the_true_check_can_be_answered() -> None:
    noun = Noun(kind="stun-hijack", position=(Position.PATH,), forgery=StunForgery.ROLE_CONFLICT)
    machine = stun_hijack(noun, "seed")
    commands = feed(machine, ALICE, CHECK)
    (to, claim), passed, *_ = forwarded(commands)
    assert (to, passed) == (ALICE, (BOB, CHECK))
    assert (stun.parse(claim).error_code, stun.parse(claim).transaction_id) == (487, b"transaction1")
    assert not stun.integrity_holds(claim, PASSWORD)
    assert {"checks-contradicted", "packets-injected"} <= set(deeds(commands))
    assert machine.required == ("packets-injected", "checks-contradicted")
    assert forwarded(feed(machine, ALICE, b"\0\1 no STUN")) == [(BOB, b"\0\1 no STUN")]
