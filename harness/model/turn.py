"""The TURN server that a party's media are forced through, as its device is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from .datagram import Address


class TurnTransport(StrEnum):
    """What carries the messages between a client and its server (RFC 8656 section 2.1)."""

    UDP = "udp"
    TCP = "tcp"


@dataclass(frozen=True)
class TurnServer:
    """Where it is, how it is reached, and the long-term credential of one party in one call (RFC 8489 section 9.2)."""

    address: Address
    transport: TurnTransport
    username: str
    password: str = field(repr=False)
