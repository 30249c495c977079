"""What the DTLS transport and those without a handshake have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from aiortc import MediaStreamTrack, RTCDtlsTransport, RTCIceTransport

from ...model.finding import Reason
from ..sessions import CountedInbound, CountedOutbound, Counts, Inbound, Outbound
from .certificate import CallCertificate
from .watcher import Watcher, described


class Transport(RTCDtlsTransport):
    """What all transports have in common: they count, and say what becomes of the call."""

    shakes_hands: ClassVar[bool] = True
    replay_window: int | None = None
    _rx_srtp: Any
    _tx_srtp: Any

    def __init__(self, ice: RTCIceTransport, certificate: CallCertificate, watcher: Watcher) -> None:
        super().__init__(ice, [certificate])
        self.counts = Counts()
        self.watcher = watcher
        self._ice_was_up = False
        self._silent = False
        chosen = self.ice_credentials()
        if chosen is not None:
            connection: Any = ice.iceGatherer._connection
            connection._local_username, connection._local_password = chosen
        ice.on("statechange", self._ice_changed)
        self.on("statechange", self._changed)

    def ice_credentials(self) -> tuple[str, str] | None:
        """User name fragment and password of this connection; None, as of a healthy client: aioice draws them."""
        return None

    def fall_silent(self) -> None:
        """Send no more media and no more reports: the call is over, although its connection is not closed yet."""
        self._silent = True

    def written(self, sdp: str) -> str:
        """A description of aiortc's as this transport sends it."""
        return sdp

    def read(self, sdp: str) -> str:
        """The peer's description as aiortc shall take it; ValueError when this transport cannot."""
        return sdp

    def overdue(self, seconds: float) -> tuple[Reason, str]:
        """Why the call is not up after so many seconds."""
        if self._ice_was_up:
            return Reason.DTLS_TIMEOUT, f"the DTLS handshake did not end within {seconds:g} s"
        return Reason.ICE_FAILED, f"no candidate pair worked within {seconds:g} s"

    def _ice_changed(self) -> None:
        if self.transport.state == "completed":
            self._ice_was_up = True
        elif self.transport.state == "failed":
            lost = (Reason.CONNECTION_LOST, "the peer no longer consents to receive (RFC 7675)")
            self.watcher.failed(*lost if self._ice_was_up else (Reason.ICE_FAILED, "no candidate pair worked"))

    def _changed(self) -> None:
        if self.state == "connected":
            self.watcher.up()
        elif self.state == "closed":
            self.watcher.failed(*self._why_closed())

    def _why_closed(self) -> tuple[Reason, str]:
        return Reason.CONNECTION_LOST, "the ICE transport was lost"

    def sent_from(self, ssrc: int) -> MediaStreamTrack | None:
        """The track whose packets have this SSRC, of those that are sent."""
        own: Any = self
        sender = own._rtp_router.senders.get(ssrc)
        track: MediaStreamTrack | None = None if sender is None else sender.track
        return track

    async def _send_rtp(self, data: bytes) -> None:
        # Nothing is raised: aiortc answers requests of the peer from where it reads, and would stop reading.
        if not self._silent:
            await super()._send_rtp(data)

    async def _recv_next(self) -> None:
        try:
            await self._take_next()
        except ConnectionError:
            raise
        except Exception as error:
            # aiortc's data pump dies of this; as a lost connection it dies without a traceback.
            self.watcher.failed(Reason.ENDPOINT_ERROR, f"aiortc stopped reading: {described(error)}")
            raise ConnectionError from error

    async def _take_next(self) -> None:
        await super()._recv_next()

    def _secure(self, inbound: Inbound, outbound: Outbound) -> None:
        self._rx_srtp = CountedInbound(inbound, self.counts)
        self._tx_srtp = CountedOutbound(outbound, self.counts)
