"""Two people at the calling service: each a device that is signed in, and an endpoint that does what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.calling.service.app import Parts
from harness.calling.service.certificates import AUTHORITY
from harness.calling.service.media import ServiceMedia
from harness.calling.store.kept import KEPT
from harness.endpoints.endpoint import Endpoint, EndpointSetup
from harness.endpoints.registry import create
from harness.endpoints.service_client import ServiceClient, Told
from harness.model.base import Asset, Party
from harness.model.endpoints import EndpointKind
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import Indicator
from harness.model.tenant import Client, ClientKind
from tests.live.endpoint_calls import PATIENCE, Call, Ledger, dial
from tests.unit.calling.service.running import ALICE, BOB, CHEAP, PASSWORD, Running, allow_encryption, running

KINDS = {
    "incoming": SignalKind.INVITE,
    "ringing": SignalKind.RINGING,
    "accepted": SignalKind.ACCEPT,
    "hung-up": SignalKind.HANGUP,
}
"""What an endpoint is told of what the service says."""
DESKTOP = Client(name="desktop", kind=ClientKind.WINDOWS)
USERS = {Party.ALICE: ALICE, Party.BOB: BOB}


@dataclass
class Person:
    """A device that is signed in, and the endpoint that does what it is told."""

    party: Party
    client: ServiceClient
    endpoint: Endpoint
    call: str = ""
    frames: asyncio.Queue[Told] = field(default_factory=asyncio.Queue)
    descriptions: list[str] = field(default_factory=list)

    async def told(self, kind: str) -> Told:
        """The next frame of this kind; every one before it is given to the endpoint, too."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.frames.get()
                if frame["type"] in KINDS:
                    self._pass_on(frame)
                if "sdp" in frame:
                    self.descriptions.append(frame["sdp"])
                if frame["type"] == kind:
                    return frame

    def _pass_on(self, frame: Told) -> None:
        kind = KINDS[frame["type"]]
        body = str(frame.get("mode", frame.get("reason", "")))
        self.endpoint.told(SignalMessage(kind=kind, sender=self.party.peer, body=body))

    async def say(self, kind: str, **fields: Any) -> Told:
        return await self.client.say(kind, call=self.call, **fields)


@dataclass
class Place:
    """The service, and how people get there."""

    folder: Path
    service: Running
    endpoints: Call
    stack: AsyncExitStack
    ledgers: list[Ledger] = field(default_factory=list)

    async def person(self, party: Party, user: str, endpoint: Endpoint, device: Client = DESKTOP) -> Person:
        authority = str(self.folder / "store" / AUTHORITY)
        address = "127.0.0.1", self.service.port
        client = await self.stack.enter_async_context(ServiceClient(address, "127.0.0.1", authority))
        await client.sign_in(user, PASSWORD, device)
        person = Person(party, client, endpoint)
        await client.connect(person.frames.put_nowait)
        return person

    async def guest(self, user: str, marker: int, device: Client = DESKTOP, party: Party = Party.BOB) -> Person:
        """A further device. Its packets are in the last of the ledgers."""
        self.ledgers.append(Ledger())
        setup = EndpointSetup(
            party=party,
            peer_name="the others",
            media=(Asset.AUDIO,),
            markers={Asset.AUDIO: marker},
            address=self.endpoints.network.address("guest"),
            advertise=None,
            tap=self.ledgers[-1],
            keylog=lambda line: None,
        )
        endpoint = create(EndpointKind.AIORTC, setup)
        self.stack.push_async_callback(endpoint.close)
        self.stack.push_async_callback(endpoint.conclude)
        return await self.person(party, user, endpoint, device)


@dataclass
class Called:
    """Alice calls Bob."""

    endpoints: Call
    alice: Person
    bob: Person
    mode: str = ""
    place: Place | None = None

    async def set_up(self, callee: str) -> None:
        """From the invitation of `callee`, who is Bob, until both are connected."""
        alice, bob = self.alice, self.bob
        answer = await alice.client.say("invite", to=callee, media=[Asset.AUDIO.value])
        alice.call = bob.call = answer["call"]
        await bob.told("incoming")
        await bob.say("ringing")
        await alice.told("ringing")
        bob.endpoint.picked_up()
        mode = (await bob.say("accept"))["mode"]
        bob.endpoint.told(SignalMessage(kind=SignalKind.ACCEPT, sender=Party.BOB, body=mode))
        self.mode = mode
        assert (await alice.told("accepted"))["mode"] == mode
        await self.describe()
        assert await self.endpoints.connect() == {Party.ALICE: True, Party.BOB: True}

    async def describe(self) -> None:
        alice, bob = self.alice, self.bob
        await alice.say("offer", sdp=await alice.endpoint.offer())
        await bob.say("answer", sdp=await bob.endpoint.answer((await bob.told("offer"))["sdp"]))
        await alice.endpoint.accept((await alice.told("answer"))["sdp"])

    def codes(self) -> set[str | None]:
        return {self.endpoints.statement(party).screen.code for party in Party}

    def indicators(self) -> set[Indicator]:
        return {self.endpoints.statement(party).screen.indicator for party in Party}


@asynccontextmanager
async def calling(folder: Path, *, encrypted: bool) -> AsyncIterator[Called]:
    async with AsyncExitStack() as stack:
        endpoints = dial(mode=None, media=(Asset.AUDIO,))
        host = endpoints.network.address("service")
        parts = Parts(processor=lambda tell: ServiceMedia(host, folder / "store" / KEPT, tell), work=CHEAP)
        service = await stack.enter_async_context(running(folder / "store", parts))
        await stack.enter_async_context(endpoints)
        if encrypted:
            await allow_encryption(service)
        place = Place(folder, service, endpoints, stack)
        alice, bob = [await place.person(party, user, endpoints.endpoints[party]) for party, user in USERS.items()]
        called = Called(endpoints, alice, bob, place=place)
        await called.set_up(BOB)
        yield called


async def comes_in(guest: Person, call: str) -> None:
    """The guest accepts what rings, and is heard."""
    assert (await guest.told("incoming"))["call"] == call
    guest.call = call
    guest.endpoint.picked_up()
    mode = (await guest.say("accept"))["mode"]
    guest.endpoint.told(SignalMessage(kind=SignalKind.ACCEPT, sender=Party.BOB, body=mode))
    await guest.say("answer", sdp=await guest.endpoint.answer((await guest.told("offer"))["sdp"]))
    assert await guest.endpoint.connect(PATIENCE)
    guest.endpoint.start_media()
