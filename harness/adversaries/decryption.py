"""What the keys of certificates can tell of a recorded handshake of DTLS 1.2 (RFC 5246, RFC 8422).

A static RSA key decrypts the pre-master secret out of ClientKeyExchange. A key of a curve gives it if it was itself
used for the exchange, on either side; of another curve, if its number was used there again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import new as new_hash
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from ..model.base import Party
from ..wire.dtls import (
    SUITES,
    ClientHello,
    HandshakeMessage,
    HandshakeReader,
    HandshakeType,
    ServerHello,
    parse_client_hello,
    parse_server_hello,
    srtp_profile_name,
)
from ..wire.dtls.secrets import extended_master_secret, master_secret
from ..wire.dtls.vector import Cursor
from ..wire.dtls.writer import handshake
from ..wire.srtp import (
    PROFILES,
    SrtpKeys,
    export_keying_material_tls12,
    keying_material_length,
    split_keying_material,
)

_CURVES: Final[dict[int, ec.EllipticCurve]] = {23: ec.SECP256R1(), 24: ec.SECP384R1(), 25: ec.SECP521R1()}
_X25519: Final = 29
_X25519_BYTES: Final = 32
_PREMASTER: Final = 48


class Captured:
    """A handshake as somebody on the path saw it. `client` is known with its ClientHello, the rest as it comes."""

    def __init__(self) -> None:
        self.client: Party | None = None
        self.offer: ClientHello | None = None
        self.choice: ServerHello | None = None
        self.server_exchange = b""
        self.client_exchange = b""
        self.transcript = b""
        """All messages up to ClientKeyExchange, which is what RFC 7627 binds the secret to."""
        self._readers = {party: HandshakeReader() for party in Party}

    def add(self, sender: Party, datagram: bytes) -> None:
        """A DTLS datagram on its way. What is malformed is passed over."""
        for message in self._readers[sender].feed(datagram):
            if not self.client_exchange:
                self.transcript += handshake(message.type, message.message_seq, message.body)
                with suppress(ValueError):
                    self._message(sender, message)

    def _message(self, sender: Party, message: HandshakeMessage) -> None:
        if message.type == HandshakeType.CLIENT_HELLO:
            self.client, self.offer = sender, parse_client_hello(message.body)
        elif message.type == HandshakeType.SERVER_HELLO:
            self.choice = parse_server_hello(message.body)
        elif message.type == HandshakeType.SERVER_KEY_EXCHANGE:
            self.server_exchange = message.body
        elif message.type == HandshakeType.CLIENT_KEY_EXCHANGE:
            self.client_exchange = message.body


def key_candidates(captured: Captured, keys: Iterable[PrivateKeyTypes]) -> Iterator[SrtpKeys]:
    """SRTP keys that follow from these private keys, if they are worth anything; which are right, the media tell."""
    offer, choice = captured.offer, captured.choice
    if offer is None or choice is None or choice.srtp_profile is None or choice.suite not in SUITES:
        return
    profile, hash_name = srtp_profile_name(choice.srtp_profile), SUITES[choice.suite].prf_hash
    if profile not in PROFILES:
        return
    session_hash = new_hash(hash_name, captured.transcript).digest()
    for key in keys:
        for premaster in _premasters(captured, key):
            if choice.extended_master_secret:
                master = extended_master_secret(premaster, session_hash, hash_name)
            else:
                master = master_secret(premaster, offer.random, choice.random, hash_name)
            length = keying_material_length(profile)
            material = export_keying_material_tls12(master, offer.random, choice.random, length, hash_name)
            yield split_keying_material(material, profile)


def _premasters(captured: Captured, key: PrivateKeyTypes) -> Iterator[bytes]:
    with suppress(ValueError):
        if isinstance(key, rsa.RSAPrivateKey):
            # A wrong key gives a random secret (RFC 5246 section 7.4.7.1), or none: that is tried like any other.
            secret = key.decrypt(Cursor(captured.client_exchange).vector(2, "encrypted secret"), PKCS1v15())
            if len(secret) == _PREMASTER:
                yield secret
        elif isinstance(key, ec.EllipticCurvePrivateKey):
            yield from _agreed(captured, key)


def _agreed(captured: Captured, key: ec.EllipticCurvePrivateKey) -> Iterator[bytes]:
    """With the key in the place of the client's ephemeral one, and of the server's."""
    cursor = Cursor(captured.server_exchange)
    cursor.take(1, "curve type")
    group = cursor.number(2, "named curve")
    points = (cursor.vector(1, "the server's point"), Cursor(captured.client_exchange).vector(1, "the client's point"))
    for point in points:
        if group == _X25519:
            yield _number_of(key).exchange(X25519PublicKey.from_public_bytes(point))
        elif group in _CURVES and key.curve.name == _CURVES[group].name:
            yield key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[group], point))


def _number_of(key: ec.EllipticCurvePrivateKey) -> X25519PrivateKey:
    number = key.private_numbers().private_value.to_bytes((key.key_size + 7) // 8, "big")
    return X25519PrivateKey.from_private_bytes(number[-_X25519_BYTES:].rjust(_X25519_BYTES, b"\0"))
