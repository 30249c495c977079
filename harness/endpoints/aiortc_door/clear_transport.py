"""Plain RTP in the place of DTLS-SRTP, always or where there is no way to DTLS."""

from __future__ import annotations

from typing import ClassVar

from aiortc import RTCDtlsParameters

from ..sessions import ClearSession, Inbound, Outbound
from .dtls_transport import DtlsTransport
from .without_handshake import WithoutHandshake, start_without_handshake, take_next_media


class ClearTransport(WithoutHandshake):
    """No keys at all: RTP and RTCP pass as they are."""

    protocol: ClassVar[str] = "RTP/AVPF"

    def sessions(self) -> tuple[Inbound, Outbound]:
        return ClearSession(), ClearSession()


class FallbackTransport(DtlsTransport):
    """DTLS where the peer promises a fingerprint, and otherwise plain RTP."""

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:
        if remoteParameters.fingerprints:
            await super().start(remoteParameters)
        else:
            start_without_handshake(self, ClearSession(), ClearSession())

    async def _take_next(self) -> None:
        if self._ssl is None:
            await take_next_media(self)
        else:
            await super()._take_next()
