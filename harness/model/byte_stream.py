"""Connections of a party with the calling service, and who wants to see what passes them."""

from __future__ import annotations

from typing import Protocol

from .datagram import Address


class StreamTap(Protocol):
    """Told of every connection and every byte, before it is passed on."""

    def opened(self, client: Address, server: Address) -> None:
        """The party opened a connection."""

    def passed(self, client: Address, server: Address, outward: bool, data: bytes) -> None:
        """Bytes went on. `outward`: the party sent them."""

    def ended(self, client: Address, server: Address, outward: bool) -> None:
        """One side sends no more."""
