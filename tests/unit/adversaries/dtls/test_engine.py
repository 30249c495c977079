"""Our own DTLS client and server against OpenSSL: honest ones are believed, each bend is refused for what it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from harness.adversaries.dtls import HONEST, Bend, BentClient, BentLeg, BentServer, Point, Signature
from harness.adversaries.dtls.renegotiating_leg import RenegotiatingServer
from harness.wire.certificate import fresh_identity
from harness.wire.dtls import Alert, DtlsAssociation, HandshakeMessage, HandshakeType, associations
from harness.wire.dtls.writer import DTLS10, SECP192R1
from harness.wire.dtls_end import DtlsEnd
from tests.unit.wire.openssl_pair import identity

from .openssl import OpenSsl, talk

OURS, THEIRS, SECOND = (fresh_identity(datetime.now(UTC)) for _ in range(3))

CLIENTS = pytest.mark.parametrize("client", [True, False], ids=["our-client", "our-server"])

NO_RENEGOTIATION = 100


def leg(bend: Bend, *, client: bool) -> BentLeg:
    return (BentClient if client else BentServer)(OURS, bend)


def met(bend: Bend, *, client: bool) -> tuple[BentLeg, OpenSsl]:
    """Our end with this bend, and OpenSSL, after all is said."""
    ours, peer = leg(bend, client=client), OpenSsl(THEIRS, client=not client)
    talk(ours, peer)
    return ours, peer


def seen(peer: OpenSsl) -> DtlsAssociation:
    """What an observer at OpenSSL's side reads of it."""
    (one,) = associations(peer.wire)
    return one


@CLIENTS
def test_an_honest_engine_and_openssl_agree_on_everything(client: bool) -> None:
    ours, peer = met(HONEST, client=client)
    assert ours.established and peer.done
    assert not ours.bent
    assert peer.presented() == OURS.der
    keys = ours.srtp_keys()
    assert keys is not None
    assert peer.connection.get_selected_srtp_profile() == b"SRTP_AEAD_AES_128_GCM"
    material = peer.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 56)
    assert keys.client_key_and_salt == material[:16] + material[32:44]
    assert keys.server_key_and_salt == material[16:32] + material[44:]


@CLIENTS
def test_an_honest_engine_shakes_hands_with_a_peer_whose_certificate_is_rsa(client: bool) -> None:
    ours = leg(HONEST, client=client)
    peer = OpenSsl(identity("of GStreamer", rsa.generate_private_key(65537, 2048)), client=not client)
    talk(ours, peer)
    assert ours.established and peer.done
    one = seen(peer)
    assert one.certificates_near == (peer.identity.der,)
    assert one.suite_iana == f"TLS_ECDHE_{'RSA' if client else 'ECDSA'}_WITH_AES_128_GCM_SHA256"
    assert HandshakeType.CERTIFICATE_VERIFY in [message.type for message in one.messages]


@CLIENTS
def test_an_observer_reads_the_engines_handshake_like_any_other(client: bool) -> None:
    _, peer = met(HONEST, client=client)
    one = seen(peer)
    assert one.finished and one.extended_master_secret
    assert (one.certificates_near, one.certificates_far) == ((THEIRS.der,), (OURS.der,))
    assert (one.version, one.group) == ("DTLSv1.2", "secp256r1")
    assert (one.problems, one.alerts, one.renegotiation_tried) == ((), (), False)


@CLIENTS
def test_data_passes_both_ways_and_close_notify_ends_it(client: bool) -> None:
    ours, peer = met(HONEST, client=client)
    peer.step(*ours.send(b"from us"))
    assert peer.received == [b"from us"]
    peer.connection.send(b"from them")
    for datagram in peer.step():
        ours.receive(datagram)
    assert ours.take_received() == [b"from them"]
    assert ours.take_received() == []
    peer.step(*ours.close())
    assert peer.words == ["close_notify"]
    assert ours.over


def test_a_lost_flight_is_sent_again_under_new_numbers() -> None:
    ours, peer = leg(HONEST, client=True), OpenSsl(THEIRS, client=False)
    (lost,) = ours.start()
    assert ours.timeout() == 1.0
    (again,) = ours.expire()
    assert again != lost and again[13:] == lost[13:]
    talk(ours, peer, [again])
    assert ours.established and peer.done
    assert ours.timeout() is None
    assert ours.expire() == []


def test_nobody_waits_for_ever() -> None:
    ours = leg(HONEST, client=True)
    ours.start()
    tries = 0
    while ours.timeout() is not None:
        tries += len(ours.expire())
    assert tries == 4


@CLIENTS
def test_a_finished_that_covers_another_handshake_is_a_failure(client: bool) -> None:
    ours, _ = met(HONEST, client=client)
    assert not ours._finished(HandshakeMessage(HandshakeType.FINISHED, 7, bytes(12)))
    assert ours.failure == "the peer's Finished covers another handshake"


JUNK = [b"", b"\x16", b"\x16\xfe\xfd" + bytes(10), b"\x16\xfe\xfd" + bytes(9) + b"\x05abc"]


