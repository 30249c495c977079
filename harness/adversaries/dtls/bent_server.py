"""Our own DTLS server, which may bend what it says."""

from __future__ import annotations

import secrets
from typing import Final

from ...wire.dtls import ClientHello, HandshakeMessage, HandshakeType, parse_client_hello
from ...wire.dtls import writer as write
from ...wire.dtls.hello import Extensions
from ...wire.dtls.vector import Cursor
from .bend import HONEST
from .bent_leg import BentLeg

_SESSION_ID: Final = 32


class BentServer(BentLeg):
    """Answers a ClientHello. With HONEST it is an ordinary server that asks for a certificate."""

    client = False

    def _take(self, message: HandshakeMessage) -> None:
        if message.type == HandshakeType.FINISHED:
            self.established = self._finished(message)
            if self.established and not self.resumed:
                self._new_flight()
                self._finish()
            return
        self._heard(message)
        if message.type == HandshakeType.CLIENT_HELLO:
            self._answer(parse_client_hello(message.body))
        elif message.type == HandshakeType.CLIENT_KEY_EXCHANGE:
            self._agree(Cursor(message.body).vector(1, "point"))

    def _answer(self, hello: ClientHello) -> None:
        """ServerHello to ServerHelloDone; or, of a session that was or never was, ServerHello and Finished."""
        self._peer_random = hello.random
        self._extended = hello.extended_master_secret
        own = self._bend.srtp_profiles
        self._profile = next((one for one in own if one in hello.srtp_profiles), next(iter(own), None))
        self._new_flight()
        resumes = self._resumes(hello.session_id)
        self._say(HandshakeType.SERVER_HELLO, self._hello(hello.session_id if resumes else b""))
        if resumes:
            self._finish()
        elif self._bend.abbreviated:
            self._claim()
        else:
            self._say(HandshakeType.CERTIFICATE, write.certificates([self._identity.der]))
            self._say(HandshakeType.SERVER_KEY_EXCHANGE, self._key_exchange())
            self._say(HandshakeType.CERTIFICATE_REQUEST, write.certificate_request())
            self._say(HandshakeType.SERVER_HELLO_DONE, b"")
        self.bent = self._bend != HONEST

    def _hello(self, session_id: bytes) -> bytes:
        bend = self._bend
        extensions: Extensions = (write.renegotiation_info(),)
        if self._extended:
            extensions += (write.extended_master_secret(),)
        if self._profile is not None:
            extensions += (write.use_srtp([self._profile], bend.mki),)
        session_id = secrets.token_bytes(_SESSION_ID) if bend.abbreviated else session_id
        return write.server_hello(self._random, bend.suites[0], extensions, version=bend.version, session_id=session_id)

    def _key_exchange(self) -> bytes:
        """The ephemeral key, signed together with both randoms (RFC 8422 section 5.4)."""
        parameters = write.ecdh_parameters(self._bend.group, self._point())
        return parameters + self._signature(self._peer_random + self._random + parameters)
