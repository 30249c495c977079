"""The networks that a call can be made in."""

from __future__ import annotations

from enum import StrEnum


class Network(StrEnum):
    """What is between the two devices. With TURN both are forced through a relay, reached by UDP or by TCP: coturn, or
    the adversary's own server when that is on the path. In namespaces each device has a network of its own, and a
    router is between them.
    """

    LOOPBACK = "loopback"
    TURN_UDP = "turn-udp"
    TURN_TCP = "turn-tcp"
    NAMESPACES = "namespaces"

    @property
    def turn(self) -> bool:
        return self in (Network.TURN_UDP, Network.TURN_TCP)
