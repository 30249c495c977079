"""Plain RTP in the place of DTLS-SRTP."""

from __future__ import annotations

import asyncio
from typing import Any

from aiortc import RTCDtlsParameters, clock
from aiortc.rtcdtlstransport import State

from ...wire.demux import PacketClass, classify
from ..sessions import ClearSession
from .transport import Transport


class ClearTransport(Transport):
    """In place of the DTLS transport: no handshake and no keys, RTP and RTCP pass as they are."""

    async def start(self, remoteParameters: RTCDtlsParameters) -> None:
        self._set_state(State.CONNECTING)
        self._secure(ClearSession(), ClearSession())
        self._set_state(State.CONNECTED)
        own: Any = self
        self._task = asyncio.ensure_future(own._RTCDtlsTransport__run())

    async def _take_next(self) -> None:
        data = await self.transport._recv()
        packet_class = classify(data)
        if packet_class is PacketClass.SRTP:
            await self._handle_rtp_data(self._rx_srtp.unprotect(data), arrival_time_ms=clock.current_ms())
        elif packet_class is PacketClass.SRTCP:
            await self._handle_rtcp_data(self._rx_srtp.unprotect_rtcp(data))
