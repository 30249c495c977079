"""The addresses of one call on the loopback interface: a /24 of its own, so that captures of different calls differ."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import ClassVar, Final

HOSTS: Final = {
    "alice": 1,
    "bob": 2,
    "relay-alice": 3,
    "relay-bob": 4,
    "attacker": 5,
    "service": 6,
    "guest": 7,
    "turn": 8,
}
"""Who lives in the network of a call, and at which host number."""

BEHIND: Final = 16
"""How far behind a party's address its program lives when a leg stands in front of it; everybody else, twice as far."""

NETWORKS: Final = 0xFFFE
"""127.0.1.0/24 to 127.255.254.0/24: the first /24 is for the services of the machine, the last holds the broadcast."""


class CallNetwork:
    """The network of the call with this index. Indices wrap after NETWORKS calls; ValueError for a negative one."""

    hosts: ClassVar[Mapping[str, int]] = HOSTS
    first: ClassVar[IPv4Address] = IPv4Address("127.0.1.0")

    def __init__(self, run_index: int) -> None:
        if run_index < 0:
            raise ValueError(f"a call's index counts from 0, not {run_index}")
        self.network = IPv4Network((int(self.first) + (run_index % NETWORKS << 8), 24))

    def address(self, name: str) -> str:
        """The address of one of `hosts`; ValueError for anybody else."""
        if name not in self.hosts:
            raise ValueError(f"nobody called {name!r} lives in the network of a call")
        return str(self.network[self.hosts[name]])

    def addresses(self, *names: str) -> dict[str, str]:
        """The addresses of those of them who live there."""
        return {name: self.address(name) for name in names if name in self.hosts}

    def contains(self, address: str) -> bool:
        """Whether the address belongs to this call. Anything that is not an IPv4 address does not."""
        try:
            return IPv4Address(address) in self.network
        except AddressValueError:
            return False

    def guard(self, address: str) -> str:
        """The address, if it belongs to this call; ValueError otherwise, so that nothing is sent there."""
        if not self.contains(address):
            raise ValueError(f"{address[:80]!r} is outside {self.network}, the network of this call")
        return address


_INSIDE: Final = ("127.0.0.2", "127.0.0.3")


def behind(address: str) -> tuple[str, str]:
    """Where the program of a party lives that has a leg at `address`, and where others stand towards that program.

    A device with a network of its own has the loopback interface of that to itself.
    """
    party = IPv4Address(address)
    if not party.is_loopback:
        return _INSIDE
    return str(party + BEHIND), str(party + 2 * BEHIND)
