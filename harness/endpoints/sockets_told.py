"""What a program tells of its sockets: taken down as it comes, and believed only of its own address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from ..model.datagram import Address, address_text, parse_address
from ..model.endpoint_events import BoundEvent, PacketEvent, SocketClosedEvent, SocketEvent
from ..model.turn import TurnServer
from ..wire.sdp import Sdp, with_addresses
from .endpoint import EndpointSetup

MOST_SOCKETS: Final = 64
"""One is bound in a call, and one more with each restart."""


class SocketsTold:
    """Packets go to the tap, and each socket gets the address under which others reach it. A `ProgramSockets`.

    `known` is told of a socket that the path knows now; `broken`, why the path takes none.
    """

    addresses = None
    hint = ""

    def __init__(self, setup: EndpointSetup, known: Callable[[Address], None], broken: Callable[[str], object]) -> None:
        self.address = setup.address
        self._setup, self._known, self._broken = setup, known, broken
        self._public: dict[Address, Address] = {}
        self._becoming_known: set[asyncio.Task[None]] = set()

    async def turn_server(self) -> TurnServer | None:
        return self._setup.turn

    def heed(self, event: SocketEvent) -> None:
        match event:
            case BoundEvent():
                self._bound(self._own(event.address))
            case PacketEvent():
                remote = parse_address(event.remote)
                self._setup.tap.seen(event.outward, self._own(event.local), remote, event.data, event.time)
            case SocketClosedEvent():
                self._setup.tap.socket_closed(self._own(event.local), event.counted, event.dropped)

    async def outward(self, description: str) -> str:
        sdp = Sdp.parse(description)
        strange = [one for _, one in sdp.candidates() if (one.address, one.port) not in self._public]
        if strange:
            raise ValueError(f"it never told of the socket {strange[0].address}:{strange[0].port}")
        return str(with_addresses(sdp, self._public))

    def inward(self, description: str) -> str:
        """As it is: the program reaches everybody by itself."""
        return description

    def catch_up(self) -> None:
        """It told of each packet before it said anything else."""

    async def close(self) -> None:
        """Wait until no socket is becoming known any more."""
        await asyncio.gather(*self._becoming_known, return_exceptions=True)

    def _bound(self, real: Address) -> None:
        if len(self._becoming_known) == MOST_SOCKETS:
            raise ValueError(f"it bound more than {MOST_SOCKETS} sockets")
        self._becoming_known.add(asyncio.create_task(self._make_known(real)))

    async def _make_known(self, real: Address) -> None:
        """Let the path know a socket, and then the program that it may be used."""
        advertise = self._setup.advertise
        try:
            self._public[real] = real if advertise is None else await advertise(self._setup.party.value, real)
        except (OSError, RuntimeError) as error:
            self._broken(f"the path takes no socket at {address_text(real)}: {error}")
        else:
            self._known(real)

    def _own(self, text: str) -> Address:
        """One of the program's sockets. Any other than at its own address makes all that it tells worthless."""
        address = parse_address(text)
        turn = self._setup.turn
        # What is relayed has the server's address on the path (RFC 8656 section 3), and it is the party's all the same.
        if address[0] != self._setup.address and (turn is None or address[0] != turn.address[0]):
            raise ValueError(f"it uses {text}, and its address is {self._setup.address}")
        return address
