"""One peer connection of a client, from its offer or answer to its end. An ICE restart begins another one."""

from __future__ import annotations

import asyncio
from typing import Protocol

from aiortc import MediaStreamTrack, RTCRtpSender, RTCRtpTransceiver, RTCSessionDescription

from ..model.base import Asset
from ..model.datagram import Address
from ..model.finding import Reason
from ..model.statement import PacketCounts
from ..wire.sdp import SLIDES, Sdp, sections_for, with_content
from .aiortc_door import CallCertificate, Stack, Transport
from .endpoint import EndpointSetup
from .handshake import Handshake
from .media import CODECS, Listener, MarkerTrack, kind_of


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
        self.stack.turn = setup.turn
        self.listener = Listener(self.stack.stop_decoding)
        self.stack.on("track", self._listen)
        self.address: Address | None = None
        self.handshake: Handshake | None = None
        self._screens: frozenset[str] = frozenset()
        self._tracks = {asset: MarkerTrack(asset, marker, go, setup.voice) for asset, marker in setup.markers.items()}
        self._sections = {asset: self._added(asset) for asset in setup.media}

    async def open(self) -> dict[Address, Address]:
        """Bind the socket, and learn under which address others reach it."""
        self.address = await self.stack.gather()
        advertise = self._setup.advertise
        return {} if advertise is None else {self.address: await advertise(self._setup.party.value, self.address)}

    async def offer(self) -> str:
        await self.stack.setLocalDescription(await self.stack.createOffer())
        screen = self._sections.get(Asset.SCREEN)
        self._screens = frozenset() if screen is None or screen.mid is None else frozenset({screen.mid})
        return self._written()

    async def answer(self) -> str:
        await self.stack.setLocalDescription(await self.stack.createAnswer())
        return self._written()

    async def take(self, kind: str, sdp: str) -> None:
        """The peer's description. Raises whatever a hostile line leads aiortc's parser to.

        What the sections are for, is said by the offer (RFC 4796 section 6), whatever their order.
        """
        read = self._transport.read(sdp)
        if kind == "offer":
            self._screens = sections_for(Sdp.parse(read), SLIDES)
        await self.stack.setRemoteDescription(RTCSessionDescription(sdp=read, type=kind))
        if kind == "offer":
            self._take_places()

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

    def _added(self, asset: Asset) -> RTCRtpTransceiver:
        """Negotiate one asset, with a track when there is a marker to send."""
        kind = kind_of(asset)
        transceiver = self.stack.addTransceiver(self._tracks.get(asset, kind), direction=self._direction(asset))
        capabilities = RTCRtpSender.getCapabilities(kind).codecs
        transceiver.setCodecPreferences([codec for codec in capabilities if codec.mimeType.lower() in CODECS[kind]])
        return transceiver

    def _direction(self, asset: Asset) -> str:
        """A screen is shared by who has one to share; sound and pictures go both ways."""
        if asset is not Asset.SCREEN or (asset in self._tracks and self._setup.peer_shares):
            return "sendrecv"
        return "sendonly" if asset in self._tracks else "recvonly"

    def _take_places(self) -> None:
        """aiortc gives an offer's sections of a kind away in the order in which ours were made: each gets its own."""
        for transceiver in self.stack.getTransceivers():
            if transceiver.mid is not None and transceiver.kind == "video":
                asset = self._asset(transceiver)
                transceiver.sender.replaceTrack(self._tracks.get(asset))
                transceiver.direction = self._direction(asset) if asset in self._sections else "recvonly"

    def _asset(self, transceiver: RTCRtpTransceiver) -> Asset:
        """What goes in this section."""
        if transceiver.kind == "audio":
            return Asset.AUDIO
        return Asset.SCREEN if transceiver.mid in self._screens else Asset.VIDEO

    def _listen(self, track: MediaStreamTrack) -> None:
        section = next(one for one in self.stack.getTransceivers() if one.receiver.track is track)
        self.listener.attach(track, self._asset(section))

    def _written(self) -> str:
        """The description as it is sent, with a word on which section is for a screen."""
        text = self._transport.written(self.stack.localDescription.sdp)
        return str(with_content(Sdp.parse(text), self._screens, SLIDES)) if self._screens else text
