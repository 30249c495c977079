"""OpenSSL at the other end, as aiortc sets it up, over memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from harness.adversaries.dtls import Leg
from harness.wire.certificate import Identity
from tests.unit.wire.openssl_pair import Identity as WithRsa

SUITES = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
RSA_SUITES = b"ECDHE-RSA-AES128-GCM-SHA256"
PROFILES = b"SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"


@dataclass
class OpenSsl:
    """One end, in a context of its own or in one that knows earlier sessions. `done`: its handshake ended well.
    `words`: what OpenSSL said against it. `wire`: all that passed, in order, with True for what this end sent."""

    identity: Identity | WithRsa
    client: bool
    context: SSL.Context | None = None
    session: SSL.Session | None = None
    done: bool = False
    words: list[str] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    wire: list[tuple[bool, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = SSL.Connection(self.context or context_of(self.identity), None)
        if self.session is not None:
            self.connection.set_session(self.session)
        if self.client:
            self.connection.set_connect_state()
        else:
            self.connection.set_accept_state()

    def step(self, *datagrams: bytes) -> list[bytes]:
        """Take datagrams, say what there is to say."""
        for datagram in datagrams:
            self.wire.append((False, datagram))
            self.connection.bio_write(datagram)
            self._try()
        if not datagrams:
            self._try()
        try:
            said = self.connection.bio_read(1 << 16)
        except SSL.WantReadError:
            return []
        self.wire.append((True, said))
        return [said]

    def presented(self) -> bytes:
        shown = self.connection.get_peer_certificate(as_cryptography=True)
        assert shown is not None
        return shown.public_bytes(Encoding.DER)

    def _try(self) -> None:
        try:
            if not self.done:
                self.connection.do_handshake()
                self.done = True
            self.received.append(self.connection.recv(1500))
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.words.append("close_notify")
        except SSL.Error as error:
            self.words += [reason for _, _, reason in error.args[0]]


def context_of(identity: Identity | WithRsa) -> SSL.Context:
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_options(SSL.OP_NO_TICKET)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
    context.use_certificate(identity.certificate)
    context.use_privatekey(identity.key)
    context.set_cipher_list(SUITES + b":" + RSA_SUITES)
    context.set_tlsext_use_srtp(PROFILES)
    return context


def talk(leg: Leg, peer: OpenSsl, said: list[bytes] | None = None) -> None:
    """Until nobody has more to say. The client begins, unless `said` is what our leg says first."""
    to_peer = leg.start() if said is None else said
    to_leg = peer.step() if peer.client and said is None else []
    while to_peer or to_leg:
        answers = [answer for datagram in to_leg for answer in leg.receive(datagram)]
        to_leg = peer.step(*to_peer) if to_peer else []
        to_peer = answers
