"""A datagram seen at a socket, and who wants to see it."""

from __future__ import annotations

from typing import Protocol

Address = tuple[str, int]
"""IPv4 address and UDP port of a socket."""


def address_text(address: Address) -> str:
    """ "127.1.2.3:4000"."""
    return f"{address[0]}:{address[1]}"


class Tap(Protocol):
    """Told of every datagram that passes a party's sockets, before anything else looks at it."""

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        """One datagram passed: now, or `when` (seconds since the epoch). `outward` is true when the party sent it."""

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        """A socket ended: how many datagrams it says it sent and received, how many the kernel dropped."""
