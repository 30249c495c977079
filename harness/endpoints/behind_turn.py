"""A program that is forced through a TURN server, and says nothing of its packets: they are seen on their way to it.

It is told of a gate in the server's place. Descriptions pass as they are: what is in them are relayed addresses, which
are the same to everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from ..model.datagram import Address, address_text
from ..model.endpoint_events import SocketEvent
from ..model.turn import TurnServer
from ..network.turn_leg import TurnLeg
from ..wire.sdp import Sdp, with_addresses
from .endpoint import EndpointSetup

LOOPBACK: Final = "127.0.0.1"
"""Who is not of this machine cannot get there. It lies outside the network of the call, where every packet is accounted
for: what passes here, passes there as well."""


class BehindTurn:
    """Lets the path know what is relayed for the program. A `ProgramSockets`. `server` is that of the call."""

    address = LOOPBACK
    hint = ""

    def __init__(self, setup: EndpointSetup, server: TurnServer, broken: Callable[[str], object]) -> None:
        self._party, self._path, self._broken = setup.party.value, setup.advertise, broken
        self._public: dict[Address, asyncio.Task[Address]] = {}
        setup.through_leg()
        self._leg = TurnLeg(server, self.address, setup.address, setup.tap, self._relayed)

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(address_text(one) for one in self._leg.relayed)

    async def turn_server(self) -> TurnServer:
        return await self._leg.open()

    def heed(self, event: SocketEvent) -> None:
        raise ValueError(f"it tells of its sockets ({event.event!r}), and had said that it does not")

    async def outward(self, description: str) -> str:
        sdp = Sdp.parse(description)
        offered = [(one.address, one.port) for _, one in sdp.candidates()]
        around = [one for one in offered if one not in self._public]
        if around:
            raise ValueError(f"it offers {address_text(around[0])}, where no server relays for it")
        if not offered:
            raise ValueError("it offers no address that its TURN server relays for it")
        known = {one: await asyncio.shield(self._public[one]) for one in offered}
        return str(with_addresses(sdp, known))

    def inward(self, description: str) -> str:
        return description

    def catch_up(self) -> None:
        self._leg.drain()

    async def close(self) -> None:
        await self._leg.close()
        await asyncio.gather(*self._public.values(), return_exceptions=True)

    def _relayed(self, relayed: Address) -> None:
        """Its first step is made before the program's next one, for that comes through a socket."""
        self._public[relayed] = asyncio.create_task(self._made_known(relayed))

    async def _made_known(self, relayed: Address) -> Address:
        try:
            return relayed if self._path is None else await self._path(self._party, relayed)
        except (OSError, RuntimeError) as error:
            self._broken(f"the path takes no socket at {address_text(relayed)}: {error}")
            raise
