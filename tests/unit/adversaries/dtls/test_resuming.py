"""Our own DTLS with the secret of a session that was really made: OpenSSL resumes it with whoever has that."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from OpenSSL import SSL

from harness.adversaries.dtls import Bend, BentClient, BentLeg, BentServer, Session
from harness.wire.certificate import fresh_identity
from harness.wire.dtls import DtlsAssociation, associations
from harness.wire.keylog import parse_keylog
from tests.unit.wire.openssl_pair import connect

from .openssl import OpenSsl, context_of, talk

OURS, ALICE, BOB = (fresh_identity(datetime.now(UTC)) for _ in range(3))
CLIENTS = pytest.mark.parametrize("client", [True, False], ids=["our-client", "our-server"])


class Earlier:
    """A handshake of two OpenSSL ends that keep their contexts, and what a thief has of it."""

    def __init__(self) -> None:
        self.server, self.client = context_of(ALICE), context_of(BOB)
        self.server.set_session_id(b"calls")
        log: list[str] = []
        self.server.set_keylog_callback(lambda _, line: log.append(line.decode()))
        pair = connect(self.client, self.server)
        self.session = pair.client.get_session()
        for end in (pair.client, pair.server):
            end.shutdown()  # or OpenSSL forgets a session that was not ended well
        (seen,) = associations(pair.seen_by(True))
        assert seen.server_hello is not None and seen.client_random is not None
        self.stolen = Session(seen.server_hello.session_id, parse_keylog(log[0])[seen.client_random])

    def peer(self, *, client: bool) -> OpenSsl:
        if client:
            return OpenSsl(BOB, client=True, context=self.client, session=self.session)
        return OpenSsl(ALICE, client=False, context=self.server)


def leg(session: Session, *, client: bool) -> BentLeg:
    return (BentClient if client else BentServer)(OURS, Bend(session=session))


def seen(peer: OpenSsl) -> DtlsAssociation:
    (one,) = associations(peer.wire)
    return one


@CLIENTS
def test_openssl_resumes_with_a_thief_and_shows_the_certificate_of_the_true_peer(client: bool) -> None:
    earlier = Earlier()
    ours, peer = leg(earlier.stolen, client=client), earlier.peer(client=not client)
    talk(ours, peer)
    assert ours.established and ours.resumed and peer.done
    assert peer.words == []
    assert peer.presented() == (BOB if client else ALICE).der
    one = seen(peer)
    assert one.session_resumed
    assert one.certificates_near == one.certificates_far == ()


@CLIENTS
def test_both_ends_of_a_resumed_session_have_the_same_fresh_keys(client: bool) -> None:
    earlier = Earlier()
    ours, peer = leg(earlier.stolen, client=client), earlier.peer(client=not client)
    talk(ours, peer)
    keys = ours.srtp_keys()
    assert keys is not None
    assert peer.connection.get_selected_srtp_profile() == b"SRTP_AEAD_AES_128_GCM"
    material = peer.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 56)
    assert keys.client_key_and_salt == material[:16] + material[32:44]
    peer.step(*ours.send(b"from a thief"))
    assert peer.received == [b"from a thief"]
    again = earlier.peer(client=not client)
    talk(leg(earlier.stolen, client=client), again)
    assert again.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 56) != material


@CLIENTS
def test_a_wrong_secret_resumes_nothing(client: bool) -> None:
    earlier = Earlier()
    wrong = Session(earlier.stolen.identifier, bytes(48))
    ours, peer = leg(wrong, client=client), earlier.peer(client=not client)
    talk(ours, peer)
    assert not ours.established and not peer.done


@CLIENTS
def test_who_does_not_know_the_session_is_shown_a_certificate_in_a_whole_handshake(client: bool) -> None:
    """As a healthy endpoint, which makes a new context for each call."""
    stolen = Earlier().stolen
    ours, peer = leg(stolen, client=client), OpenSsl(ALICE, client=not client)
    talk(ours, peer)
    assert ours.established and peer.done and not ours.resumed
    assert peer.presented() == OURS.der
    assert not seen(peer).session_resumed


def test_openssl_forgets_a_session_that_was_not_ended_well() -> None:
    """Why a specimen must end its calls with close_notify, as aiortc does."""
    server, client = context_of(ALICE), context_of(BOB)
    server.set_session_id(b"calls")
    pair = connect(client, server)
    session = pair.client.get_session()
    assert isinstance(session, SSL.Session)
    del pair
    (again,) = associations(connect(client, server, session=session).seen_by(True))
    assert not again.session_resumed
