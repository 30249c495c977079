"""What stolen keys open, and what they do not: held against the keys that OpenSSL itself exports."""

from __future__ import annotations

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.adversaries.decryption import Captured, key_candidates
from harness.wire.dtls import ContentType, HandshakeType
from harness.wire.dtls import writer as write
from harness.wire.dtls.secrets import extended_master_secret
from harness.wire.srtp import SrtpKeys, export_keying_material_tls12, split_keying_material

from .recorded_handshakes import ECDHE, OTHER_RSA_KEY, RSA_KEY, STATIC_RSA, datagrams, recorded
from .transcript import ALICE, BOB

GCM = "SRTP_AEAD_AES_128_GCM"
SUITE = 0xC02B
RANDOMS = b"c" * 32, b"s" * 32


@pytest.mark.parametrize("extended", [True, False], ids=["extended", "plain"])
def test_the_servers_rsa_key_opens_an_rsa_exchange(extended: bool) -> None:
    one = recorded(STATIC_RSA, extended)
    choice = one.captured.choice
    assert choice is not None and choice.extended_master_secret is extended
    assert list(key_candidates(one.captured, [RSA_KEY])) == [split_keying_material(one.material, GCM)]


def test_the_clients_key_opens_nothing_of_it() -> None:
    one = recorded(STATIC_RSA)
    true = split_keying_material(one.material, GCM)
    assert true not in list(key_candidates(one.captured, [OTHER_RSA_KEY]))


def test_certificate_keys_are_tried_on_an_ephemeral_exchange_and_none_is_right() -> None:
    one = recorded(ECDHE)
    found = list(key_candidates(one.captured, [one.server.key, one.client.key]))
    assert len(found) == 4, "each key in the place of either ephemeral one"
    assert split_keying_material(one.material, GCM) not in found


def captured_exchange(server_point: bytes, client_point: bytes, *, group: int) -> Captured:
    """A handshake between a server and a client with these ephemeral keys."""
    offer = write.client_hello(RANDOMS[0], [SUITE], (write.extended_master_secret(), write.use_srtp([7])))
    choice = write.server_hello(RANDOMS[1], SUITE, (write.extended_master_secret(), write.use_srtp([7])))
    exchange = b"\x03" + group.to_bytes(2, "big") + write.vector(1, server_point)
    one = Captured()
    for sender, kind, number, body in (
        (BOB, HandshakeType.CLIENT_HELLO, 0, offer),
        (ALICE, HandshakeType.SERVER_HELLO, 0, choice),
        (ALICE, HandshakeType.SERVER_KEY_EXCHANGE, 1, exchange),
        (BOB, HandshakeType.CLIENT_KEY_EXCHANGE, 1, write.vector(1, client_point)),
    ):
        one.add(sender, write.record(ContentType.HANDSHAKE, write.handshake(kind, number, body), number))
    return one


def true_keys(one: Captured, premaster: bytes) -> SrtpKeys:
    master = extended_master_secret(premaster, sha256(one.transcript).digest())
    return split_keying_material(export_keying_material_tls12(master, *RANDOMS, 56), GCM)


@pytest.mark.parametrize("reused_by", [ALICE, BOB])
@pytest.mark.parametrize(("group", "curve"), [(23, ec.SECP256R1()), (24, ec.SECP384R1())])
def test_a_certificate_key_used_for_the_exchange_opens_it(
    reused_by: object, group: int, curve: ec.EllipticCurve
) -> None:
    stolen, other = ec.generate_private_key(curve), ec.generate_private_key(curve)
    points = [key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) for key in (stolen, other)]
    one = captured_exchange(*(points if reused_by is ALICE else points[::-1]), group=group)
    premaster = other.exchange(ec.ECDH(), stolen.public_key())
    assert true_keys(one, premaster) in list(key_candidates(one, [stolen]))


def test_the_number_of_a_certificate_key_used_again_on_x25519_opens_it() -> None:
    stolen = ec.generate_private_key(ec.SECP256R1())
    number = stolen.private_numbers().private_value.to_bytes(32, "big")
    reused, other = X25519PrivateKey.from_private_bytes(number), X25519PrivateKey.generate()
    one = captured_exchange(reused.public_key().public_bytes_raw(), other.public_key().public_bytes_raw(), group=29)
    assert true_keys(one, other.exchange(reused.public_key())) in list(key_candidates(one, [stolen]))


def test_a_key_that_can_do_neither_is_passed_over() -> None:
    one = recorded(ECDHE)
    assert list(key_candidates(one.captured, [ed25519.Ed25519PrivateKey.generate()])) == []
    assert list(key_candidates(one.captured, [RSA_KEY])) == []


def test_a_key_of_another_curve_is_passed_over() -> None:
    points = [
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        for _ in range(2)
    ]
    one = captured_exchange(*points, group=23)
    assert list(key_candidates(one, [ec.generate_private_key(ec.SECP384R1())])) == []


def test_half_a_handshake_gives_nothing_and_junk_breaks_nothing() -> None:
    one = recorded(STATIC_RSA)
    part = Captured()
    assert list(key_candidates(part, [RSA_KEY])) == []
    for sender, datagram in datagrams(one)[:1]:
        part.add(sender, datagram)
    assert part.client is BOB
    for junk in (b"", b"\x16\xfe\xfd", bytes(60)):
        part.add(ALICE, junk)
    assert list(key_candidates(part, [RSA_KEY])) == []


@pytest.mark.parametrize("point", [b"", b"\x04" + bytes(64), bytes(31)])
@pytest.mark.parametrize("group", [23, 29, 7])
def test_a_point_that_is_none_gives_nothing(point: bytes, group: int) -> None:
    one = captured_exchange(point, point, group=group)
    assert list(key_candidates(one, [ec.generate_private_key(ec.SECP256R1())])) == []
