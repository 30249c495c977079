"""A program behind a leg: it says nothing of its packets, so they are seen on their way.

It is told the leg's gates in place of its peer's addresses, and its peer the leg's faces in place of its own. A leg
carries UDP over IPv4 from one address: whatever else either description offers is left out of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from ipaddress import AddressValueError, IPv4Address

from ..model.datagram import Address, address_text
from ..model.endpoint_events import SocketEvent
from ..network.leg import Leg
from ..wire.sdp import Candidate, Line, Sdp, with_addresses
from .endpoint import EndpointSetup


class BehindLeg:
    """Exchanges the addresses in descriptions, and opens the leg's sockets for them. A `ProgramSockets`.

    `program` is the address of a program that cannot be told where to bind.
    """

    def __init__(self, setup: EndpointSetup, broken: Callable[[str], object], program: str | None = None) -> None:
        self._party, self._path = setup.party.value, setup.advertise
        self._enclosed = setup.inside is not None
        setup.through_leg()
        self._leg = Leg(setup.address, setup.tap, self._advertise, broken, program, setup.within)
        self.address = self._leg.program

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(address_text(face) for face in self._leg.faces)

    @property
    def hint(self) -> str:
        stranger = self._leg.strangers
        if stranger is None:
            return ""
        return (
            f"; a datagram came from {address_text(stranger)}: bind every socket to {self.address}, the given address"
        )

    async def turn_server(self) -> None:
        """A leg carries what goes to the peer itself."""

    def heed(self, event: SocketEvent) -> None:
        raise ValueError(f"it tells of its sockets ({event.event!r}), and had said that it does not")

    async def outward(self, description: str) -> str:
        sdp = Sdp.parse(description)
        offered = [candidate for _, candidate in sdp.candidates()]
        own = [one for one in offered if _udp(one) and one.type == "host" and one.address == self.address]
        if not own:
            raise ValueError(f"it offers no UDP socket at {self.address}, the address that it was given")
        public = {_place(one): await self._leg.public(_place(one)) for one in own}
        left_out = {_place(one): public[_place(own[0])] for one in offered if _place(one) not in public}
        kept = sdp.map_candidates(lambda one: one if one in own else None)
        return str(with_addresses(kept, left_out | public))

    def inward(self, description: str) -> str:
        """As the program gets it. What cannot be read stays, for the program has to see what it would be sent."""
        try:
            sdp = Sdp.parse(description)
        except ValueError:
            return description
        gates: dict[Address, Address] = {}
        told = sdp.rewrite(lambda line: self._told(line, gates))
        try:
            return str(with_addresses(told, gates))
        except ValueError:
            return str(told)

    def catch_up(self) -> None:
        self._leg.drain()

    async def close(self) -> None:
        await self._leg.close()

    async def _advertise(self, face: Address) -> Address:
        return face if self._path is None else await self._path(self._party, face)

    def _told(self, line: Line, gates: dict[Address, Address]) -> Iterable[str]:
        """A line of the peer's description: a candidate that the leg carries becomes a gate, any other one goes."""
        try:
            candidate = Candidate.parse(line.value("candidate") or "")
        except ValueError:
            return (line.text,)
        if not self._carried(candidate):
            return ()
        try:
            host, port = gates[_place(candidate)] = self._leg.gate(_place(candidate))
        except (OSError, ValueError):  # more than any call has; the program is told of those before
            return ()
        return (f"a=candidate:{replace(candidate, address=host, port=port)}",)

    def _carried(self, candidate: Candidate) -> bool:
        """UDP to an address of this machine: nothing that a call sends leaves it. A namespace has no way out of it."""
        try:
            address = IPv4Address(candidate.address)
        except AddressValueError:
            return False
        return (self._enclosed or address.is_loopback) and _udp(candidate)


def _place(candidate: Candidate) -> Address:
    return candidate.address, candidate.port


def _udp(candidate: Candidate) -> bool:
    return candidate.port > 0 and candidate.transport.lower() == "udp"
