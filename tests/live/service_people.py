"""Two people at the calling service: each a device that is signed in, and an endpoint that does what it is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from harness.endpoints.endpoint import Endpoint
from harness.endpoints.service_client import ServiceClient, Told
from harness.model.base import Asset, Party
from harness.model.recording import SignalKind, SignalMessage
from harness.model.statement import Indicator
from tests.live.endpoint_calls import PATIENCE, Call

KINDS = {
    "incoming": SignalKind.INVITE,
    "ringing": SignalKind.RINGING,
    "accepted": SignalKind.ACCEPT,
    "hung-up": SignalKind.HANGUP,
}
"""What an endpoint is told of what the service says."""


@dataclass
class Person:
    """A device that is signed in, and the endpoint that does what it is told."""

    party: Party
    client: ServiceClient
    endpoint: Endpoint
    call: str = ""
    frames: asyncio.Queue[Told] = field(default_factory=asyncio.Queue)

    async def told(self, kind: str) -> Told:
        """The next frame of this kind; every one before it is given to the endpoint, too."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.frames.get()
                if frame["type"] in KINDS:
                    self._pass_on(frame)
                if frame["type"] == kind:
                    return frame

    def _pass_on(self, frame: Told) -> None:
        kind = KINDS[frame["type"]]
        body = str(frame.get("mode", frame.get("reason", "")))
        self.endpoint.told(SignalMessage(kind=kind, sender=self.party.peer, body=body))

    async def say(self, kind: str, **fields: Any) -> Told:
        return await self.client.say(kind, call=self.call, **fields)


@dataclass
class Called:
    """Alice calls Bob."""

    endpoints: Call
    alice: Person
    bob: Person
    mode: str = ""

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
