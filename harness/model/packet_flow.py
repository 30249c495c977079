"""How many packets of a class passed a place of observation, and when the first."""

from __future__ import annotations

from .base import Noun, Party


class PacketFlow(Noun):
    """Packets of one class at one vantage.

    `vantage` is "alice-relay" or, on a direct path, "alice-bob". `sent` and `received` are seen from `party`.
    `first`: when the first one passed (seconds since the epoch), which places the flow among the messages.
    """

    vantage: str
    party: Party
    klass: str
    sent: int
    received: int
    first: float | None = None
