"""Two endpoints that call each other directly, and what a test needs to look at them: a tap, and a box on the path."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from harness.endpoints.endpoint import Advertise, Endpoint, EndpointSetup
from harness.endpoints.registry import create
from harness.markers.recover import recover_all
from harness.model.base import Asset, Party
from harness.model.datagram import Address
from harness.model.endpoints import BROWSERS, EndpointKind
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import EndpointStatement, Failure, Indicator
from harness.network.loopback import CallNetwork
from harness.wire.demux import PacketClass, classify
from harness.wire.sdes import parse
from harness.wire.sdp import Sdp
from harness.wire.srtp_session import SrtpOpener

PATIENCE: Final = 20.0
"""Seconds until a test gives up on something that must happen. Only a failing test waits that long."""

MARKERS: Final = {
    (Party.ALICE, Asset.AUDIO): 0xA11CE00000000A0D,
    (Party.ALICE, Asset.VIDEO): 0xA11CE0000000071D,
    (Party.ALICE, Asset.SCREEN): 0xA11CE00000005C2E,
    (Party.BOB, Asset.AUDIO): 0xB0B0000000000A0D,
    (Party.BOB, Asset.VIDEO): 0xB0B000000000071D,
    (Party.BOB, Asset.SCREEN): 0xB0B0000000005C2E,
}

Tamper = Callable[[str], str]
_numbers = itertools.count(20_000)


@dataclass(frozen=True)
class Seen:
    outward: bool
    local: Address
    remote: Address
    data: bytes

    @property
    def kind(self) -> PacketClass:
        return classify(self.data)


class Ledger:
    """A tap that keeps everything, and lets a test wait for what it hopes to see."""

    def __init__(self) -> None:
        self.packets: list[Seen] = []
        self.closed: list[tuple[Address, int, int]] = []
        self._news = asyncio.Event()

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        self.packets.append(Seen(outward, local, remote, data))
        self._news.set()

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        self.closed.append((local, counted, dropped))

    def count(self, kind: PacketClass, outward: bool) -> int:
        return sum(packet.kind is kind and packet.outward is outward for packet in self.packets)

    async def more(self, packets: int = 20) -> None:
        """Wait for so many further packets: there is no need to look at everything anew for every one."""
        wanted = len(self.packets) + packets
        await self.until(lambda: len(self.packets) >= wanted)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until a condition holds, looking again after each datagram."""
        async with asyncio.timeout(PATIENCE):
            while not true():
                self._news.clear()
                await self._news.wait()


@dataclass
class Call:
    """Both sides of a call, before anything has happened."""

    network: CallNetwork
    endpoints: dict[Party, Endpoint]
    ledgers: dict[Party, Ledger]
    keylogs: dict[Party, list[str]]
    markers: dict[tuple[Party, Asset], int] = field(default_factory=dict)

    @property
    def alice(self) -> Endpoint:
        return self.endpoints[Party.ALICE]

    @property
    def bob(self) -> Endpoint:
        return self.endpoints[Party.BOB]

    def statement(self, party: Party) -> EndpointStatement:
        return self.endpoints[party].statement()

    def hang_up(self, to: Party, why: str) -> None:
        """The service tells a party that the other one has ended the call."""
        self.endpoints[to].told(SignalMessage(kind=SignalKind.HANGUP, sender=to.peer, body=why))

    async def negotiate(self, offer: Tamper = str, answer: Tamper = str) -> None:
        """Offer and answer, each changed on its way."""
        await self.alice.accept(answer(await self.bob.answer(offer(await self.alice.offer()))))

    async def connect(self, seconds: float = PATIENCE) -> dict[Party, bool]:
        up = await asyncio.gather(*(endpoint.connect(seconds) for endpoint in self.endpoints.values()))
        return dict(zip(self.endpoints, up, strict=True))

    async def talk(self) -> None:
        """Send media until both parties have heard everything the other one sends."""
        for endpoint in self.endpoints.values():
            endpoint.start_media()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(endpoint.wait_heard() for endpoint in self.endpoints.values()))

    def heard(self, party: Party) -> dict[Asset, str]:
        return self.statement(party).heard

    def sent(self, party: Party) -> dict[Asset, str]:
        return {asset: f"{marker:016x}" for (sender, asset), marker in self.markers.items() if sender is party}

    async def close(self) -> None:
        await asyncio.gather(*(endpoint.conclude() for endpoint in self.endpoints.values()))
        await asyncio.gather(*(endpoint.close() for endpoint in self.endpoints.values()))

    async def __aenter__(self) -> Call:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


STRANGERS: Final = frozenset({EndpointKind.PROGRAM, EndpointKind.GSTREAMER, *BROWSERS})
"""Endpoints whose stack is not aiortc, and which may not be there."""

