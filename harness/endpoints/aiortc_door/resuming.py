"""DTLS that is kept from call to call, so that OpenSSL resumes the session of the call before (RFC 5246 section 7.3).

aiortc makes a new context for each connection, and what a context does not know it cannot resume. Kept, it needs no
more than a name for its sessions as a server, and as a client to be handed the last one.
"""

from __future__ import annotations

from typing import Any

from aiortc import RTCIceTransport
from aiortc.rtcdtlstransport import State
from OpenSSL import SSL

from .certificate import CallCertificate
from .dtls_transport import DtlsTransport
from .watcher import Watcher


class ResumingCertificate(CallCertificate):
    """A certificate with the one context in which it is used, and the session that it made there last."""

    session: SSL.Session | None = None
    _context: SSL.Context | None = None

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            self._context.set_session_id(b"calls")
        return self._context


class ResumingTransport(DtlsTransport):
    """As a client, asks to resume the session of the call before; as a server, does so when it is asked."""

    def __init__(self, ice: RTCIceTransport, certificate: CallCertificate, watcher: Watcher) -> None:
        super().__init__(ice, certificate, watcher)
        self._kept = certificate

    async def _do_handshake(self) -> None:
        kept = self._kept
        if not isinstance(kept, ResumingCertificate):
            raise TypeError("a session can be resumed only with the certificate that it was made with")
        if self._role == "client" and kept.session is not None:
            self._ssl.set_session(kept.session)
        await super()._do_handshake()
        if self._state is not State.FAILED:
            kept.session = self._ssl.get_session()
