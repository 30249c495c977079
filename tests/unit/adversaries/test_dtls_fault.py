"""The interceptor with a flaw, as a transcript: one party first, the other when the flaw was not refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pylibsrtp import Error

from harness.adversaries.dtls_fault import (
    BENDS,
    BENT,
    OTHERWISE_SEALED,
    RENEGOTIATION_ASKED,
    SECOND_CERTIFICATE_TAKEN,
    DtlsFault,
)
from harness.adversaries.machine import CallUp, Command, Deliver
from harness.model.adversary import DtlsFlaw
from harness.model.base import Party, Role
from harness.wire.certificate import fresh_identity
from harness.wire.dtls import HandshakeReader, HandshakeType

from .descriptions import ANSWER, OFFER, attributes
from .dtls_peer import AES_128_GCM, DtlsPeer, talk
from .transcript import ALICE, BOB, NOW, answer, deeds, feed, forwarded, offer, only, rtp, signal, written

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}
SECOND = fresh_identity(datetime.now(UTC))
RUNNING = {DtlsFlaw.RENEGOTIATION, DtlsFlaw.OTHER_TRANSFORM}


def fault(flaw: DtlsFlaw, towards: Role) -> DtlsFault:
    return DtlsFault(flaw, towards, IDENTITIES, SECOND)


def call(machine: DtlsFault) -> tuple[dict[Party, DtlsPeer], list[Command]]:
    """Bob is the DTLS client, as an answerer is (RFC 8842 section 5.3)."""
    peers = {party: DtlsPeer(client=party is BOB, profile=AES_128_GCM) for party in Party}
    return peers, talk(machine, peers, BOB, [peers[BOB].hello()])


def test_every_flaw_has_its_bend_and_only_those_of_a_running_call_are_honest() -> None:
    assert set(BENDS) == set(DtlsFlaw)
    honest = BENDS[DtlsFlaw.RENEGOTIATION]
    assert {flaw for flaw, bend in BENDS.items() if bend == honest} == RUNNING


def test_both_descriptions_name_the_interceptor() -> None:
    machine = fault(DtlsFlaw.CIPHER_NULL, Role.CALLEE)
    for message in (offer(OFFER), answer(ANSWER)):
        commands = signal(machine, message)
        (delivered,) = only(commands, Deliver)
        assert attributes(delivered.message.body, "fingerprint") != attributes(message.body, "fingerprint")


@pytest.mark.parametrize("flaw", [DtlsFlaw.CIPHER_NULL, DtlsFlaw.SIGNATURE_FORGED, DtlsFlaw.RESUMPTION])
def test_a_refused_client_leaves_the_server_alone(flaw: DtlsFlaw) -> None:
    machine = fault(flaw, Role.CALLEE)
    peers, commands = call(machine)
    assert not peers[BOB].done
    assert {to for to, _ in forwarded(commands)} == {BOB}
    assert deeds(commands) == {BENT: 1}


@pytest.mark.parametrize("flaw", [DtlsFlaw.CIPHER_NULL, DtlsFlaw.SIGNATURE_MISSING, DtlsFlaw.RESUMPTION])
def test_a_refused_server_leaves_the_client_without_an_answer(flaw: DtlsFlaw) -> None:
    peers, commands = call(fault(flaw, Role.CALLER))
    assert not peers[ALICE].done and not peers[BOB].done
    assert {to for to, _ in forwarded(commands)} == {ALICE}
    assert deeds(commands)[BENT] == 1


def test_the_suite_that_the_client_sees_is_the_flaw() -> None:
    peers = DtlsPeer(client=True)
    ((_, first), *_) = forwarded(feed(fault(DtlsFlaw.CIPHER_NULL, Role.CALLEE), BOB, peers.hello()))
    hello = HandshakeReader().feed(first)[0]
    assert hello.type == HandshakeType.SERVER_HELLO
    assert hello.body[35:37] == bytes.fromhex("c006"), "version, random and an empty session id stand in front"


@pytest.mark.parametrize("towards", Role)
def test_a_flaw_that_is_not_refused_is_a_whole_interception(towards: Role) -> None:
    """Here because the flaw is none before the call is up."""
    machine = fault(DtlsFlaw.RENEGOTIATION, towards)
    peers, commands = call(machine)
    assert all(peer.done for peer in peers.values())
    assert {party: peer.presented() for party, peer in peers.items()} == {
        party: IDENTITIES[party].der for party in Party
    }
    sealed, _ = peers[ALICE].sessions()
    _, inbound = peers[BOB].sessions()
    commands = feed(machine, ALICE, sealed.protect(rtp(1)))
    assert written(commands) == [(ALICE, rtp(1))]
    assert inbound.unprotect(forwarded(commands)[0][1]) == rtp(1)


def test_the_target_is_dealt_with_first() -> None:
    _, commands = call(fault(DtlsFlaw.OTHER_TRANSFORM, Role.CALLEE))
    order = [to for to, _ in forwarded(commands)]
    assert order.index(ALICE) > order.index(BOB)
    ended = [name for name in deeds(commands) if name.startswith("dtls-ended")]
    assert ended == ["dtls-ended-bob", "dtls-ended-alice"]


@pytest.mark.parametrize("towards", Role)
def test_a_packet_goes_to_the_target_under_a_transform_that_was_not_agreed_on_and_then_rightly(towards: Role) -> None:
    machine = fault(DtlsFlaw.OTHER_TRANSFORM, towards)
    peers, _ = call(machine)
    target = towards.party
    sealed, _ = peers[target.peer].sessions()
    _, inbound = peers[target].sessions()
    commands = feed(machine, target.peer, sealed.protect(rtp(1)))
    (_, wrong), (_, right) = forwarded(commands)
    with pytest.raises(Error):
        inbound.unprotect(wrong)
    assert inbound.unprotect(right) == rtp(1)
    assert len(wrong) == len(rtp(1)) + 10, "a tag of 80 bits where an AEAD has 128"
    assert deeds(commands)[OTHERWISE_SEALED] == 1
    back, _ = peers[target].sessions()
    assert len(forwarded(feed(machine, target, back.protect(rtp(1))))) == 1


def test_a_client_is_asked_to_renegotiate_when_the_call_is_up() -> None:
    machine = fault(DtlsFlaw.RENEGOTIATION, Role.CALLEE)
    peers, commands = call(machine)
    assert RENEGOTIATION_ASKED not in deeds(commands)
    asked = list(machine.handle(CallUp(NOW)))
    assert deeds(asked) == {RENEGOTIATION_ASKED: 1}
    ((to, request),) = forwarded(asked)
    assert to is BOB
    further = talk(machine, peers, BOB, peers[BOB].receive(request))
    assert deeds(further)[SECOND_CERTIFICATE_TAKEN] == 1, "this OpenSSL does what RFC 8827 section 6.5 forbids"
    assert peers[BOB].presented() == SECOND.der


def test_a_server_is_asked_to_renegotiate_and_the_call_survives_its_refusal() -> None:
    machine = fault(DtlsFlaw.RENEGOTIATION, Role.CALLER)
    peers, _ = call(machine)
    ((to, request),) = forwarded(machine.handle(CallUp(NOW)))
    assert to is ALICE
    further = talk(machine, peers, ALICE, peers[ALICE].receive(request))
    assert SECOND_CERTIFICATE_TAKEN not in deeds(further)
    assert not peers[BOB].ended


@pytest.mark.parametrize("flaw", DtlsFlaw)
def test_what_is_required_is_what_only_this_attack_does(flaw: DtlsFlaw) -> None:
    required = fault(flaw, Role.CALLEE).required
    own = {DtlsFlaw.RENEGOTIATION: RENEGOTIATION_ASKED, DtlsFlaw.OTHER_TRANSFORM: OTHERWISE_SEALED}.get(flaw, BENT)
    assert own in required
    assert {"fingerprint-replaced-caller", "fingerprint-replaced-callee"} <= set(required)
    assert ("dtls-ended-alice" in required) is (flaw in RUNNING)
