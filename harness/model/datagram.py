"""A datagram seen at a socket, and who wants to see it; addresses, also as text."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address
from typing import Annotated, Protocol

from pydantic import AfterValidator, Field

Address = tuple[str, int]
"""IPv4 address and UDP port of a socket."""


def address_text(address: Address) -> str:
    """ "127.1.2.3:4000"."""
    return f"{address[0]}:{address[1]}"


def parse_address(text: str) -> Address:
    """The address of such a text; ValueError for anything but an IPv4 address and a port that can be in use."""
    host, _, port = text.partition(":")
    try:
        IPv4Address(host)
    except AddressValueError as error:
        raise ValueError(f"{host[:40]!r} is no IPv4 address") from error
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) <= 0xFFFF):
        raise ValueError(f"{port[:40]!r} is no port")
    return host, int(port)


def _checked(text: str) -> str:
    parse_address(text)
    return text


def _host(text: str) -> str:
    return parse_address(f"{text}:1")[0]


Host = Annotated[str, Field(max_length=15), AfterValidator(_host)]
"""An IPv4 address as text, in documents."""

SocketAddress = Annotated[str, Field(max_length=21), AfterValidator(_checked)]
"""An address as text, in documents."""


class Tap(Protocol):
    """Told of every datagram that passes a party's sockets, before anything else looks at it."""

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        """One datagram passed: now, or `when` (seconds since the epoch). `outward` is true when the party sent it."""

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        """A socket ended: how many datagrams it says it sent and received, how many the kernel dropped."""
