"""In front of a Janus, which has no use for loopback: sockets in the network of a call, one to one with its own.

libnice is given no address of a loopback interface (Janus skips them, ice.c). So its sockets are where the default
route begins, and each has a face in the call's network; what passes between the two stays on this machine.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address

from ..model.datagram import Address
from ..wire.sdp import Candidate, Sdp, with_addresses
from .leg import Leg

DISCARD = 9
"""The port of a description that names its addresses in candidates only (RFC 8840 section 4.1.1)."""


class JanusLeg:
    """`host` is where the parties meet it, `program` where Janus is. Needs a running event loop; `close` it."""

    def __init__(self, host: str, program: str) -> None:
        self._host, self._program = host, program
        self.fault: str | None = None
        self._leg = Leg(host, self, self._as_it_is, self._broke, program)

    def inward(self, sdp: str) -> str:
        """A party's description as Janus gets it. ValueError for one that cannot be read, OSError without a socket."""
        parsed = Sdp.parse(sdp)
        places = {(one.address, one.port) for _, one in parsed.candidates() if _on_loopback(one)}
        kept = parsed.map_candidates(lambda one: one if (one.address, one.port) in places else None)
        return str(with_addresses(kept, {place: self._leg.gate(place) for place in places}))

    async def outward(self, sdp: str) -> str:
        """Janus's description as a party gets it. ValueError when it names no socket of Janus's."""
        parsed = Sdp.parse(sdp)
        places = {(one.address, one.port) for _, one in parsed.candidates() if self._of_program(one)}
        if not places:
            raise ValueError(f"it offers no UDP socket at {self._program}")
        kept = parsed.map_candidates(lambda one: one if (one.address, one.port) in places else None)
        faces = {place: await self._leg.public(place) for place in places}
        return str(with_addresses(kept, {**faces, (self._program, DISCARD): (self._host, DISCARD)}))

    async def close(self) -> None:
        await self._leg.close()

    # a tap that writes nothing: the parties have their own, and see the same datagrams

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        """Nothing to note."""

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        """What is lost here, the parties hear less of: that shows by itself."""

    # inner steps

    async def _as_it_is(self, face: Address) -> Address:
        return face

    def _broke(self, why: str) -> None:
        self.fault = self.fault or f"the way to janus broke: {why}"

    def _of_program(self, one: Candidate) -> bool:
        return _udp(one) and one.type == "host" and one.address == self._program


def _on_loopback(one: Candidate) -> bool:
    """Nothing that a call sends leaves the machine."""
    try:
        return _udp(one) and IPv4Address(one.address).is_loopback
    except AddressValueError:
        return False


def _udp(one: Candidate) -> bool:
    return one.port > 0 and one.transport.lower() == "udp"