@pytest.mark.parametrize("junk", JUNK)
@CLIENTS
def test_junk_is_dropped(client: bool, junk: bytes) -> None:
    ours, peer = leg(HONEST, client=client), OpenSsl(THEIRS, client=not client)
    assert ours.receive(junk) == []
    talk(ours, peer)
    assert ours.established


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        (Bend(suites=(0xC006,)), "no shared cipher"),
        (Bend(group=SECP192R1), "no shared cipher"),
        (Bend(version=DTLS10), "unsupported protocol"),
        (Bend(certificate=False), "peer did not return a certificate"),
        (Bend(signature=Signature.FORGED), "bad signature"),
        (Bend(point=Point.OFF_CURVE), "point is not on curve"),
    ],
    ids=["suite", "group", "version", "certificate", "signature", "point"],
)
def test_a_server_refuses_our_bent_client_for_what_is_bent(bend: Bend, words: str) -> None:
    ours, peer = met(bend, client=True)
    assert words in peer.words
    assert not peer.done and not ours.established
    assert ours.bent and ours.over


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        (Bend(suites=(0xC006,)), "wrong cipher returned"),
        (Bend(suites=(0x0003,)), "unknown cipher returned"),
        (Bend(group=SECP192R1), "wrong curve"),
        (Bend(version=DTLS10), "unsupported protocol"),
        (Bend(srtp_profiles=(0x0005,)), "bad srtp protection profile list"),
        (Bend(mki=b"\x01"), "bad srtp protection profile list"),
        (Bend(signature=Signature.FORGED), "bad signature"),
        (Bend(point=Point.OFF_CURVE), "point is not on curve"),
    ],
    ids=["suite", "export", "group", "version", "profile", "mki", "signature", "point"],
)
def test_a_client_refuses_our_bent_server_for_what_is_bent(bend: Bend, words: str) -> None:
    ours, peer = met(bend, client=False)
    assert words in peer.words
    assert not peer.done and not ours.established
    assert ours.bent and ours.over


@CLIENTS
def test_a_session_that_never_was_is_not_resumed(client: bool) -> None:
    ours, peer = met(Bend(abbreviated=True), client=client)
    assert ours.bent
    assert not peer.done and not ours.established
    assert bool(seen(peer).certificates_far) is False


def test_without_certificate_verify_a_server_waits_in_vain() -> None:
    ours, peer = met(Bend(signature=Signature.MISSING), client=True)
    assert ours.bent and not peer.done
    assert seen(peer).certificates_far == (OURS.der,)


@pytest.mark.parametrize("profiles", [(), (0x0002,), (0x7F7F,)])
def test_a_client_without_a_usable_profile_gets_a_handshake_and_no_keys(profiles: tuple[int, ...]) -> None:
    ours, peer = met(Bend(srtp_profiles=profiles), client=True)
    assert ours.established and peer.done
    assert ours.srtp_keys() is None
    assert peer.connection.get_selected_srtp_profile() == b""


def test_keys_of_a_profile_that_was_not_agreed_are_those_its_length_gives() -> None:
    ours, peer = met(HONEST, client=True)
    material = peer.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 60)
    keys = ours.srtp_keys_as("SRTP_AES128_CM_HMAC_SHA1_80")
    assert keys.client_key_and_salt == material[:16] + material[32:46]


def test_a_server_of_openssl_refuses_to_renegotiate_and_goes_on() -> None:
    ours, peer = met(HONEST, client=True)
    assert isinstance(ours, BentClient)
    talk(ours, peer, ours.renegotiate())
    assert ours.refused == [NO_RENEGOTIATION]
    assert not ours.over
    one = seen(peer)
    assert one.renegotiation_tried and not one.renegotiated


def test_a_client_of_openssl_renegotiates_and_is_shown_another_certificate() -> None:
    """What RFC 8827 section 6.5 forbids, and what this OpenSSL does unless it is told not to."""
    server, peer = RenegotiatingServer(OURS), OpenSsl(THEIRS, client=True)
    talk(server, peer)
    assert server.established and not server.renegotiated
    talk(server, peer, server.renegotiate(SECOND))
    assert server.renegotiated
    assert peer.presented() == SECOND.der
    one = seen(peer)
    assert one.renegotiated
    assert one.certificates_far == (OURS.der,), "the second certificate is encrypted"


def test_the_engine_is_believed_by_the_interceptors_openssl_too() -> None:
    client, server = BentClient(OURS, HONEST), DtlsEnd(SECOND, client=False)
    to_server = client.start()
    while to_server:
        answers = [answer for datagram in to_server for answer in server.receive(datagram)]
        to_server = [answer for datagram in answers for answer in client.receive(datagram)]
    assert client.established and server.established
    assert client.srtp_keys() == server.srtp_keys()


def test_an_alert_of_the_peer_is_kept_and_a_fatal_one_ends_it() -> None:
    ours, peer = met(Bend(suites=(0xC006,)), client=True)
    assert ours.refused == [40]
    assert ours.failure == "the peer sent the alert 40"
    assert seen(peer).alerts == (Alert(True, "fatal", "handshake_failure"),)
    assert ours.receive(b"\x15\xfe\xfd" + bytes(9) + b"\x02\x02\x28") == []
