"""Shows the DTLS client the genuine certificate of its peer, which is in clear on the wire, without the key to it.

The signalling is left alone, and every fingerprint is the right one: what remains is the signature over the server's
key exchange (RFC 8422 section 5.4), which the interceptor makes with a key of its own. Whoever does not check it, and
compares fingerprints only, has its media opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from cryptography import x509

from ..model.base import Party
from ..wire.certificate import Identity
from ..wire.dtls import ContentType, HandshakeReader, HandshakeType, iter_records, parse_certificates
from .dtls import HONEST, BentServer
from .dtls_mitm import DtlsMitm, Plan
from .interception import Interception, is_client_hello
from .machine import Command, Deed, Forward

COPIED: Final = "certificate-copied"

_MOST: Final = 16
"""Datagrams in which a client may say hello."""


class _Copying(Interception):
    """The client's hello goes on, and the server's answer is kept back: its certificate is shown in another answer."""

    def __init__(self, identities: Mapping[Party, Identity]) -> None:
        super().__init__(identities)
        self._client: Party | None = None
        self._hellos: list[bytes] = []
        self._reader = HandshakeReader()

    def _dtls(self, sender: Party, data: bytes) -> Iterator[Command]:
        if self._client is None and is_client_hello(data):
            self._client = sender
        if self._client is None:
            yield Forward(sender.peer, data)
            return
        leg = self._sides[self._client].dtls
        if sender is not self._client:
            yield from self._heard(data) if leg is None else ()
        elif leg is not None:
            yield from self._spoken(sender, leg.receive(data))
        elif len(self._hellos) < _MOST:
            self._hellos.append(data)
            yield Forward(sender.peer, data)

    def _heard(self, data: bytes) -> Iterator[Command]:
        """What the server says, until it has shown its certificate. A request for a cookie goes on."""
        for kind, body in self._messages(data):
            if kind == HandshakeType.HELLO_VERIFY_REQUEST and self._client is not None:
                self._hellos.clear()
                yield Forward(self._client, data)
            elif kind == HandshakeType.CERTIFICATE:
                with suppress(ValueError):
                    yield from self._show(x509.load_der_x509_certificate(parse_certificates(body)[0]))
                return

    def _messages(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        with suppress(ValueError):  # what is malformed is dropped (RFC 6347 section 4.1.2.7)
            for record in iter_records(data):
                if record.content_type is ContentType.HANDSHAKE and not record.encrypted:
                    yield from ((message.type, message.body) for message in self._reader.read(record))

    def _show(self, certificate: x509.Certificate) -> Iterator[Command]:
        if self._client is None:
            return
        leg = BentServer(replace(self._identities[self._client], certificate=certificate), HONEST)
        self._sides[self._client].dtls = leg
        for hello in self._hellos:
            yield from self._spoken(self._client, leg.receive(hello))
        yield Deed(COPIED)


class CopiedCertificate(DtlsMitm):
    """Intercepts what the client of the call's first association sends, if it takes the copy."""

    def __init__(self, identities: Mapping[Party, Identity]) -> None:
        super().__init__(Plan(), identities)
        self.required = (COPIED,)
        self._interceptions[0] = _Copying(identities)
