"""The interceptor between two codes: the callee's screen is fixed, and a certificate for the caller is looked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from harness.adversaries.code_collision import CodeCollision, sha256_of
from harness.adversaries.dtls_mitm import DtlsMitm, Plan
from harness.adversaries.grinding import Agreement, search
from harness.adversaries.machine import Command, Deed, Deliver, Forward, Grind, Ground
from harness.codes import teams20
from harness.model.base import Party, Role
from harness.model.recording import SignalMessage
from harness.wire.certificate import fresh_identity

from .descriptions import ANSWER, OFFER
from .dtls_peer import DtlsPeer, talk
from .transcript import ALICE, BINDING_REQUEST, BOB, NOW, answer, deeds, feed, offer, only, signal

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}
AGREEMENTS = [Agreement(last=2), Agreement(first=2), Agreement(first=1, last=1)]
FOUND = 2.345


def machine(agreement: Agreement) -> DtlsMitm:
    return DtlsMitm(Plan(frozenset(Role), agreement=agreement), IDENTITIES)


def held(made: DtlsMitm) -> Grind:
    """What the machine asks for when the answer comes, and nothing else."""
    (asked,) = signal(made, answer(ANSWER))
    assert isinstance(asked, Grind)
    return asked


def let_go(made: DtlsMitm, asked: Grind, tries: int | None) -> list[Command]:
    return list(made.handle(Ground(asked.message, tries, NOW + FOUND)))


def thumbprint_in(delivered: list[Deliver]) -> bytes:
    (one,) = delivered
    return announced(one.message)


def announced(message: SignalMessage) -> bytes:
    digest = sha256_of(message)
    assert digest is not None
    return digest


@pytest.mark.parametrize("agreement", AGREEMENTS)
def test_the_answer_is_held_until_a_certificate_makes_the_codes_agree(agreement: Agreement) -> None:
    made = machine(agreement)
    for_bob = thumbprint_in(only(signal(made, offer(OFFER)), Deliver))
    asked = held(made)
    for_alice = thumbprint_in(only(let_go(made, asked, search(asked.task)), Deliver))
    on_alices = teams20.code(announced(offer(OFFER)), for_alice)
    on_bobs = teams20.code(for_bob, announced(answer(ANSWER)))
    assert on_alices != on_bobs
    assert on_alices[: agreement.first] == on_bobs[: agreement.first]
    assert on_alices[20 - agreement.last :] == on_bobs[20 - agreement.last :]
    assert for_bob == IDENTITIES[BOB].thumbprint
    assert for_alice != IDENTITIES[ALICE].thumbprint


def test_how_many_tries_it_took_and_how_long_the_answer_was_held_are_deeds() -> None:
    made = machine(Agreement(last=2))
    signal(made, offer(OFFER))
    asked = held(made)
    tries = search(asked.task)
    assert tries is not None
    assert deeds(let_go(made, asked, tries)) == {
        "certificate-ground": 1,
        "certificate-ground-tries": tries,
        "certificate-ground-milliseconds": 2345,
        "fingerprint-replaced-callee": 1,
    }
    assert "certificate-ground" in made.required


def test_a_search_in_vain_leaves_the_interception_as_it_was_and_is_no_deed() -> None:
    made = machine(Agreement(last=2))
    signal(made, offer(OFFER))
    commands = let_go(made, held(made), None)
    assert thumbprint_in(only(commands, Deliver)) == IDENTITIES[ALICE].thumbprint
    assert only(commands, Deed) == [Deed("fingerprint-replaced-callee")]


def test_what_the_search_says_is_not_believed() -> None:
    made = machine(Agreement(last=6))
    signal(made, offer(OFFER))
    asked = held(made)
    with pytest.raises(ValueError, match="the certificate of try 1 gives another code"):
        let_go(made, asked, 1)


def test_a_certificate_that_nobody_looked_for_is_a_fault() -> None:
    with pytest.raises(ValueError, match="nobody looked for"):
        CodeCollision(Agreement(last=2), IDENTITIES).found(1)


def test_the_caller_is_shown_the_certificate_that_was_found_though_packets_came_before() -> None:
    """The callee sends connectivity checks while the answer is held."""
    made = machine(Agreement(last=2))
    signal(made, offer(OFFER))
    asked = held(made)
    assert feed(made, BOB, BINDING_REQUEST) == [Forward(ALICE, BINDING_REQUEST)]
    told = thumbprint_in(only(let_go(made, asked, search(asked.task)), Deliver))
    peers = {party: DtlsPeer(client=party is BOB) for party in Party}
    talk(made, peers, BOB, [peers[BOB].hello()])
    assert teams20.thumbprint(peers[ALICE].presented()) == told
    assert teams20.thumbprint(peers[BOB].presented()) == IDENTITIES[BOB].thumbprint


def test_a_later_description_is_swapped_without_another_search() -> None:
    made = machine(Agreement(last=2))
    signal(made, offer(OFFER))
    asked = held(made)
    first = thumbprint_in(only(let_go(made, asked, search(asked.task)), Deliver))
    signal(made, offer(OFFER))
    assert thumbprint_in(only(signal(made, answer(ANSWER)), Deliver)) == first


def test_a_description_without_a_fingerprint_is_delivered_at_once() -> None:
    made = machine(Agreement(last=2))
    signal(made, offer(OFFER))
    assert signal(made, answer("v=0\r\n")) == [Deliver(answer("v=0\r\n"))]
