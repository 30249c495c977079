"""Plain RTP in the place of DTLS-SRTP, always or when there is no way to DTLS."""

from __future__ import annotations

import asyncio
from typing import Any

from aiortc import RTCDtlsParameters, clock
from aiortc.rtcdtlstransport import State

from ...wire.demux import PacketClass, classify
from ..sessions import ClearSession
from .dtls_transport import DtlsTransport
from .transport import Transport


class ClearTransport(Transport):
    """In place of the DTLS transport: no handshake and no keys, RTP and RTCP pass as they are."""

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:
        start_in_clear(self)

    async def _take_next(self) -> None:
        await take_next_in_clear(self)


class FallbackTransport(DtlsTransport):
    """DTLS where the peer promises a fingerprint, and otherwise plain RTP."""

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:
        if remoteParameters.fingerprints:
            await super().start(remoteParameters)
        else:
            start_in_clear(self)

    async def _take_next(self) -> None:
        if self._ssl is None:
            await take_next_in_clear(self)
        else:
            await super()._take_next()


def start_in_clear(transport: Transport) -> None:
    """Be connected at once, with sessions that do nothing."""
    own: Any = transport
    own._set_state(State.CONNECTING)
    own._secure(ClearSession(), ClearSession())
    own._set_state(State.CONNECTED)
    own._task = asyncio.ensure_future(own._RTCDtlsTransport__run())


async def take_next_in_clear(transport: Transport) -> None:
    """Hand up the next datagram, if it is RTP or RTCP."""
    own: Any = transport
    data = await own.transport._recv()
    packet_class = classify(data)
    if packet_class is PacketClass.SRTP:
        await own._handle_rtp_data(own._rx_srtp.unprotect(data), arrival_time_ms=clock.current_ms())
    elif packet_class is PacketClass.SRTCP:
        await own._handle_rtcp_data(own._rx_srtp.unprotect_rtcp(data))
