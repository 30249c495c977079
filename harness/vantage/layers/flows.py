"""Endpoints and legs of a capture get numbers. A flow is one direction of a leg."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import numpy as np

from ..window import NONE, Direction, Endpoints, Flags, Ints, Leg, Legs, Small, Transport

MOST_LEGS: Final = 100_000
"""Legs that are told apart; what begins later is put into one leg for all the others."""

OTHER_ENDPOINTS: Final = "other endpoints"


def endpoint_name(host: bytes, port: int | None) -> str:
    """ "192.0.2.1:5000" or "[2001:db8::1]:5000", without the port where it is not known. `host` has 4 or 16 bytes."""
    text = str(IPv4Address(host) if len(host) == 4 else IPv6Address(host))
    if port is None:
        return text
    return f"{text}:{port}" if len(host) == 4 else f"[{text}]:{port}"


class Flows:
    """Flow 2·n goes outward on leg n, flow 2·n + 1 comes back.

    `near`: hosts ("192.0.2.1") or endpoints ("192.0.2.1:5000") that the user calls near.
    """

    def __init__(self, near: Collection[str] = ()) -> None:
        self.endpoints, self.legs = Endpoints(), Legs()
        self.lumped: int | None = None
        self._near = {_canonical(one) for one in near}
        self._endpoint_numbers: dict[str, int] = {}
        self._leg_numbers: dict[tuple[int, int, int, int], int] = {}
        self._ends = np.zeros(2, np.int32)

    def endpoint(self, name: str) -> int:
        """The number of this endpoint."""
        number = self._endpoint_numbers.get(name)
        if number is None:
            number = self._endpoint_numbers[name] = len(self.endpoints.names)
            self.endpoints.names.append(name)
        return number

    def flow(
        self,
        source: str,
        destination: str,
        transport: Transport,
        direction: Direction = Direction.UNKNOWN,
        outer: int = NONE,
    ) -> int:
        """The flow from one endpoint to another. `direction` says which end is near, should the leg be a new one.

        `outer` is the leg that carries it. Once there are MOST_LEGS, all new ones are the leg `lumped`.
        """
        known = self._endpoint_numbers
        ends = known.get(source, NONE), known.get(destination, NONE)
        leg = self._leg_numbers.get((min(ends), max(ends), transport, outer))
        if leg is None:
            if len(self.legs.found) >= MOST_LEGS:
                return self._other()
            if self._source_is_near(source, destination, direction):
                leg = self._new(source, destination, transport, outer)
            else:
                leg = self._new(destination, source, transport, outer)
        return 2 * leg + (self.legs.found[leg].near != self._endpoint_numbers[source])

    def ends(self, flow: Ints) -> tuple[Small, Small]:
        """Source and destination of each flow."""
        return self._ends[flow], self._ends[flow ^ 1]

    def near(self, leg: int) -> str:
        """The name of the near end."""
        return self.endpoints.names[self.legs.found[leg].near]

    def source_and_destination(self, flow: int) -> tuple[str, str]:
        """The names of both ends of a flow."""
        names = self.endpoints.names
        return names[int(self._ends[flow])], names[int(self._ends[flow ^ 1])]

    def _new(self, near: str, far: str, transport: Transport, outer: int) -> int:
        ends = self.endpoint(near), self.endpoint(far)
        leg = len(self.legs.found)
        self._leg_numbers[min(ends), max(ends), transport, outer] = leg
        self.legs.found.append(Leg(*ends, transport, outer))
        if len(self._ends) < 2 * leg + 2:
            self._ends = np.concatenate((self._ends, np.zeros_like(self._ends)))
        self._ends[2 * leg : 2 * leg + 2] = ends
        return leg

    def _other(self) -> int:
        if self.lumped is None:
            self.lumped = self._new(OTHER_ENDPOINTS, OTHER_ENDPOINTS, Transport.UDP, NONE)
        return 2 * self.lumped

    def _source_is_near(self, source: str, destination: str, direction: Direction) -> bool:
        named = self._named(source), self._named(destination)
        if named[0] != named[1]:
            return named[0]
        return direction is not Direction.INBOUND

    def _named(self, endpoint: str) -> bool:
        return endpoint in self._near or endpoint.rsplit(":", 1)[0].strip("[]") in self._near


def leg_of(flow: Ints) -> Small:
    """The leg of each flow."""
    return (flow >> 1).astype(np.int32)


def is_outward(flow: Ints) -> Flags:
    """Whether the near end of its leg sent each flow."""
    outward: Flags = (flow & 1) == 0
    return outward


def _canonical(near: str) -> str:
    """As `endpoint_name` writes it, when it is an address; a host without brackets."""
    with suppress(ValueError):
        return str(ip_address(near.strip("[]")))
    host, _, port = near.rpartition(":")
    with suppress(ValueError):
        return endpoint_name(ip_address(host.strip("[]")).packed, int(port))
    return near
