"""DTLS-SRTP as aiortc does it, with what it knows about a failure told instead of logged."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar, Final

from aiortc import RTCDtlsParameters, RTCIceTransport
from aiortc.rtcdtlstransport import State
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from ...model.datagram import Address
from ...model.finding import Reason
from ...model.statement import DtlsParameters
from ...wire.dtls import srtp_profile_by_openssl, suite_by_openssl
from ...wire.dtls.flight import datagrams
from ...wire.sdp import Fingerprint
from ...wire.srtp import LABEL, keying_material_length, split_keying_material
from ..handshake import Handshake, refusal
from ..sessions import Inbound, Outbound, inbound_session
from .certificate import CallCertificate
from .transport import Transport
from .watcher import Watcher

_LONGEST_FLIGHT: Final = 1 << 16


class _AttentiveConnection:
    """pyOpenSSL's connection, which remembers the errors that aiortc swallows."""

    def __init__(self, connection: SSL.Connection) -> None:
        self._connection = connection
        self.words = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def do_handshake(self) -> None:
        self._heed(self._connection.do_handshake)

    def recv(self, size: int) -> bytes:
        data: bytes = self._heed(self._connection.recv, size)
        return data

    def _heed(self, step: Callable[..., Any], *args: Any) -> Any:
        try:
            return step(*args)
        except SSL.WantReadError:
            raise
        except SSL.ZeroReturnError:
            self.words = "the peer sent close_notify"
            raise
        except SSL.Error as error:
            self.words = _words(error) or self.words
            raise


def _words(error: SSL.Error) -> str:
    """OpenSSL's error queue as text; empty when the queue was, as it is after the error that counted."""
    queue = error.args[0] if error.args and isinstance(error.args[0], list) else [error.args]
    return "; ".join(str(entry[-1]) for entry in queue if entry)


class DtlsTransport(Transport):
    """aiortc's DTLS transport. Specimens override `compare`, `sessions` and `profiles`.

    `profiles`: IANA's names of the SRTP profiles to offer, of those that aiortc has; empty for all of them.
    """

    profiles: ClassVar[tuple[str, ...]] = ()
    _ssl: Any

    def __init__(self, ice: RTCIceTransport, certificate: CallCertificate, watcher: Watcher) -> None:
        super().__init__(ice, certificate, watcher)
        if self.profiles:
            self._srtp_profiles = [
                one
                for one in self._srtp_profiles
                if srtp_profile_by_openssl(one.openssl_profile.decode()) in self.profiles
            ]

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:
        if remoteParameters.fingerprints:
            await super().start(remoteParameters)
            return
        # Here aiortc fails an assertion, in a task that nobody awaits.
        failure = refusal((), b"")
        self.watcher.failed(failure.reason, failure.detail)
        self._set_state(State.FAILED)

    async def _do_handshake(self) -> None:
        attentive = _AttentiveConnection(self._ssl)
        self._ssl = attentive
        await super()._do_handshake()
        if self._state is State.FAILED:
            words = attentive.words
            lost = (Reason.CONNECTION_LOST, "the ICE transport was lost during the DTLS handshake")
            self.watcher.failed(*(Reason.DTLS_ERROR, f"OpenSSL: {words}") if words else lost)

    def _validate_peer_identity(self, remoteParameters: RTCDtlsParameters) -> None:
        certificate = self._ssl.get_peer_certificate(as_cryptography=True)
        promised = (Fingerprint(None, line.algorithm, line.value) for line in remoteParameters.fingerprints)
        handshake = Handshake(certificate.public_bytes(Encoding.DER), tuple(promised), self.parameters())
        self.watcher.shook_hands(handshake)
        self.compare(handshake, remoteParameters)

    def compare(self, handshake: Handshake, remote: RTCDtlsParameters) -> None:
        """Compare the presented certificate with the promised fingerprints, as aiortc does."""
        super()._validate_peer_identity(remote)
        if self._state is State.FAILED:
            failure = refusal(handshake.promised, handshake.presented)
            self.watcher.failed(failure.reason, failure.detail)

    def sessions(self) -> tuple[Inbound, Outbound]:
        """The SRTP sessions of this call: aiortc's own, but for a replay list of another length."""
        profile = self.parameters().srtp_profile
        if self.replay_window is None or profile is None:
            return self._rx_srtp, self._tx_srtp
        inbound, _ = self.keys_and_salts()
        return inbound_session(inbound, profile, self.replay_window), self._tx_srtp

    def keys_and_salts(self) -> tuple[bytes, bytes]:
        """Master key followed by master salt, for what is received and for what is sent (RFC 5764 section 4.2)."""
        profile = self.parameters().srtp_profile
        if profile is None:
            raise ValueError("no SRTP profile was negotiated, there are no keys")
        material = self._ssl.export_keying_material(LABEL, keying_material_length(profile))
        keys = split_keying_material(material, profile)
        both = keys.client_key_and_salt, keys.server_key_and_salt
        return both if self._role == "server" else both[::-1]

    @property
    def host(self) -> str:
        """The address that this end is bound to."""
        ice: Any = self.transport
        return str(ice._connection._nominated[1].local_addr[0])

    def send_beside(self, datagram: bytes, to: Address | None = None) -> None:
        """Send what aiortc did not ask for over the socket of the call: to the peer, or to another address."""
        ice: Any = self.transport
        pair = ice._connection._nominated[1]
        pair.protocol.transport.sendto(datagram, to or pair.remote_addr)

    def parameters(self) -> DtlsParameters:
        profile = self._ssl.get_selected_srtp_profile().decode("ascii")
        return DtlsParameters(
            version=self._ssl.get_protocol_version_name(),
            suite=suite_by_openssl(self._ssl.get_cipher_name()).iana,
            group=self._ssl.get_group_name(),
            srtp_profile=srtp_profile_by_openssl(profile) if profile else None,
            role=self._role,
        )

    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        if self._state is State.FAILED:
            self.watcher.failed(Reason.SRTP_PROFILE_MISSING, "the DTLS handshake negotiated no SRTP profile")
        else:
            self._secure(*self.sessions())

    def _why_closed(self) -> tuple[Reason, str]:
        # A call that fell back to something else than DTLS has no connection that could have been shut down.
        if self._ssl is not None and self._ssl.get_shutdown() & SSL.RECEIVED_SHUTDOWN:
            return Reason.REMOTE_HUNG_UP, "the peer ended DTLS with close_notify"
        return super()._why_closed()


class LongFlightTransport(DtlsTransport):
    """Sends flights longer than 1500 bytes, as RSA makes them, record by record; aiortc would cut one in two."""

    async def _write_ssl(self) -> None:
        with suppress(SSL.WantReadError):
            for datagram in datagrams(self._ssl.bio_read(_LONGEST_FLIGHT)):
                await self.transport._send(datagram)
