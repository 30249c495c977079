"""What a program tells of its sockets and keys: taken down as it comes, and believed only of its own address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from ..model.datagram import Address, address_text
from ..model.endpoint_protocol import (
    BoundEvent,
    Event,
    KeyEvent,
    PacketEvent,
    SocketClosedEvent,
    parse_address,
)
from ..wire.keylog import read_keylog
from ..wire.sdp import Sdp, with_addresses
from .endpoint import EndpointSetup

MOST_SOCKETS: Final = 64
"""One is bound in a call, and one more with each restart."""

MOST_KEYS: Final = 256
"""One is told for each handshake under DTLS 1.2, five under 1.3."""


class SocketsTold:
    """Packets go to the tap, keys to the key log, and each socket gets the address under which others reach it.

    `known` is told of a socket that the path knows now; `broken`, why the path takes none.
    """

    def __init__(self, setup: EndpointSetup, known: Callable[[Address], None], broken: Callable[[str], object]) -> None:
        self._setup, self._known, self._broken = setup, known, broken
        self._public: dict[Address, Address] = {}
        self._becoming_known: set[asyncio.Task[None]] = set()
        self._keys: list[str] = []

    def heed(self, event: Event) -> None:
        """Take an event down; ValueError for what no honest program tells."""
        match event:
            case BoundEvent():
                self._bound(self._own(event.address))
            case KeyEvent():
                self._key(event.line)
            case PacketEvent():
                remote = parse_address(event.remote)
                self._setup.tap.seen(event.outward, self._own(event.local), remote, event.data, event.time)
            case SocketClosedEvent():
                self._setup.tap.socket_closed(self._own(event.local), event.counted, event.dropped)

    def translated(self, description: str) -> str:
        """A description as others get it, with the addresses under which they reach the program.

        ValueError when it cannot be read, or names a socket that was never told of.
        """
        sdp = Sdp.parse(description)
        strange = [one for _, one in sdp.candidates() if (one.address, one.port) not in self._public]
        if strange:
            raise ValueError(f"it never told of the socket {strange[0].address}:{strange[0].port}")
        return str(with_addresses(sdp, self._public))

    async def settled(self) -> None:
        """Wait until no socket is becoming known any more."""
        await asyncio.gather(*self._becoming_known, return_exceptions=True)

    def _bound(self, real: Address) -> None:
        if len(self._becoming_known) == MOST_SOCKETS:
            raise ValueError(f"it bound more than {MOST_SOCKETS} sockets")
        self._becoming_known.add(asyncio.create_task(self._make_known(real)))

    async def _make_known(self, real: Address) -> None:
        """Let the path know a socket, and then the program that it may be used."""
        advertise = self._setup.advertise
        try:
            self._public[real] = real if advertise is None else await advertise(self._setup.party.value, real)
        except (OSError, RuntimeError) as error:
            self._broken(f"the path takes no socket at {address_text(real)}: {error}")
        else:
            self._known(real)

    def _key(self, line: str) -> None:
        if len(self._keys) == MOST_KEYS:
            raise ValueError(f"it told more than {MOST_KEYS} keys")
        self._keys.append(line)
        _, problems = read_keylog("\n".join(self._keys))
        if problems:
            raise ValueError(f"its key log is none: {problems[0]}")
        self._setup.keylog(line)

    def _own(self, text: str) -> Address:
        """One of the program's sockets. Any other than at its own address makes all that it tells worthless."""
        address = parse_address(text)
        if address[0] != self._setup.address:
            raise ValueError(f"it uses {text}, and its address is {self._setup.address}")
        return address
