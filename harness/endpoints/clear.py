"""An endpoint without any encryption: plain RTP over ICE, and a description that says so."""

from __future__ import annotations

from typing import ClassVar

from ..wire.sdp import Sdp
from .aiortc import AiortcEndpoint
from .aiortc_door import ClearTransport, Transport


class ClearEndpoint(AiortcEndpoint):
    """The healthy client's media, ICE and sockets, with neither DTLS nor SRTP. Its screen shows nothing."""

    transport: ClassVar[type[Transport]] = ClearTransport

    def local_certificate(self) -> str | None:
        return None

    def written(self, sdp: str) -> str:
        """Without what only DTLS needs, and under the profile of plain RTP with feedback (RFC 4585)."""
        return str(Sdp.parse(sdp).remove("fingerprint").remove("setup").with_protocol("RTP/AVPF"))

    def read(self, sdp: str) -> str:
        """With a DTLS role put in, because aiortc takes no description without one."""
        parsed = Sdp.parse(sdp).remove("setup")
        for media in parsed.media():
            parsed = parsed.insert("a=setup:passive", media.level)
        return str(parsed)
