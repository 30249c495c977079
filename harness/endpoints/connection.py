"""One peer connection of a client, from its offer or answer to its end. An ICE restart begins another one."""

from __future__ import annotations

import asyncio
from typing import Protocol

from aiortc import RTCRtpSender, RTCSessionDescription

from ..model.base import Asset
from ..model.datagram import Address
from ..model.finding import Reason
from ..model.statement import PacketCounts
from .aiortc_door import CallCertificate, Stack, Transport
from .endpoint import EndpointSetup
from .handshake import Handshake
from .media import CODECS, Listener, MarkerTrack


class Owner(Protocol):
    """The client, which is told what becomes of each of its connections."""

    def came_up(self, connection: Connection) -> None: ...

    def went_down(self, connection: Connection, reason: Reason, detail: str) -> None: ...


class Connection:
    """aiortc's stack with the markers and the ears of one party. Implements the door's `Watcher`."""

    def __init__(
        self,
        owner: Owner,
        setup: EndpointSetup,
        certificate: CallCertificate,
        kind: type[Transport],
        go: asyncio.Event,
    ) -> None:
        self._owner = owner
        self._setup = setup
        self._go = go
        self.stack = Stack(setup.address, setup.tap, certificate, self, kind)
        self.stack.first_sequence, self.stack.replay_window = setup.first_sequence, setup.replay_window
        self.listener = Listener(self.stack.stop_decoding)
        self.stack.on("track", self.listener.attach)
        self.address: Address | None = None
        self.handshake: Handshake | None = None
        for asset in setup.media:
            self._add(asset)

    async def open(self) -> dict[Address, Address]:
        """Bind the socket, and learn under which address others reach it."""
        self.address = await self.stack.gather()
        advertise = self._setup.advertise
        return {} if advertise is None else {self.address: await advertise(self._setup.party.value, self.address)}

    async def offer(self) -> str:
        await self.stack.setLocalDescription(await self.stack.createOffer())
        return self._transport.written(self.stack.localDescription.sdp)

    async def answer(self) -> str:
        await self.stack.setLocalDescription(await self.stack.createAnswer())
        return self._transport.written(self.stack.localDescription.sdp)

    async def take(self, kind: str, sdp: str) -> None:
        """The peer's description. Raises whatever a hostile line leads aiortc's parser to."""
        read = self._transport.read(sdp)
        await self.stack.setRemoteDescription(RTCSessionDescription(sdp=read, type=kind))

    @property
    def counts(self) -> PacketCounts:
        transport = self.stack.transport
        return PacketCounts() if transport is None else transport.counts.now()

    def overdue(self, seconds: float) -> tuple[Reason, str]:
        """Why the connection is not up after so many seconds."""
        transport = self.stack.transport
        if transport is None:
            return Reason.ICE_FAILED, "a call without media has no transport"
        return transport.overdue(seconds)

    def fall_silent(self) -> None:
        """Send no more media."""
        if self.stack.transport is not None:
            self.stack.transport.fall_silent()

    async def close(self) -> None:
        await self.stack.close()
        await self.listener.ended()

    # the door's Watcher

    def shook_hands(self, handshake: Handshake) -> None:
        self.handshake = handshake

    def up(self) -> None:
        self._owner.came_up(self)

    def failed(self, reason: Reason, detail: str) -> None:
        self._owner.went_down(self, reason, detail)

    @property
    def _transport(self) -> Transport:
        if self.stack.transport is None:
            raise RuntimeError("a call without media has no transport")
        return self.stack.transport

    def _add(self, asset: Asset) -> None:
        """Negotiate one asset, with a track when there is a marker to send."""
        marker = self._setup.markers.get(asset)
        track = asset.value if marker is None else MarkerTrack(asset, marker, self._go, self._setup.voice)
        transceiver = self.stack.addTransceiver(track)
        capabilities = RTCRtpSender.getCapabilities(asset.value).codecs
        transceiver.setCodecPreferences([codec for codec in capabilities if codec.mimeType.lower() in CODECS[asset]])
