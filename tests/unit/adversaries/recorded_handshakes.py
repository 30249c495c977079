"""Handshakes of OpenSSL as somebody on the path records them, with RSA or Diffie-Hellman."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL

from harness.adversaries.decryption import Captured
from harness.model.base import Party
from tests.unit.wire.openssl_pair import Identity, Pair, connect, identity

from .transcript import ALICE, BOB

STATIC_RSA = "AES128-GCM-SHA256"
ECDHE = "ECDHE-ECDSA-AES128-GCM-SHA256"

NO_EXTENDED_MASTER_SECRET = 1
"""SSL_OP_NO_EXTENDED_MASTER_SECRET is bit 0 (openssl/ssl.h); pyOpenSSL has no name for it."""

RSA_KEY = rsa.generate_private_key(65537, 2048)
OTHER_RSA_KEY = rsa.generate_private_key(65537, 2048)


@dataclass(frozen=True)
class Recorded:
    """Bob is the client. `pair` can be asked for the true keys."""

    pair: Pair
    captured: Captured
    server: Identity
    client: Identity

    @property
    def material(self) -> bytes:
        return self.pair.client.export_keying_material(b"EXTRACTOR-dtls_srtp", 56)


def recorded(suite: str, extended: bool = True, server: Identity | None = None) -> Recorded:
    of_server = server or identity("alice", RSA_KEY if suite == STATIC_RSA else None)
    of_client = identity("bob", OTHER_RSA_KEY if suite == STATIC_RSA else None)
    pair = connect(_context(of_client, suite, extended), _context(of_server, suite, extended))
    captured = Captured()
    for from_client, datagram in pair.datagrams:
        captured.add(BOB if from_client else ALICE, datagram)
    return Recorded(pair, captured, of_server, of_client)


def _context(own: Identity, suite: str, extended: bool) -> SSL.Context:
    made = SSL.Context(SSL.DTLS_METHOD)
    made.use_certificate(own.certificate)
    made.use_privatekey(own.key)
    made.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    made.set_cipher_list(suite.encode())
    made.set_tlsext_use_srtp(b"SRTP_AEAD_AES_128_GCM")
    if not extended:
        made.set_options(NO_EXTENDED_MASTER_SECRET)
    return made


def datagrams(one: Recorded) -> list[tuple[Party, bytes]]:
    return [(BOB if from_client else ALICE, datagram) for from_client, datagram in one.pair.datagrams]
