"""Our own DTLS client, which may bend what it says."""

from __future__ import annotations

import secrets
from typing import Final

from ...wire.certificate import Identity
from ...wire.dtls import ContentType, HandshakeMessage, HandshakeType, parse_server_hello
from ...wire.dtls import writer as write
from ...wire.dtls.vector import Cursor
from .bend import HONEST, Bend, Signature
from .bent_leg import BentLeg

_SESSION_ID: Final = 32


class BentClient(BentLeg):
    """Speaks first. With HONEST it is an ordinary client."""

    client = True

    def __init__(self, identity: Identity, bend: Bend) -> None:
        super().__init__(identity, bend)
        self._server_point = b""

    def start(self) -> list[bytes]:
        self._new_flight()
        self._say(HandshakeType.CLIENT_HELLO, self._hello())
        self.bent = self._bend.in_hello
        return self._fly()

    def renegotiate(self) -> list[bytes]:
        """Ask for a new handshake under the keys of this one (RFC 5746 section 3.5), to show another certificate."""
        body = self._hello(self._proof)
        message = write.handshake(HandshakeType.CLIENT_HELLO, 0, body)
        return [self._sealed(ContentType.HANDSHAKE, 1, message)]

    def _hello(self, proof: bytes = b"") -> bytes:
        bend = self._bend
        extensions = (write.renegotiation_info(proof), write.extended_master_secret(), *write.one_group(bend.group))
        if bend.srtp_profiles:
            extensions += (write.use_srtp(bend.srtp_profiles, bend.mki),)
        known = b"" if bend.session is None else bend.session.identifier
        session_id = secrets.token_bytes(_SESSION_ID) if bend.abbreviated else known
        return write.client_hello(self._random, bend.suites, extensions, version=bend.version, session_id=session_id)

    def _take(self, message: HandshakeMessage) -> None:
        if message.type == HandshakeType.FINISHED:
            self.established = self._finished(message)
            if self.established and self.resumed:
                self._new_flight()
                self._finish()
            return
        self._heard(message)
        if message.type == HandshakeType.SERVER_HELLO:
            self._server_hello(message.body)
        elif message.type == HandshakeType.SERVER_KEY_EXCHANGE:
            cursor = Cursor(message.body)
            cursor.take(3, "named curve")
            self._server_point = cursor.vector(1, "point")
        elif message.type == HandshakeType.SERVER_HELLO_DONE and not self._bend.abbreviated:
            self._answer()

    def _server_hello(self, body: bytes) -> None:
        hello = parse_server_hello(body)
        self._peer_random = hello.random
        self._extended = hello.extended_master_secret
        self._profile = hello.srtp_profile
        if not self._resumes(hello.session_id) and self._bend.abbreviated:
            self._new_flight()
            self._claim()
            self.bent = True

    def _answer(self) -> None:
        """Certificate, ClientKeyExchange, CertificateVerify, and the change to the keys."""
        self._new_flight()
        shown = [self._identity.der] if self._bend.certificate else []
        self._say(HandshakeType.CERTIFICATE, write.certificates(shown))
        self._say(HandshakeType.CLIENT_KEY_EXCHANGE, write.vector(1, self._point()))
        self._agree(self._server_point)
        if shown and self._bend.signature is not Signature.MISSING:
            self._say(HandshakeType.CERTIFICATE_VERIFY, self._signature(self._transcript))
        self._finish()
        self.bent = self._bend != HONEST
