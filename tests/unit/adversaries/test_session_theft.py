"""A thief between two parties: with those who resume it needs no certificate, others it has to show one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from OpenSSL import SSL

from harness.adversaries.machine import Command, Deliver, EarlierDatagram, EarlierKeys
from harness.adversaries.session_theft import OFFERED, STOLEN, SessionTheft
from harness.model.base import Party
from harness.wire.certificate import fresh_identity
from tests.unit.wire.openssl_pair import connect

from .descriptions import OFFER
from .dtls.openssl import context_of
from .dtls_peer import AES_128_GCM, DtlsPeer, talk
from .transcript import ALICE, BOB, NOW, deeds, forwarded, offer, rtp, signal, written

IDENTITIES = {party: fresh_identity(datetime.now(UTC)) for party in Party}
OWN = {party: fresh_identity(datetime.now(UTC)) for party in Party}


@dataclass
class Earlier:
    """What both devices keep of a call, and what a thief has of it. Bob is the DTLS client."""

    contexts: dict[Party, SSL.Context]
    session: SSL.Session
    traffic: list[tuple[Party, bytes]]
    keylog: tuple[str, ...]


@pytest.fixture
def earlier() -> Earlier:
    contexts = {party: context_of(OWN[party]) for party in Party}
    contexts[ALICE].set_session_id(b"calls")
    log: list[str] = []
    contexts[ALICE].set_keylog_callback(lambda _, line: log.append(line.decode()))
    pair = connect(contexts[BOB], contexts[ALICE])
    session = pair.client.get_session()
    assert session is not None
    for end in (pair.client, pair.server):
        end.shutdown()
    traffic = [(BOB if from_client else ALICE, data) for from_client, data in pair.datagrams]
    return Earlier(contexts, session, traffic, tuple(log))


def thief(earlier: Earlier, *keylog: str) -> tuple[SessionTheft, list[Command]]:
    """A machine that was told of the earlier call, and what it did about it."""
    machine = SessionTheft(IDENTITIES)
    commands: list[Command] = []
    for sender, data in [*earlier.traffic, (ALICE, rtp(1))]:
        commands += machine.handle(EarlierDatagram(1, sender, data, NOW))
    commands += machine.handle(EarlierKeys(1, ALICE, keylog, NOW))
    return machine, commands


class Resuming(DtlsPeer):
    """A party that goes on in the context of the earlier call."""

    def __init__(self, earlier: Earlier, party: Party) -> None:
        super().__init__(client=party is BOB, profile=AES_128_GCM)
        self.connection = SSL.Connection(earlier.contexts[party], None)
        if party is BOB:
            self.connection.set_session(earlier.session)
            self.connection.set_connect_state()
        else:
            self.connection.set_accept_state()


def test_the_id_from_the_wire_and_the_secret_from_the_device_make_a_session(earlier: Earlier) -> None:
    _, commands = thief(earlier, *earlier.keylog)
    assert deeds(commands) == {STOLEN: 1}
    assert forwarded(commands) == []


def test_without_the_secret_of_a_handshake_that_was_seen_nothing_is_stolen(earlier: Earlier) -> None:
    other = f"CLIENT_RANDOM {'00' * 32} {'11' * 48}"
    for keylog in ((), (other,)):
        machine, commands = thief(earlier, *keylog)
        peers = {party: DtlsPeer(client=party is BOB, profile=AES_128_GCM) for party in Party}
        commands += talk(machine, peers, BOB, [peers[BOB].hello()])
        assert not {STOLEN, OFFERED} & set(deeds(commands))


def test_who_resumes_is_intercepted_without_a_certificate(earlier: Earlier) -> None:
    machine, _ = thief(earlier, *earlier.keylog)
    peers: dict[Party, DtlsPeer] = {party: Resuming(earlier, party) for party in Party}
    commands = talk(machine, peers, BOB, [peers[BOB].hello()])
    assert all(peer.done for peer in peers.values())
    assert {party: peers[party].presented() for party in Party} == {party: OWN[party.peer].der for party in Party}
    counted = deeds(commands)
    assert (counted[OFFERED], counted["session-resumed-with-alice"], counted["session-resumed-with-bob"]) == (1, 1, 1)
    outbound, _ = peers[ALICE].sessions()
    _, inbound = peers[BOB].sessions()
    sealed = outbound.protect(rtp(1))
    commands = list(talk(machine, peers, ALICE, [sealed]))
    assert written(commands) == [(ALICE, rtp(1))]
    ((to, arrived),) = forwarded(commands)
    assert (to, inbound.unprotect(arrived)) == (BOB, rtp(1))


def test_who_makes_a_whole_handshake_is_shown_the_thiefs_own_certificate(earlier: Earlier) -> None:
    machine, commands = thief(earlier, *earlier.keylog)
    peers = {party: DtlsPeer(client=party is BOB, profile=AES_128_GCM) for party in Party}
    commands += talk(machine, peers, BOB, [peers[BOB].hello()])
    assert {party: peers[party].presented() for party in Party} == {party: IDENTITIES[party].der for party in Party}
    counted = deeds(commands)
    assert set(machine.required) <= set(counted)
    assert not any(name.startswith("session-resumed") for name in counted)


def test_the_signalling_stays_as_it_is(earlier: Earlier) -> None:
    machine, _ = thief(earlier, *earlier.keylog)
    assert signal(machine, offer(OFFER)) == [Deliver(offer(OFFER))]
