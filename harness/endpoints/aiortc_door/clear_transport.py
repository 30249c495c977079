"""Plain RTP in the place of DTLS-SRTP."""

from __future__ import annotations

from typing import ClassVar

from ..sessions import ClearSession, Inbound, Outbound
from .without_handshake import WithoutHandshake


class ClearTransport(WithoutHandshake):
    """No keys at all: RTP and RTCP pass as they are."""

    protocol: ClassVar[str] = "RTP/AVPF"

    def sessions(self) -> tuple[Inbound, Outbound]:
        return ClearSession(), ClearSession()
