"""Signalling of a one-to-one call: offer, answer and hang-up pass the service, and each hop remembers what it saw.

A service in the hands of an adversary is given a `tamper` function, which may change, hold or swallow a message. What
the sender sent and what the receiver got are remembered separately, because only their comparison shows the change.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

from ..model.base import Party
from ..model.recording import SignalEntry, SignalMessage

Tamper = Callable[[SignalMessage], Awaitable[SignalMessage | None]]
Hop = Literal["alice", "service", "bob"]


class CallingService:
    """Carries the messages of one call. `clock` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float], tamper: Tamper | None = None) -> None:
        self._clock = clock
        self._tamper = tamper
        self._entries: list[SignalEntry] = []

    @property
    def entries(self) -> tuple[SignalEntry, ...]:
        return tuple(self._entries)

    async def carry(self, message: SignalMessage) -> SignalMessage | None:
        """Take a message from its sender to the other party. Returns what arrives there; None when nothing does."""
        sender: Hop = message.sender.value
        receiver: Hop = message.sender.peer.value
        self._saw(sender, "out", message)
        self._saw("service", "in", message)
        passed = message if self._tamper is None else await self._tamper(message)
        if passed is None:
            return None
        self._saw("service", "out", passed)
        self._saw(receiver, "in", passed)
        return passed

    def bring(self, to: Party, message: SignalMessage) -> None:
        """A message that nobody sent reaches a party: only the service itself can do that."""
        self._saw("service", "out", message)
        self._saw(to.value, "in", message)

    def _saw(self, hop: Hop, direction: Literal["in", "out"], message: SignalMessage) -> None:
        self._entries.append(SignalEntry(time=self._clock(), hop=hop, direction=direction, message=message))
