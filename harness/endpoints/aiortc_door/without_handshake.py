"""RTP in the place of DTLS-SRTP: what needs no handshake, because its keys are known or there are none."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any, ClassVar

import pylibsrtp
from aiortc import RTCDtlsParameters, clock
from aiortc.rtcdtlstransport import State

from ...wire.demux import PacketClass, classify
from ...wire.sdp import Sdp
from ..sessions import Inbound, Outbound
from .transport import Transport


class WithoutHandshake(Transport, ABC):
    """In place of the DTLS transport: up as soon as ICE is. `protocol` stands in the m= lines of its descriptions."""

    shakes_hands: ClassVar[bool] = False
    protocol: ClassVar[str]

    @abstractmethod
    def sessions(self) -> tuple[Inbound, Outbound]:
        """What takes protection off, and what puts it on."""

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:
        start_without_handshake(self, *self.sessions())

    async def _take_next(self) -> None:
        await take_next_media(self)

    def written(self, sdp: str) -> str:
        """Without what only DTLS needs, and under its own profile (RFC 4585, RFC 5124)."""
        return str(Sdp.parse(sdp).remove("fingerprint").remove("setup").with_protocol(self.protocol))

    def read(self, sdp: str) -> str:
        """With a DTLS role put in, because aiortc takes no description without one."""
        parsed = Sdp.parse(sdp).remove("setup")
        for media in parsed.media():
            parsed = parsed.insert("a=setup:passive", media.level)
        return str(parsed)


def start_without_handshake(transport: Transport, inbound: Inbound, outbound: Outbound) -> None:
    """Be connected at once, with these sessions."""
    own: Any = transport
    own._set_state(State.CONNECTING)
    own._secure(inbound, outbound)
    own._set_state(State.CONNECTED)
    own._task = asyncio.ensure_future(own._RTCDtlsTransport__run())


async def take_next_media(transport: Transport) -> None:
    """Hand up the next datagram, if it is RTP or RTCP that the inbound session lets through."""
    own: Any = transport
    data = await own.transport._recv()
    packet_class = classify(data)
    try:
        if packet_class is PacketClass.SRTP:
            await own._handle_rtp_data(own._rx_srtp.unprotect(data), arrival_time_ms=clock.current_ms())
        elif packet_class is PacketClass.SRTCP:
            await own._handle_rtcp_data(own._rx_srtp.unprotect_rtcp(data))
    except pylibsrtp.Error:
        return  # counted by the session, and dropped as aiortc drops it
