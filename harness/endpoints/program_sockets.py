"""How the packets of a program come to be seen: it tells them, or a leg stands in front of it."""

from __future__ import annotations

from typing import Protocol

from ..model.endpoint_events import SocketEvent
from ..model.turn import TurnServer


class ProgramSockets(Protocol):
    """The sockets of one program in one call. `close` it whatever happened."""

    @property
    def address(self) -> str:
        """The loopback address that the program has to bind."""

    @property
    def addresses(self) -> tuple[str, ...] | None:
        """Where others see it, as text; None when that is its own to say."""

    @property
    def hint(self) -> str:
        """What may be the matter when nothing reaches anybody, as the end of a sentence; else nothing."""

    async def turn_server(self) -> TurnServer | None:
        """The server that all its media go through, as the program is told of it. Ask once, before the call."""

    def heed(self, event: SocketEvent) -> None:
        """Take down what the program tells of its sockets; ValueError for what no honest program tells."""

    async def outward(self, description: str) -> str:
        """Its description as others get it, with the addresses under which they reach the program.

        ValueError when it cannot be read, or names a socket that nobody watches.
        """

    def inward(self, description: str) -> str:
        """A peer's description as the program gets it."""

    def catch_up(self) -> None:
        """See everything that it has sent by now: what it says next comes after that."""

    async def close(self) -> None:
        """Nothing more comes; what was counted goes to the tap."""
