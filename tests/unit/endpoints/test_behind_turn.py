"""A program behind a TURN server: what it may offer, and who is told of that before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from harness.endpoints.behind_turn import LOOPBACK, BehindTurn
from harness.endpoints.endpoint import EndpointSetup
from harness.model.base import Party
from harness.model.datagram import Address
from harness.model.endpoint_events import BoundEvent
from harness.model.turn import TurnServer, TurnTransport
from harness.network.loopback import CallNetwork
from tests.unit.network.test_leg import Party as Socket
from tests.unit.network.test_turn_leg import BIND, GIVEN

from .test_behind_leg import Unseen, description

pytestmark = pytest.mark.asyncio

NETWORK = CallNetwork(61_017)
RELAYED = "1 1 udp 16777215 127.238.90.8 40001 typ relay raddr 0.0.0.0 rport 9"


@dataclass
class Behind:
    sockets: BehindTurn
    program: Socket
    server: Socket
    gate: Address
    told: list[Address] = field(default_factory=list)

    async def has_an_allocation(self) -> None:
        self.program.send(BIND, self.gate)
        _, face = await self.server.receive()
        self.server.send(GIVEN, face)
        await self.program.receive()


@asynccontextmanager
async def behind() -> AsyncIterator[Behind]:
    told: list[Address] = []

    async def advertise(party: str, real: Address) -> Address:
        assert party == "alice"
        told.append(real)
        return real

    through: list[bool] = []
    setup = EndpointSetup(
        party=Party.ALICE,
        peer_name="Bob",
        media=(),
        markers={},
        address=NETWORK.address("alice"),
        advertise=advertise,
        tap=Unseen(),
        keylog=lambda line: None,
        through_leg=lambda: through.append(True),
    )
    server, program = Socket(NETWORK.address("turn")), Socket(LOOPBACK)
    sockets = BehindTurn(setup, TurnServer(server.address, TurnTransport.UDP, "alice", "secret"), lambda why: None)
    assert through == [True]
    try:
        gate = (await sockets.turn_server()).address
        yield Behind(sockets, program, server, gate, told)
    finally:
        await sockets.close()
        server.close()
        program.close()


async def test_the_path_knows_what_is_relayed_before_the_description_leaves() -> None:
    async with behind() as one:
        assert not one.told
        await one.has_an_allocation()
        relayed = (NETWORK.address("turn"), 40_001)
        offered = RELAYED.replace("127.238.90.8", relayed[0])
        assert await one.sockets.outward(description(offered)) == description(offered)
        assert one.told == [relayed]
        assert one.sockets.addresses == (f"{relayed[0]}:40001",)


async def test_a_way_around_the_server_is_refused() -> None:
    async with behind() as one:
        await one.has_an_allocation()
        host = "2 1 udp 2130706431 127.0.0.1 5000 typ host"
        with pytest.raises(ValueError, match=r"it offers 127\.0\.0\.1:5000, where no server relays for it"):
            await one.sockets.outward(description(host))


async def test_a_program_without_an_allocation_offers_nothing_of_use() -> None:
    async with behind() as one:
        with pytest.raises(ValueError, match="no address that its TURN server relays"):
            await one.sockets.outward(description())


async def test_what_the_peer_offers_is_told_as_it_is_and_nothing_else_is_believed() -> None:
    async with behind() as one:
        theirs = description(RELAYED)
        assert one.sockets.inward(theirs) == theirs
        with pytest.raises(ValueError, match="had said that it does not"):
            one.sockets.heed(BoundEvent(address="127.0.9.1:4000"))
