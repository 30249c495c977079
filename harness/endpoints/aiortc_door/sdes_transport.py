"""SRTP under keys that travel in the descriptions, in the place of DTLS-SRTP."""

from __future__ import annotations

from typing import ClassVar

from aiortc import RTCIceTransport

from ...wire.sdes_exchange import PROTOCOL, SdesExchange
from ..sessions import REPLAY_WINDOW, Inbound, Outbound, inbound_session, outbound_session
from .certificate import CallCertificate
from .watcher import Watcher
from .without_handshake import WithoutHandshake


class SdesTransport(WithoutHandshake):
    """Whoever carries the descriptions holds the keys: what an ordinary call of the service is secured by."""

    protocol: ClassVar[str] = PROTOCOL

    def __init__(self, ice: RTCIceTransport, certificate: CallCertificate, watcher: Watcher) -> None:
        super().__init__(ice, certificate, watcher)
        self._exchange = SdesExchange()

    def written(self, sdp: str) -> str:
        return self._exchange.written(super().written(sdp))

    def read(self, sdp: str) -> str:
        self._exchange.read(sdp)
        return super().read(sdp)

    def sessions(self) -> tuple[Inbound, Outbound]:
        theirs, ours = self._exchange.keys
        window = self.replay_window or REPLAY_WINDOW
        return (
            inbound_session(theirs.key_and_salt, theirs.profile, window),
            outbound_session(ours.key_and_salt, ours.profile),
        )
