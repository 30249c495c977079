"""A genuine certificate without its key: who checks the signature refuses it, who does not is heard."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from harness.adversaries.copied_certificate import COPIED, CopiedCertificate
from harness.adversaries.dtls import HONEST, BentClient
from harness.adversaries.machine import Command, Deliver
from harness.adversaries.srtp_leg import SrtpLeg
from harness.model.base import Party
from harness.wire.certificate import fresh_identity
from harness.wire.dtls import HandshakeReader, HandshakeType, parse_certificates

from .descriptions import OFFER
from .dtls_peer import AES_128_GCM, DtlsPeer, talk
from .transcript import ALICE, BINDING_REQUEST, BOB, deeds, feed, forwarded, offer, only, rtp, signal, written

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}


def certificate_in(commands: list[Command], to: Party) -> bytes:
    reader = HandshakeReader()
    said = [message for one, data in forwarded(commands) if one is to for message in reader.feed(data)]
    (body,) = (message.body for message in said if message.type == HandshakeType.CERTIFICATE)
    return parse_certificates(body)[0]


@pytest.mark.parametrize("client", Party)
def test_a_client_is_shown_the_certificate_of_its_peer_and_refuses_the_signature(client: Party) -> None:
    machine = CopiedCertificate(IDENTITIES)
    peers = {party: DtlsPeer(client=party is client, profile=AES_128_GCM) for party in Party}
    commands = talk(machine, peers, client, [peers[client].hello()])
    assert not peers[client].done and not peers[client.peer].done
    assert deeds(commands)[COPIED] == 1
    genuine = peers[client.peer].certificate.public_bytes(Encoding.DER)
    assert certificate_in(commands, client) == genuine


def test_a_client_that_does_not_check_the_signature_is_heard() -> None:
    machine = CopiedCertificate(IDENTITIES)
    server = DtlsPeer(client=False, profile=AES_128_GCM)
    victim = BentClient(fresh_identity(datetime.now(UTC)), HONEST)
    to_server = [data for hello in victim.start() for _, data in forwarded(feed(machine, BOB, hello))]
    pending = [(ALICE, answer) for data in to_server for answer in server.receive(data)]
    while pending:
        sender, data = pending.pop(0)
        for to, out in forwarded(feed(machine, sender, data)):
            assert to is BOB, "the server hears nothing more"
            pending += [(BOB, said) for said in victim.receive(out)]
    keys = victim.srtp_keys()
    assert victim.established and keys is not None
    sealed = SrtpLeg(keys, client=True).seal(rtp(1))
    assert sealed is not None
    assert written(feed(machine, BOB, sealed)) == [(BOB, rtp(1))]


def test_descriptions_and_checks_pass_as_they_are() -> None:
    machine = CopiedCertificate(IDENTITIES)
    (delivered,) = only(signal(machine, offer(OFFER)), Deliver)
    assert delivered.message.body == OFFER
    assert forwarded(feed(machine, ALICE, BINDING_REQUEST)) == [(BOB, BINDING_REQUEST)]
    assert machine.required == (COPIED,)
