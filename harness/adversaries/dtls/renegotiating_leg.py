"""A DTLS server on OpenSSL that shows another certificate once the first one was checked."""

from __future__ import annotations

from contextlib import suppress

from OpenSSL import SSL

from ...wire.certificate import Identity
from ...wire.dtls_end import DtlsEnd


class RenegotiatingServer(DtlsEnd):
    """A `DtlsEnd` until it is told to renegotiate."""

    def __init__(self, identity: Identity) -> None:
        super().__init__(identity, client=False)

    def renegotiate(self, identity: Identity) -> list[bytes]:
        """Ask the client for a new handshake, in which `identity` is shown (RFC 5246 section 7.4.1.1)."""
        self._connection.use_certificate(identity.certificate)
        self._connection.use_privatekey(identity.key)
        self._connection.renegotiate()
        with suppress(SSL.WantReadError):  # the client's answer is not there yet
            self._connection.do_handshake()
        return self._flush()

    @property
    def renegotiated(self) -> bool:
        """Whether the client went through the second handshake to its end."""
        return self._connection.total_renegotiations() > 0 and not self._connection.renegotiate_pending()
