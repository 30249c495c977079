"""A TURN server in the adversary's hands: it serves both parties as RFC 8656 says, and between their allocations sits a
machine that does with the datagrams what it likes. The parties, and who listens beside it, see a TURN server.

Datagrams from one allocation to the other one pass inside of it. Such a server need not put them on any network.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import cast

from ..model.base import Party
from ..model.datagram import Address
from ..network.udp_socket import UdpSocket
from ..wire.turn import Allocation, Answer, Onward, TurnServer
from ..wire.turn_message import MOST_UNREAD, take_messages
from .relay import Relay


class TurnService:
    """Listens at `host` and `port`, over UDP and TCP. `users` says whose user name this is, and `passwords` goes by it.

    `open` it before the call, `close` it after. What it gets from others than the two parties, it gives to whom has
    permitted them.
    """

    def __init__(self, host: str, port: int, passwords: Mapping[str, str], users: Mapping[str, Party]) -> None:
        self._host, self._port, self._users = host, port, users
        self._server = TurnServer(passwords, self._relayed)
        self._relay: Relay | None = None
        self._sockets: dict[Address, UdpSocket] = {}
        self._clients: dict[Address, Callable[[bytes], object]] = {}
        self._streams: set[Address] = set()
        self._udp: UdpSocket | None = None
        self._tcp: asyncio.Server | None = None
        self.undelivered = 0
        """Datagrams for which no permission, or nobody, was there."""

    async def open(self, relay: Relay) -> None:
        """Begin to serve; `relay` has the machine. OSError when the port is taken."""
        self._relay = relay
        self._udp = UdpSocket(self._host, self._from_client, self._port)
        loop = asyncio.get_running_loop()
        self._tcp = await loop.create_server(lambda: _Stream(self), self._host, self._port)

    async def close(self) -> None:
        """Serve nobody any more. May be called again."""
        if self._tcp is not None:
            self._tcp.close()
        for udp in (self._udp, *self._sockets.values()):
            if udp is not None:
                udp.close()

    # from clients

    def heard(self, client: Address, data: bytes, answer: Callable[[bytes], object], stream: bool) -> None:
        """One message of a client, and how to answer it."""
        self._clients[client] = answer
        if stream:
            self._streams.add(client)
        for action in self._server.received(client, data):
            if isinstance(action, Answer):
                answer(action.data)
            else:
                self._onward(client, self._server.allocations[client], action)

    def gone(self, client: Address) -> None:
        """A stream has ended, and with it what its client had (RFC 8656 section 3.1)."""
        self._clients.pop(client, None)
        self._server.allocations.pop(client, None)

    def _from_client(self, udp: UdpSocket, data: bytes, source: Address) -> None:
        self.heard(source, data, partial(udp.send, to=source), stream=False)

    def _onward(self, client: Address, own: Allocation, sent: Onward) -> None:
        """To the other party's allocation, by way of the machine; a relay of one call leads nowhere else."""
        other = self._server.of_relayed(sent.peer)
        if other is None or self._relay is None or self._users[other[1].username] is self._users[own.username]:
            self.undelivered += 1
            return
        on = partial(self._deliver, *other, own.relayed)
        back = partial(self._deliver, client, own, sent.peer)
        self._relay.passes(self._users[own.username], sent.data, own.relayed, on, back)

    # to clients

    def _deliver(self, client: Address, allocation: Allocation, peer: Address, data: bytes) -> None:
        wrapped = allocation.wrapped(peer, data, padded=client in self._streams)
        answer = self._clients.get(client)
        if wrapped is None or answer is None or allocation.over:
            self.undelivered += 1
            return
        answer(wrapped)

    def _from_peer(self, udp: UdpSocket, data: bytes, source: Address) -> None:
        """A datagram reached a relayed address over the network: no party's, for those pass inside."""
        owner = self._server.of_relayed(udp.address)
        if owner is not None:
            self._deliver(*owner, source, data)

    def _relayed(self) -> Address:
        udp = UdpSocket(self._host, self._from_peer)
        self._sockets[udp.address] = udp
        return udp.address


class _Stream(asyncio.Protocol):
    """One client over TCP: messages behind each other, ChannelData padded to four bytes (RFC 8656 section 12.5)."""

    def __init__(self, service: TurnService) -> None:
        self._service = service
        self._unread = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._client: Address = self._transport.get_extra_info("peername")[:2]

    def data_received(self, data: bytes) -> None:
        self._unread += data
        for message in take_messages(self._unread):
            self._service.heard(self._client, message, self._transport.write, stream=True)
        if len(self._unread) > MOST_UNREAD:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._service.gone(self._client)
