"""A DTLS leg: records are never cut, flights fit the path, and failures are values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.certificate import Identity, fresh_identity
from harness.wire.dtls import records
from harness.wire.dtls.flight import MTU
from harness.wire.dtls_end import DtlsEnd

from ..adversaries.dtls_peer import DtlsPeer, self_signed

FATAL_CERTIFICATE_UNKNOWN = bytes.fromhex("15fefd00000000000000010002022e")


def leg(*, client: bool) -> DtlsEnd:
    return DtlsEnd(fresh_identity(datetime.now(UTC)), client=client)


def shake_hands(one: DtlsEnd, peer: DtlsPeer) -> list[bytes]:
    """All that the leg said until both were done."""
    said: list[bytes] = []
    heard = [] if one.client else [peer.hello()]
    speaking = one.start() if one.client else []
    while heard or speaking:
        said += speaking
        heard += [reply for datagram in speaking for reply in peer.receive(datagram)]
        speaking = [reply for datagram in heard for reply in one.receive(datagram)]
        heard = []
    return said


@pytest.mark.parametrize("client", [True, False])
def test_a_large_certificate_is_fragmented_to_the_path(client: bool) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    large = DtlsEnd(Identity(self_signed(key, names=200), key), client=client)
    peer = DtlsPeer(client=not client)

    said = shake_hands(large, peer)

    assert large.established and peer.done
    assert len(large_flight := [datagram for datagram in said if len(datagram) > 1000]) >= 3
    assert all(len(datagram) <= MTU for datagram in large_flight)
    assert all(records(datagram) for datagram in said)


@pytest.mark.parametrize("client", [True, False])
def test_both_ends_export_the_same_keys(client: bool) -> None:
    one, peer = leg(client=client), DtlsPeer(client=not client)
    shake_hands(one, peer)
    keys = one.srtp_keys()
    assert keys is not None
    assert keys.profile == "SRTP_AEAD_AES_256_GCM"
    material = peer.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 88)
    assert keys.client_key_and_salt == material[:32] + material[64:76]
    assert keys.server_key_and_salt == material[32:64] + material[76:]


def test_a_complaint_about_the_certificate_shows_that_it_arrived() -> None:
    one = leg(client=False)
    one.receive(DtlsPeer(client=True).hello())
    assert not one.certificate_presented
    one.receive(FATAL_CERTIFICATE_UNKNOWN)
    assert one.certificate_presented
    assert not one.established
    assert one.failure is not None
    assert "certificate unknown" in one.failure


def test_a_leg_that_is_over_says_nothing_more() -> None:
    one, peer = leg(client=False), DtlsPeer(client=True)
    shake_hands(one, peer)
    for datagram in peer.close():
        one.receive(datagram)
    assert one.closed
    assert (
        one.send(b"data")
        == one.close()
        == one.expire()
        == one.receive(bytes.fromhex("17fefd0001000000000001000a") + bytes(10))
        == []
    )
    assert one.timeout() is None


def test_closing_ends_both_sides_of_the_association() -> None:
    one, peer = leg(client=False), DtlsPeer(client=True)
    shake_hands(one, peer)
    for datagram in one.close():
        peer.receive(datagram)
    assert peer.ended
    assert one.closed and one.failure is None


def test_as_server_it_asks_for_a_certificate_as_webrtc_endpoints_do() -> None:
    flight = leg(client=False).receive(DtlsPeer(client=True).hello())
    certificate_request = 13
    assert certificate_request in [found.fragment[0] for datagram in flight for found in records(datagram)]


def test_a_leg_that_is_not_up_has_nothing_to_close_or_to_send() -> None:
    one = leg(client=True)
    one.start()
    assert one.close() == one.send(b"data") == []
    assert not one.over


@given(st.binary(min_size=13, max_size=200))
def test_junk_before_the_handshake_is_survived_or_named(junk: bytes) -> None:
    one, peer = leg(client=False), DtlsPeer(client=True)
    one.receive(b"\x16\xfe\xfd" + junk)
    if one.failure is None:
        shake_hands(one, peer)
    assert one.established or one.failure