Maker = Callable[[EndpointSetup], Endpoint]


def dial(
    alice: EndpointKind | Maker = EndpointKind.AIORTC,
    bob: EndpointKind | Maker = EndpointKind.AIORTC,
    *,
    mode: Mode | None = Mode.E2EE,
    media: tuple[Asset, ...] = (Asset.AUDIO, Asset.VIDEO),
    advertise: Advertise | None = None,
    markers: dict[tuple[Party, Asset], int] | None = None,
    ledger: Callable[[], Ledger] = Ledger,
) -> Call:
    """A call on addresses of its own, with a fresh ledger and key log on each side; accepted, unless without a mode."""
    chosen = MARKERS if markers is None else markers
    sent = {key: marker for key, marker in chosen.items() if key[1] in media}
    call = Call(CallNetwork(next(_numbers)), {}, {p: ledger() for p in Party}, {p: [] for p in Party}, sent)
    for party, kind in ((Party.ALICE, alice), (Party.BOB, bob)):
        setup = EndpointSetup(
            party=party,
            peer_name=party.peer.value.title(),
            media=media,
            markers={asset: marker for (sender, asset), marker in sent.items() if sender is party},
            address=call.network.address(party),
            advertise=advertise,
            tap=call.ledgers[party],
            keylog=call.keylogs[party].append,
            peer_shares=(party.peer, Asset.SCREEN) in sent,
        )
        call.endpoints[party] = create(kind, setup) if isinstance(kind, EndpointKind) else kind(setup)
    if mode is not None:
        for endpoint in call.endpoints.values():
            accept(endpoint, mode)
    return call


def accept(endpoint: Endpoint, mode: Mode) -> None:
    """The user of a callee accepts, and the service says which kind of call it is. A caller is told the latter only."""
    endpoint.told(SignalMessage(kind=SignalKind.INVITE, sender=Party.ALICE, body=""))
    endpoint.picked_up()
    endpoint.told(SignalMessage(kind=SignalKind.ACCEPT, sender=Party.BOB, body=mode))


async def failed(call: Call, party: Party) -> Failure:
    async with asyncio.timeout(PATIENCE):
        return await call.endpoints[party].wait_failed()


def never_came_up(call: Call, party: Party, reason: Reason) -> Failure:
    """The one failure of a party whose call never came up, and whose screen shows nothing."""
    statement = call.statement(party)
    assert statement.failure is not None
    assert statement.failure.reason is reason
    assert not statement.connected
    assert (statement.screen.indicator, statement.screen.code) == (Indicator.NONE, None)
    return statement.failure


class Box:
    """A box on the path: one public face per party. `copies` says how often each datagram is passed on."""

    def __init__(self, copies: Callable[[bytes], int] = lambda data: 1) -> None:
        self.copies = copies
        self.too_early = 0
        self.faces: dict[str, _Face] = {}

    async def advertise(self, party: str, real: Address) -> Address:
        loop = asyncio.get_running_loop()
        _, face = await loop.create_datagram_endpoint(lambda: _Face(self, party, real), local_addr=("127.0.0.1", 0))
        self.faces[party] = face
        return face.address

    def passed(self, owner: _Face, data: bytes) -> None:
        """What reaches the face of one party goes to that party, out of the other one's face."""
        other = next((face for face in self.faces.values() if face is not owner), None)
        if other is None:
            self.too_early += 1
            return
        for _ in range(self.copies(data)):
            other.transport.sendto(data, owner.real)

    async def __aenter__(self) -> Box:
        return self

    async def __aexit__(self, *_: object) -> None:
        for face in self.faces.values():
            face.transport.close()


class _Face(asyncio.DatagramProtocol):
    transport: asyncio.DatagramTransport

    def __init__(self, box: Box, party: str, real: Address) -> None:
        self.box = box
        self.party = party
        self.real = real

    @property
    def address(self) -> Address:
        name: Address = self.transport.get_extra_info("sockname")
        return name

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self.box.passed(self, data)


def markers_in(ledger: Ledger, descriptions: list[str]) -> set[int]:
    """The markers in what reached a device, opened with the keys that it was told in these descriptions (SDES)."""
    lines = [parse(value) for sdp in descriptions for _, value in Sdp.parse(sdp).cryptos()]
    openers = [SrtpOpener(line.keys[0].key_and_salt, line.keys[0].profile) for line in lines]
    packets = [one.data for one in ledger.packets if not one.outward and one.kind is PacketClass.SRTP]
    clear = [found for data in packets for opener in openers if (found := opener.open(data)) is not None]
    return {one.marker for one in recover_all(clear)}
