"""An endpoint as the interceptor meets it: an own pyOpenSSL connection over memory, and SRTP keys cut out by hand."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from OpenSSL import SSL
from pylibsrtp import Policy, Session

from harness.adversaries.machine import Command, Forward, Machine
from harness.model.base import Party

from .transcript import feed

AES_256_GCM = "SRTP_AEAD_AES_256_GCM"
AES_128_GCM = "SRTP_AEAD_AES_128_GCM"
AES_CM = "SRTP_AES128_CM_SHA1_80"
_SIZES = {AES_256_GCM: (32, 12), AES_128_GCM: (16, 12), AES_CM: (16, 14)}
_LIBSRTP = {
    AES_256_GCM: Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    AES_128_GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    AES_CM: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def self_signed(key: Key, names: int = 1) -> x509.Certificate:
    """A certificate of `key`; many `names` make it long."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(f"name-{number}.test") for number in range(names)]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )


class DtlsPeer:
    """One end of a call. `client` speaks first; `accept` False refuses any certificate with an alert."""

    def __init__(
        self,
        *,
        client: bool,
        profile: str | None = AES_256_GCM,
        key: Key | None = None,
        names: int = 1,
        accept: bool = True,
    ) -> None:
        self.client = client
        self.done = False
        self.ended = False
        self.received: list[bytes] = []
        self.profile = profile
        key = key or ec.generate_private_key(ec.SECP256R1())
        self.certificate = self_signed(key, names)
        context = SSL.Context(SSL.DTLS_METHOD)
        context.use_certificate(self.certificate)
        context.use_privatekey(key)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: accept)
        if profile is not None:
            context.set_tlsext_use_srtp(profile.encode())
        self.connection = SSL.Connection(context, None)
        if client:
            self.connection.set_connect_state()
        else:
            self.connection.set_accept_state()

    def hello(self) -> bytes:
        """The ClientHello."""
        (datagram,) = self._step()
        return datagram

    def receive(self, datagram: bytes) -> list[bytes]:
        self.connection.bio_write(datagram)
        return self._step()

    def close(self) -> list[bytes]:
        self.connection.shutdown()
        return self._flush()

    def say(self, data: bytes) -> list[bytes]:
        self.connection.send(data)
        return self._flush()

    def presented(self) -> bytes:
        """The certificate that this end was shown, as DER."""
        shown = self.connection.get_peer_certificate(as_cryptography=True)
        assert shown is not None
        return shown.public_bytes(serialization.Encoding.DER)

    def sessions(self) -> tuple[Session, Session]:
        """libsrtp sessions for what this end sends and for what it receives (RFC 5764 section 4.2)."""
        assert self.profile is not None
        assert self.connection.get_selected_srtp_profile() == self.profile.encode()
        key, salt = _SIZES[self.profile]
        material = self.connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt :]
        mine, theirs = (client, server) if self.client else (server, client)
        return (
            Session(Policy(mine, Policy.SSRC_ANY_OUTBOUND, srtp_profile=_LIBSRTP[self.profile])),
            Session(Policy(theirs, Policy.SSRC_ANY_INBOUND, srtp_profile=_LIBSRTP[self.profile])),
        )

    def _step(self) -> list[bytes]:
        try:
            if not self.done:
                self.connection.do_handshake()
                self.done = True
            while True:
                self.received.append(self.connection.recv(16384))
        except SSL.WantReadError:
            pass
        except SSL.Error:
            self.ended = True
        return self._flush()

    def _flush(self) -> list[bytes]:
        try:
            return [self.connection.bio_read(16384)]
        except SSL.WantReadError:
            return []


def talk(machine: Machine, peers: dict[Party, DtlsPeer], sender: Party, first: list[bytes]) -> list[Command]:
    """Carry datagrams between the peers through the machine until nobody says more. All commands, in order."""
    commands: list[Command] = []
    travelling = deque((sender, datagram) for datagram in first)
    while travelling:
        speaker, datagram = travelling.popleft()
        answers = feed(machine, speaker, datagram)
        commands += answers
        for answer in answers:
            if isinstance(answer, Forward):
                travelling += [(answer.to, reply) for reply in peers[answer.to].receive(answer.data)]
    return commands
