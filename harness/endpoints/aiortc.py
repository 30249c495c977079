"""The healthy endpoint: the stack of aiortc, a code from the certificates DTLS presented, a lock when it is true."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.metadata import version
from typing import ClassVar

from aiortc import RTCRtpSender, RTCSessionDescription
from OpenSSL import SSL

from ..codes import teams20
from ..model.base import Asset, Role
from ..model.datagram import Address
from ..model.finding import Reason
from ..model.scenario import Mode
from ..model.statement import EndpointStatement, Failure, Indicator, PacketCounts, Screen
from ..wire.sdp import MAX_SIZE, Sdp, with_addresses
from .aiortc_door import CallCertificate, DtlsTransport, Stack, Transport
from .aiortc_door.watcher import described
from .endpoint import CallFailed, EndpointSetup, failure
from .handshake import Handshake
from .media import CODECS, Listener, MarkerTrack


class AiortcEndpoint:
    """A client on aiortc. Specimens override `transport`, `screen` or `code`, one of them each.

    Implements `endpoint.Endpoint`, and the door's `Watcher`.
    """

    transport: ClassVar[type[Transport]] = DtlsTransport

    def __init__(self, setup: EndpointSetup) -> None:
        self._setup = setup
        self.certificate = CallCertificate.generateCertificate()
        self.certificate.keylog = setup.keylog
        self._stack = Stack(setup.address, setup.tap, self.certificate, self, self.transport)
        self._addresses: tuple[Address, ...] = ()
        self._listener = Listener(self._stack.stop_decoding)
        self._stack.on("track", self._listener.attach)
        self._go = asyncio.Event()
        self._settled = asyncio.Event()
        self._failed = asyncio.Event()
        self._failure: Failure | None = None
        self._connected = False
        self._closing = False
        self.handshake: Handshake | None = None
        self._screen = self._no_call()
        for asset in setup.media:
            self._add(asset)

    # setting up

    async def offer(self) -> str:
        self._refuse_when_over()
        public = await self._open()
        await self._stack.setLocalDescription(await self._stack.createOffer())
        return self._description(public)

    async def answer(self, offer: str) -> str:
        await self._take("offer", offer)
        # The relay must know this party before the answer starts connectivity checks through it.
        public = await self._open()
        await self._stack.setLocalDescription(await self._stack.createAnswer())
        return self._description(public)

    async def accept(self, answer: str) -> None:
        await self._take("answer", answer)

    async def connect(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        except TimeoutError:
            self.failed(*self._overdue(seconds))
        return self._failure is None

    def start_media(self) -> None:
        self._go.set()

    async def wait_heard(self) -> None:
        await self._listener.found(self._setup.media)

    # the end

    async def wait_failed(self) -> Failure:
        await self._failed.wait()
        if self._failure is None:
            raise RuntimeError("a call is marked as failed without a failure")
        return self._failure

    def hung_up(self, detail: str) -> None:
        self.failed(Reason.REMOTE_HUNG_UP, detail)

    async def close(self) -> None:
        self._closing = True
        await self._stack.close()
        await self._listener.ended()

    def statement(self) -> EndpointStatement:
        transport, handshake = self._stack.transport, self.handshake
        return EndpointStatement(
            party=self._setup.party,
            role=self._setup.party.role,
            software=software(),
            screen=self._screen,
            connected=self._connected,
            failure=self._failure,
            local_certificate=self.local_certificate(),
            presented_certificate=None if handshake is None else handshake.presented.hex(),
            dtls=None if handshake is None else handshake.parameters,
            packets=PacketCounts() if transport is None else transport.counts.now(),
            heard={asset: f"{marker:016x}" for asset, marker in self._listener.heard.items()},
            addresses=tuple(f"{host}:{port}" for host, port in self._addresses),
        )

    # what specimens override

    def code(self, handshake: Handshake) -> str:
        """The code of this call, from the two certificates that DTLS presented; ValueError when it is reflected."""
        return self.code_of(teams20.thumbprint(handshake.presented))

    def screen(self) -> Screen:
        """What is shown once the call is up; ValueError when there can be no code."""
        if self._setup.mode is not Mode.E2EE or self.handshake is None:
            return self._no_call()
        return Screen(indicator=Indicator.LOCK, code=self.code(self.handshake), peer=self._setup.peer_name)

    def local_certificate(self) -> str | None:
        return self.certificate.der.hex()

    def written(self, sdp: str) -> str:
        """This endpoint's own description, before it is sent."""
        return sdp

    def read(self, sdp: str) -> str:
        """The peer's description, before the stack takes it."""
        return sdp

    def code_of(self, peer_thumbprint: bytes) -> str:
        """The code with this thumbprint in the peer's place: the caller's always comes first."""
        pair = (teams20.thumbprint(self.certificate.der), peer_thumbprint)
        return teams20.code(*(pair if self._setup.party.role is Role.CALLER else pair[::-1]))

    # what the stack tells: the door's Watcher

    def shook_hands(self, handshake: Handshake) -> None:
        self.handshake = handshake

    def up(self) -> None:
        if self._over:
            return
        try:
            self._screen = self.screen()
        except ValueError as error:
            self.failed(Reason.ENDPOINT_ERROR, f"no code can be made: {error}")
            return
        self._connected = True
        self._settled.set()

    def failed(self, reason: Reason, detail: str) -> None:
        """The first failure is the cause; what follows from it, or from our own closing, tells nothing."""
        if self._over:
            return
        self._failure = failure(reason, detail)
        self._screen = self._no_call()
        self._failed.set()
        self._settled.set()

    # inner steps

    @property
    def _over(self) -> bool:
        return self._closing or self._failure is not None

    def _no_call(self) -> Screen:
        return Screen(indicator=Indicator.NONE, code=None, peer=self._setup.peer_name)

    def _add(self, asset: Asset) -> None:
        """Negotiate one asset, with a track when there is a marker to send."""
        marker = self._setup.markers.get(asset)
        track = asset.value if marker is None else MarkerTrack(asset, marker, self._go)
        transceiver = self._stack.addTransceiver(track)
        capabilities = RTCRtpSender.getCapabilities(asset.value).codecs
        transceiver.setCodecPreferences([codec for codec in capabilities if codec.mimeType.lower() in CODECS[asset]])

    async def _open(self) -> dict[Address, Address]:
        """Bind the socket, and learn under which address others reach it."""
        real = await self._stack.gather()
        self._addresses = (real,)
        advertise = self._setup.advertise
        return {} if advertise is None else {real: await advertise(self._setup.party.value, real)}

    def _description(self, public: dict[Address, Address]) -> str:
        text = self.written(self._stack.localDescription.sdp)
        return str(with_addresses(Sdp.parse(text), public)) if public else text

    async def _take(self, kind: str, sdp: str) -> None:
        """Give the peer's description to the stack, whose objections are the peer's failure and not ours."""
        self._refuse_when_over()
        try:
            if len(sdp) > MAX_SIZE:
                raise ValueError(f"the description has {len(sdp)} characters, more than {MAX_SIZE}")
            await self._stack.setRemoteDescription(RTCSessionDescription(sdp=self.read(sdp), type=kind))
        except Exception as error:  # noqa: BLE001 - aiortc's parser raises whatever a hostile line leads it to
            self.failed(Reason.SDP_REJECTED, f"the {kind} was refused: {described(error)}")
            self._refuse_when_over()

    def _refuse_when_over(self) -> None:
        if self._failure is not None:
            raise CallFailed(self._failure.reason, self._failure.detail)

    def _overdue(self, seconds: float) -> tuple[Reason, str]:
        transport = self._stack.transport
        if transport is None:
            return Reason.ICE_FAILED, "a call without media has no transport"
        return transport.overdue(seconds)


@cache
def software() -> str:
    """What this endpoint runs on, for the statement."""
    names = " ".join(f"{name}/{version(name)}" for name in ("aiortc", "aioice", "pylibsrtp"))
    return f"{names} {SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode('ascii', 'replace')}"
