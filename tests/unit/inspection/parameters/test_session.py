"""What a handshake shows beyond its parameters, told from handshakes that were really made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.adversaries.dtls import HONEST, Bend, BentClient, BentServer, Signature
from harness.adversaries.dtls.renegotiating_leg import RenegotiatingServer
from harness.inspection.parameters import load_policy, session_faults, session_notices
from harness.model.finding import Reason
from harness.wire.certificate import fresh_identity
from harness.wire.dtls import DtlsAssociation, associations
from harness.wire.dtls.writer import DTLS10, SECP192R1, record
from tests.unit.adversaries.dtls.openssl import OpenSsl, talk
from tests.unit.wire.openssl_pair import connect, context, identity

OURS, THEIRS, SECOND = (fresh_identity(datetime.now(UTC)) for _ in range(3))
POLICY = load_policy()


def met(bend: Bend, *, client: bool) -> DtlsAssociation:
    """Our end with this bend against OpenSSL, as OpenSSL's leg shows it."""
    peer = OpenSsl(THEIRS, client=not client)
    talk((BentClient if client else BentServer)(OURS, bend), peer)
    (one,) = associations(peer.wire)
    return one


def faults(one: DtlsAssociation, *, whole: bool = True) -> set[Reason]:
    return {reason for reason, _ in session_faults(one, whole=whole)}


def notices(one: DtlsAssociation) -> set[Reason]:
    return {reason for reason, _ in session_notices(one, POLICY)}


@pytest.mark.parametrize("client", [True, False])
def test_of_an_honest_handshake_there_is_nothing_to_say(client: bool) -> None:
    one = met(HONEST, client=client)
    assert one.finished
    assert faults(one) == notices(one) == set()


@pytest.mark.parametrize(
    ("bend", "named"),
    [
        (Bend(suites=(0xC006,)), "TLS_ECDHE_ECDSA_WITH_NULL_SHA"),
        (Bend(group=SECP192R1), "secp192r1"),
        (Bend(srtp_profiles=(0x0005,)), "SRTP_NULL_HMAC_SHA1_80"),
        (Bend(mki=b"\x01\x02"), "identifier 0102"),
    ],
)
def test_what_a_server_chooses_must_have_been_offered(bend: Bend, named: str) -> None:
    ((reason, sentence),) = session_faults(met(bend, client=False), whole=True)
    assert reason is Reason.CHOICE_NOT_OFFERED
    assert named in sentence


def test_a_prime_of_its_own_needs_no_offer() -> None:
    assert faults(replace(met(HONEST, client=False), group="a prime of 2048 bits")) == set()


def test_who_names_no_groups_leaves_the_choice_to_the_server() -> None:
    one = met(Bend(group=SECP192R1), client=False)
    assert one.client_hello is not None
    silent = replace(one, client_hello=replace(one.client_hello, groups=()))
    assert faults(silent) == notices(silent) == set()


@pytest.mark.parametrize(
    ("bend", "named"),
    [
        (Bend(suites=(0xC006,)), "cipher suite"),
        (Bend(group=SECP192R1), "group"),
        (Bend(version=DTLS10), "version"),
        (Bend(srtp_profiles=(0x0002,)), "SRTP profile"),
        (Bend(srtp_profiles=()), "SRTP profile"),
    ],
)
def test_an_offer_that_holds_nothing_good_is_named(bend: Bend, named: str) -> None:
    ((reason, sentence),) = session_notices(met(bend, client=True), POLICY)
    assert reason is Reason.OFFER_NOT_ALLOWED
    assert sentence == f"the client offered no {named} that the policy allows"


def test_one_good_choice_among_bad_ones_is_enough() -> None:
    assert notices(met(Bend(suites=(0xC006, 0xC02B)), client=True)) == set()


@pytest.mark.parametrize("client", [True, False])
def test_a_claimed_session_is_seen_and_nobody_resumed_it(client: bool) -> None:
    one = met(Bend(abbreviated=True), client=client)
    assert Reason.RESUMPTION_TRIED in notices(one)
    assert Reason.SESSION_RESUMED not in faults(one)


def test_a_session_that_is_really_resumed_is_an_alarm() -> None:
    client, server = context(identity("alice")), context(identity("bob"))
    server.set_session_id(b"the same")
    first = connect(client, server)
    again = connect(client, server, session=first.client.get_session())
    (one,) = associations(again.seen_by(True))
    assert faults(one) == {Reason.SESSION_RESUMED}
    assert Reason.RESUMPTION_TRIED in notices(one)


def test_a_resumption_by_ticket_shows_no_session_id_but_lacks_the_certificates() -> None:
    one = replace(met(HONEST, client=True), certificates_near=(), certificates_far=())
    assert faults(one) == {Reason.SESSION_RESUMED}
    assert faults(one, whole=False) == set(), "they may have been lost by whoever captured"


@pytest.mark.parametrize("bend", [Bend(certificate=False), Bend(signature=Signature.MISSING)])
def test_a_client_that_proves_nothing_is_seen_even_when_it_is_refused(bend: Bend) -> None:
    one = met(bend, client=True)
    assert notices(one) == {Reason.CERTIFICATE_NOT_PROVED}
    assert faults(one) == set()


def test_a_client_that_proved_nothing_and_was_let_in_is_an_alarm() -> None:
    one = met(HONEST, client=True)
    unproved = replace(one, messages=tuple(message for message in one.messages if message.type != 15))
    assert faults(unproved) == {Reason.CERTIFICATE_NOT_PROVED}
    assert faults(unproved, whole=False) == set()


def test_a_renegotiation_that_was_refused_is_a_notice() -> None:
    client, peer = BentClient(OURS, HONEST), OpenSsl(THEIRS, client=False)
    talk(client, peer)
    talk(client, peer, client.renegotiate())
    (one,) = associations(peer.wire)
    assert notices(one) == {Reason.RENEGOTIATION_TRIED}
    assert faults(one) == set()


def test_a_renegotiation_that_went_through_is_an_alarm() -> None:
    server, peer = RenegotiatingServer(OURS), OpenSsl(THEIRS, client=True)
    talk(server, peer)
    talk(server, peer, server.renegotiate(SECOND))
    (one,) = associations(peer.wire)
    assert faults(one) == {Reason.RENEGOTIATED}


def test_a_forged_record_of_a_later_epoch_makes_no_renegotiation() -> None:
    client, peer = BentClient(OURS, HONEST), OpenSsl(THEIRS, client=False)
    talk(client, peer)
    (one,) = associations([*peer.wire, (False, record(22, bytes(48), 0, epoch=2))])
    assert faults(one) == set()
    assert notices(one) == {Reason.RENEGOTIATION_TRIED}


def test_datagrams_that_came_twice_are_a_notice() -> None:
    client, peer = BentClient(OURS, HONEST), OpenSsl(THEIRS, client=False)
    talk(client, peer)
    (one,) = associations([datagram for datagram in peer.wire for _ in range(2)])
    assert notices(one) == {Reason.HANDSHAKE_REPLAYED}
