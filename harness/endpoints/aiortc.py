"""The healthy endpoint: the stack of aiortc, a code from the certificates DTLS presented, a lock when it is true.

In an ordinary call of the service its keys travel in the descriptions, and its screen has a plain shield and no code.
Which of the two it is, the service says when the call is accepted; before that, nothing of the network is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from typing import ClassVar

from OpenSSL import SSL

from ..codes import teams20
from ..model.base import Asset, Role
from ..model.datagram import Address
from ..model.feature import FeatureRequest
from ..model.finding import Reason
from ..model.keying import Keying
from ..model.mode import Mode
from ..model.recording import SignalMessage
from ..model.statement import EndpointStatement, Failure, PacketCounts, Screen
from ..wire.sdp import MAX_SIZE, Origin, Sdp, with_addresses
from .aiortc_door import CallCertificate, DtlsTransport, SdesTransport, Transport
from .aiortc_door.watcher import described
from .attendant import Attendant
from .connection import Connection
from .display import Display
from .endpoint import CallFailed, EndpointSetup, failure
from .handshake import Handshake
from .rules import CallRules


class AiortcEndpoint:
    """A client on aiortc. Specimens override `transport`, `rules`, `screen` or `code`, one of them each.

    Implements `endpoint.Endpoint`. A second offer, of its own or of the peer, that brings new ICE credentials begins a
    new connection beside the old one, which ends when the new one is up (RFC 8445 section 2.4, RFC 8842 section 4).
    """

    transport: ClassVar[type[Transport]] = DtlsTransport
    rules: ClassVar[CallRules] = CallRules()

    def __init__(self, setup: EndpointSetup) -> None:
        self._setup = setup
        self._service = Attendant(self.rules, setup.party.role, self)
        self._take_certificate(self.call_certificate())
        self._go = asyncio.Event()
        self._settled, self._failed = asyncio.Event(), asyncio.Event()
        self._failure: Failure | None = None
        self._connected = False
        self._closing = False
        self._retired: list[asyncio.Task[None]] = []
        self._display = Display(setup.peer_name)
        self._origin = Origin.fresh()
        self._peer_origin: Origin | None = None
        self._connections: list[Connection] = []

    # setting up

    def told(self, message: SignalMessage) -> None:
        self._service.told(message)

    async def chat(self, text: str) -> str:
        self._refuse_when_over()
        return text

    def picked_up(self) -> None:
        self._service.picked_up()

    async def offer(self) -> str:
        self._refuse_unless_accepted("no offer can be made")
        if self._connected or not self._connections:
            self._begin_connection()
        connection = self._current
        public = await connection.open()
        return self._description(await connection.offer(), public)

    async def answer(self, offer: str) -> str:
        self._refuse_unless_accepted("an offer came")
        if not self._connections or (self._connected and self._restarts(offer)):
            self._begin_connection()
        connection = self._current
        known = connection.address
        await self._take("offer", offer)
        # The relay must know this party before the answer starts connectivity checks through it.
        public = await connection.open() if known is None else await self._public(known)
        return self._description(await self._answered(connection), public)

    async def accept(self, answer: str) -> None:
        self._refuse_unless_accepted("an answer came")
        if not self._connections:
            raise self._refused(Reason.SDP_REJECTED, "the answer was refused: nothing was offered")
        await self._take("answer", answer)

    async def connect(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        except TimeoutError:
            unanswered = (Reason.NO_ANSWER, f"nobody answered the call for {seconds:g} s")
            self.give_up(*(self._current.overdue(seconds) if self._connections else unanswered))
        return self._failure is None

    def start_media(self) -> None:
        self._go.set()

    async def wait_heard(self) -> None:
        await self._current.listener.found(self._setup.expected)

    def introduced(self, name: str) -> None:
        self._display.rename(name)

    # the end

    async def wait_failed(self) -> Failure:
        await self._failed.wait()
        if self._failure is None:
            raise RuntimeError("a call is marked as failed without a failure")
        return self._failure

    async def conclude(self) -> None:
        self._closing = True

    async def close(self) -> None:
        self._closing = True
        await asyncio.gather(*(connection.close() for connection in self._connections), *self._retired)

    def statement(self) -> EndpointStatement:
        handshake = self.handshake
        return EndpointStatement(
            party=self._setup.party,
            role=self._setup.party.role,
            software=software(),
            screen=self._display.screen,
            screens=self._display.history.moments,
            connected=self._connected,
            failure=self._failure,
            local_certificate=self.local_certificate(),
            presented_certificate=None if handshake is None else handshake.presented.hex(),
            dtls=None if handshake is None else handshake.parameters,
            packets=_sum(connection.counts for connection in self._connections),
            heard={asset: f"{marker:016x}" for asset, marker in self._heard.items()},
            addresses=tuple(f"{one.address[0]}:{one.address[1]}" for one in self._connections if one.address),
        )

    def certificate_key(self) -> bytes | None:
        return self.certificate.key_pem

    # what specimens override

    def call_certificate(self) -> CallCertificate:
        """The certificate of this call, and of no other."""
        return CallCertificate.fresh()

    def code(self, handshake: Handshake) -> str:
        """The code of this call, from the two certificates that DTLS presented; ValueError when it is reflected."""
        return self.code_of(teams20.thumbprint(handshake.presented))

    def screen(self) -> Screen:
        """What is shown once the call is up; ValueError when there can be no code."""
        if self._mode is Mode.SERVICE:
            return self._display.plain()
        if self._mode is not Mode.E2EE or self.handshake is None:
            return self._display.empty()
        return self._display.locked(self.code(self.handshake))

    def switched(self, request: FeatureRequest) -> None:
        """The service has turned on, or off, what it may in this call: it has the keys, and needs nothing of us."""

    def local_certificate(self) -> str | None:
        return self.certificate.der.hex() if self._kind.shakes_hands else None

    def written(self, sdp: str) -> str:
        """This endpoint's own description, before it is sent."""
        return sdp

    def read(self, sdp: str) -> str:
        """The peer's description, before the stack takes it."""
        return sdp

    def code_of(self, peer_thumbprint: bytes) -> str:
        """The code with this thumbprint in the peer's place: the caller's always comes first."""
        pair = (teams20.thumbprint(self.certificate.der), peer_thumbprint)
        caller, callee = pair if self._setup.party.role is Role.CALLER else pair[::-1]
        return teams20.short_code(caller, callee, self._setup.code_digits)

    @property
    def handshake(self) -> Handshake | None:
        """What DTLS established last."""
        return next((one.handshake for one in reversed(self._connections) if one.handshake is not None), None)

    # what the connections tell: their Owner

    def came_up(self, connection: Connection) -> None:
        if self._over or connection is not self._current:
            return
        try:
            screen = self.screen()
        except ValueError as error:
            self.give_up(Reason.ENDPOINT_ERROR, f"no code can be made: {error}")
            return
        self._show(screen)
        self._connected = True
        self._settled.set()
        for old in self._connections[:-1]:
            self._retired.append(asyncio.create_task(old.close()))

    def went_down(self, connection: Connection, reason: Reason, detail: str) -> None:
        """A connection that has a successor may go: the peer ends it as soon as the new one is up."""
        if connection is self._current:
            self.give_up(reason, detail)

    # what follows from the words of the service: the attendant's Owner

    def give_up(self, reason: Reason, detail: str) -> None:
        """The first failure is the cause; what follows from it, or from our own closing, tells nothing.

        From here on no media is sent, though the stack goes on until it is closed.
        """
        if self._over:
            return
        self._failure = failure(reason, detail)
        self._display.close()
        for one in self._connections:
            one.fall_silent()
        self._failed.set()
        self._settled.set()

    def announce(self, notice: str) -> None:
        """While the call is up: before, and after, nobody looks at the call window."""
        if self._connected and not self._over:
            self._display.announce(notice)

    # inner steps

    @property
    def _mode(self) -> Mode | None:
        return self._service.mode

    @property
    def _over(self) -> bool:
        return self._closing or self._failure is not None

    @property
    def _current(self) -> Connection:
        return self._connections[-1]

    def _take_certificate(self, certificate: CallCertificate) -> None:
        self.certificate = certificate
        certificate.keylog = self._setup.keylog

    @property
    def _kind(self) -> type[Transport]:
        """In an ordinary call of the service, keys in the descriptions take the place of DTLS, if it is not told
        otherwise."""
        told = self._mode is Mode.SERVICE and self._setup.keying is Keying.SDES
        in_place = told and self.transport.shakes_hands
        return SdesTransport if in_place else self.transport

    def _begin_connection(self) -> None:
        self._settled.clear()
        self._connections.append(Connection(self, self._setup, self.certificate, self._kind, self._go))

    @property
    def _heard(self) -> dict[Asset, int]:
        """What came last of each asset: a marker each."""
        media = self._current.listener.heard if self._connections else {}
        written = self._service.read
        return {**media} if written is None else {**media, Asset.CHAT: written}

    def _show(self, screen: Screen) -> None:
        self._display.show(screen)

    async def _public(self, known: Address) -> dict[Address, Address]:
        advertise = self._setup.advertise
        return {} if advertise is None else {known: await advertise(self._setup.party.value, known)}

    def _description(self, sdp: str, public: dict[Address, Address]) -> str:
        text = self._origin.written(self.written(sdp))
        self._origin = self._origin.next()
        return str(with_addresses(Sdp.parse(text), public)) if public else text

    def _restarts(self, offer: str) -> bool:
        """Whether an offer in the middle of a call brings new ICE credentials (RFC 8839 section 4.4.1.1)."""
        taken = self._current.stack.remoteDescription
        try:
            return taken is None or _credentials(offer) != _credentials(taken.sdp)
        except ValueError:
            return False

    async def _take(self, kind: str, sdp: str) -> None:
        """Give the peer's description to the stack, whose objections are the peer's failure and not ours."""
        self._refuse_when_over()
        try:
            if len(sdp) > MAX_SIZE:
                raise ValueError(f"the description has {len(sdp)} characters, more than {MAX_SIZE}")
            origin = Origin.read(sdp)
            if self._peer_origin is not None:
                self._peer_origin.check_successor(origin)
            self._peer_origin = origin  # before the stack takes its time: the same offer may come again meanwhile
            await self._current.take(kind, self.read(sdp))
        except Exception as error:  # aiortc's parser raises whatever a hostile line leads it to
            raise self._rejected(kind, error) from error

    async def _answered(self, connection: Connection) -> str:
        """The stack's answer. What it took may still be nothing that it has an answer to, like an offer of no media."""
        try:
            return await connection.answer()
        except OSError:
            raise
        except Exception as error:
            raise self._rejected("offer", error) from error

    def _rejected(self, kind: str, error: Exception) -> CallFailed:
        return self._refused(Reason.SDP_REJECTED, f"the {kind} was refused: {described(error)}")

    def _refused(self, reason: Reason, detail: str) -> CallFailed:
        """The end of the call, for this reason unless there was one before it."""
        self.give_up(reason, detail)
        cause = self._failure or failure(reason, detail)
        return CallFailed(cause.reason, cause.detail)

    def _refuse_when_over(self) -> None:
        if self._failure is not None:
            raise CallFailed(self._failure.reason, self._failure.detail)

    def _refuse_unless_accepted(self, what: str) -> None:
        """Whoever describes itself before its user has accepted gives its address to anybody who calls."""
        self._refuse_when_over()
        if self._mode is None:
            raise self._refused(Reason.DESCRIPTION_BEFORE_ACCEPT, f"{what} {self._service.too_early}")


@cache
def software() -> str:
    """What this endpoint runs on, for the statement."""
    names = " ".join(f"{name}/{version(name)}" for name in ("aiortc", "aioice", "pylibsrtp"))
    return f"{names} {SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode('ascii', 'replace')}"


def _credentials(sdp: str) -> set[tuple[str, str]]:
    parsed = Sdp.parse(sdp)
    return {(name, value) for name in ("ice-ufrag", "ice-pwd") for _, value in parsed.values(name)}


def _sum(counts: Iterable[PacketCounts]) -> PacketCounts:
    every = list(counts)
    return PacketCounts(**{name: sum(getattr(one, name) for one in every) for name in PacketCounts.model_fields})
