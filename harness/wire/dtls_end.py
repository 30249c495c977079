"""One end of a DTLS association, on OpenSSL: datagrams in, datagrams out, no socket.

OpenSSL writes a flight as a stream of records into a memory BIO. A record must travel whole in one datagram
(RFC 6347 section 4.1.1), so the stream is cut at record boundaries only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from OpenSSL.crypto import X509

from .certificate import Identity
from .dtls import srtp_profile_by_openssl
from .dtls.flight import MTU, datagrams
from .srtp import LABEL, SrtpKeys, keying_material_length, split_keying_material

# What aiortc offers, and the same with RSA: the other end may hold an RSA certificate (GStreamer does).
_SUITES: Final = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)
_SRTP_PROFILES: Final = b"SRTP_AEAD_AES_256_GCM:SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"

_CERTIFICATE_ALERTS: Final = frozenset({42, 43, 44, 45, 46, 48})
"""bad_, unsupported_, revoked, expired, unknown certificate, unknown CA (RFC 5246 section 7.2.2): sent by someone who
has read our certificate."""

_LARGEST_RECORD: Final = 1 << 14


def anybody(_certificate: bytes) -> bool:
    """Takes whatever certificate is shown."""
    return True


class DtlsEnd:
    """DTLS with one party. Each method that can make the connection speak returns the datagrams to send.

    `trusts` is asked about the peer's certificate (DER) during the handshake, which ends with an alert when it says no.
    `keylog` is given the lines of a key log in NSS format. `established`: the handshake ended well, so the peer's
    Finished covers our certificate. `closed`: the peer said close_notify. `failure`: why the association broke, in
    OpenSSL's words.
    """

    def __init__(
        self,
        identity: Identity,
        *,
        client: bool,
        trusts: Callable[[bytes], bool] = anybody,
        keylog: Callable[[str], None] | None = None,
    ) -> None:
        self.client = client
        self._trusts, self._keylog = trusts, keylog
        self.established = False
        self.closed = False
        self.failure: str | None = None
        self._refused_certificate = False
        self._received: list[bytes] = []
        self._connection = SSL.Connection(self._context(identity), None)
        self._connection.set_ciphertext_mtu(MTU)
        if client:
            self._connection.set_connect_state()
        else:
            self._connection.set_accept_state()

    @property
    def certificate_presented(self) -> bool:
        """The peer has our certificate: it finished a handshake that covers it, or complained about it."""
        return self.established or self._refused_certificate

    @property
    def over(self) -> bool:
        return self.closed or self.failure is not None

    def start(self) -> list[bytes]:
        """Speak first, as a client does."""
        return self._pump()

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take one datagram of the peer."""
        if self.over:
            return []
        self._connection.bio_write(datagram)
        return self._pump()

    def expire(self) -> list[bytes]:
        """Time has passed: repeat the last flight if it is due (RFC 6347 section 4.2.4)."""
        if self.over:
            return []
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            self.failure = _words(error)
        return self._flush()

    def timeout(self) -> float | None:
        """Seconds until `expire` should be called, None when nothing waits for an answer."""
        return None if self.over else self._connection.DTLSv1_get_timeout()

    def send(self, data: bytes) -> list[bytes]:
        """Protect application data."""
        if not self.established or self.over:
            return []
        try:
            self._connection.send(data)
        except SSL.Error as error:
            self.failure = _words(error)
        return self._flush()

    def close(self) -> list[bytes]:
        """Say close_notify. Nothing is said when there is no association to close."""
        if not self.established or self.over:
            return []
        try:
            self._connection.shutdown()
        except SSL.Error as error:
            self.failure = _words(error)
        self.closed = True
        return self._flush()

    def take_received(self) -> list[bytes]:
        """The application data that came since the last time."""
        taken, self._received = self._received, []
        return taken

    def srtp_keys(self) -> SrtpKeys | None:
        """Keys of the established association (RFC 5764 section 4.2); None when no SRTP profile was agreed."""
        agreed = self._connection.get_selected_srtp_profile()
        if not agreed:
            return None
        profile = srtp_profile_by_openssl(agreed.decode("ascii"))
        material = self._connection.export_keying_material(LABEL, keying_material_length(profile))
        return split_keying_material(material, profile)

    @property
    def presented(self) -> bytes | None:
        """The certificate (DER) that the peer has shown in a handshake that ended well."""
        shown = self._connection.get_peer_certificate(as_cryptography=True) if self.established else None
        return None if shown is None else shown.public_bytes(Encoding.DER)

    def _context(self, identity: Identity) -> SSL.Context:
        context = SSL.Context(SSL.DTLS_METHOD)
        # Unless told not to ask, OpenSSL falls back to 256 bytes when flights are lost again and again.
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU)
        # Both sides must show a certificate, as in WebRTC; nobody but `trusts` says whose it may be.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._verified)
        context.use_certificate(identity.certificate)
        context.use_privatekey(identity.key)
        context.set_cipher_list(_SUITES)
        context.set_tlsext_use_srtp(_SRTP_PROFILES)
        context.set_info_callback(self._told)
        if self._keylog is not None:
            context.set_keylog_callback(self._logged)
        return context

    def _verified(self, _connection: SSL.Connection, shown: X509, _error: int, depth: int, _preverified: int) -> bool:
        """OpenSSL asks about each certificate of a chain; only the peer's own (depth 0) counts, others say nothing."""
        return depth > 0 or self._trusts(shown.to_cryptography().public_bytes(Encoding.DER))

    def _logged(self, _connection: SSL.Connection, line: bytes) -> None:
        if self._keylog is not None:
            self._keylog(line.decode("ascii"))

    def _told(self, _connection: SSL.Connection, where: int, code: int) -> None:
        if where & SSL.SSL_CB_READ_ALERT == SSL.SSL_CB_READ_ALERT and code & 0xFF in _CERTIFICATE_ALERTS:
            self._refused_certificate = True

    def _pump(self) -> list[bytes]:
        try:
            if not self.established:
                self._connection.do_handshake()
                self.established = True
            while True:
                self._received.append(self._connection.recv(_LARGEST_RECORD))
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error as error:
            self.failure = _words(error)
        return self._flush()

    def _flush(self) -> list[bytes]:
        stream = b""
        while True:
            try:
                stream += self._connection.bio_read(_LARGEST_RECORD)
            except SSL.WantReadError:
                return list(datagrams(stream))


def _words(error: SSL.Error) -> str:
    """OpenSSL's reasons: pyOpenSSL gives a list of (library, function, reason)."""
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else [error.args]
    return "; ".join(str(reason[-1]) for reason in reasons if reason) or type(error).__name__
