"""Two OpenSSL ends that shake hands over memory: the reference that our reading of DTLS is held against."""

from __future__ import annotations

import datetime
from contextlib import suppress
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from OpenSSL import SSL

ECDSA_GCM = "ECDHE-ECDSA-AES128-GCM-SHA256"
PROFILE = "SRTP_AES128_CM_SHA1_80"


@dataclass(frozen=True)
class Identity:
    """A key and its self-signed certificate."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


def identity(name: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> Identity:
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(tz=datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    return Identity(key, builder.sign(key, hashes.SHA256()))


@dataclass
class Pair:
    """What passed between both ends: (True when the client sent it, datagram) in order, and the client's key log."""

    client: SSL.Connection
    server: SSL.Connection
    datagrams: list[tuple[bool, bytes]] = field(default_factory=list)
    keylog: list[str] = field(default_factory=list)

    def seen_by(self, client_is_near: bool) -> list[tuple[bool, bytes]]:
        """The datagrams with the direction as the client's, or as the server's, leg records it."""
        return [(from_client is client_is_near, datagram) for from_client, datagram in self.datagrams]


def context(
    own: Identity, suites: str = ECDSA_GCM, profiles: str = PROFILE, keylog: list[str] | None = None
) -> SSL.Context:
    made = SSL.Context(SSL.DTLS_METHOD)
    made.use_certificate(own.certificate)
    made.use_privatekey(own.key)
    made.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    made.set_cipher_list(suites.encode())
    if profiles:
        made.set_tlsext_use_srtp(profiles.encode())
    if keylog is not None:
        made.set_keylog_callback(lambda _, line: keylog.append(line.decode()))
    return made


def connect(client: SSL.Context, server: SSL.Context, mtu: int = 1200, session: SSL.Session | None = None) -> Pair:
    """Shake hands until both ends are done, or until neither says anything more."""
    pair = Pair(_end(client, mtu), _end(server, mtu))
    pair.client.set_connect_state()
    pair.server.set_accept_state()
    if session is not None:
        pair.client.set_session(session)
    while _step(pair, from_client=True) | _step(pair, from_client=False):
        pass
    return pair


def shake_hands(
    alice: Identity, bob: Identity, suites: str = ECDSA_GCM, profiles: str = PROFILE, mtu: int = 1200
) -> Pair:
    """An ordinary handshake of two ends that want the same; the client is `alice`."""
    keylog: list[str] = []
    pair = connect(context(alice, suites, profiles, keylog), context(bob, suites, profiles), mtu)
    pair.keylog = keylog
    return pair


def client_hello(suites: str, profiles: str = PROFILE) -> bytes:
    """The first datagram of a client that offers these suites."""
    made = SSL.Context(SSL.DTLS_METHOD)
    made.set_cipher_list(suites.encode())
    made.set_tlsext_use_srtp(profiles.encode())
    end = _end(made, 1200)
    end.set_connect_state()
    return b"".join(_say(end))


def _end(made: SSL.Context, mtu: int) -> SSL.Connection:
    end = SSL.Connection(made)
    end.set_ciphertext_mtu(mtu)
    return end


def _step(pair: Pair, from_client: bool) -> bool:
    """Let one end speak and the other one hear it; whether anything was said."""
    speaker, hearer = (pair.client, pair.server) if from_client else (pair.server, pair.client)
    said = _say(speaker)
    for datagram in said:
        pair.datagrams.append((from_client, datagram))
        hearer.bio_write(datagram)
    return bool(said)


def _say(end: SSL.Connection) -> list[bytes]:
    # Either it waits for the other end, or it failed and has an alert to send: both are seen in what it says.
    with suppress(SSL.Error):
        end.do_handshake()
    said = []
    while True:
        try:
            said.append(end.bio_read(65536))
        except SSL.WantReadError:
            return said
