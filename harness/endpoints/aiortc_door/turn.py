"""A TURN allocation as a socket: aioice's client, told from where to send, and watched where it wraps and unwraps.

What the ICE agent sends and gets is seen at the relayed address, as if that were the party's socket. What goes over
the network meanwhile is for a tap beside the server to see, and for an auditor to compare.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final, cast

from aioice.turn import (
    DEFAULT_ALLOCATION_LIFETIME,
    DEFAULT_CHANNEL_REFRESH_TIME,
    TurnClientMixin,
    TurnClientTcpProtocol,
    TurnClientUdpProtocol,
    TurnTransport,
)

from ...model.datagram import Address, Tap
from ...model.turn import TurnServer
from ...model.turn import TurnTransport as Transport
from ...network.udp_socket import dropped
from .. import sockets

SECONDS: Final = 5.0
"""How long a server may take to answer the request for an allocation."""

_CHANNEL_HEADER: Final = 4


class _Watched(TurnClientMixin):
    """Shows the tap what goes out in a channel, as the last thing before it is sent."""

    tap: Tap
    counted = 0
    lost = 0

    def _watch(self, data: bytes) -> None:
        if data[0] & 0xC0 == 0x40 and self.relayed_address is not None:
            peer = self.channel_to_peer[int.from_bytes(data[:2])]
            length = int.from_bytes(data[2:_CHANNEL_HEADER])
            self.counted += 1
            self.tap.seen(True, self.relayed_address, peer, data[_CHANNEL_HEADER : _CHANNEL_HEADER + length])

    def ended(self) -> None:
        """The socket is closed: say what passed."""
        if self.relayed_address is not None:
            self.tap.socket_closed(self.relayed_address, self.counted, self.lost)


class _Udp(_Watched, TurnClientUdpProtocol):
    def _send(self, data: bytes) -> None:
        self._watch(data)
        self.transport.sendto(data, self.server)

    def connection_lost(self, exc: Exception | None) -> None:
        sock = self.transport.get_extra_info("socket")
        self.lost = dropped(sock) if sock is not None and sock.fileno() >= 0 else 0
        self.ended()
        super().connection_lost(exc)


class _Tcp(_Watched, TurnClientTcpProtocol):
    def _send(self, data: bytes) -> None:
        self._watch(data)
        super()._send(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended()
        super().connection_lost(exc)


class _Allocation(TurnTransport):
    """aioice's. Where a channel is bound it sends at once instead of in a task: a screen must not be earlier than the
    packets that it follows from."""

    def __init__(self, client: _Udp | _Tcp) -> None:
        super().__init__(client)
        self._client = client
        self._open = True

    def sendto(self, data: bytes, addr: tuple[str, int]) -> None:
        channel = self._client.peer_to_channel.get(addr)
        if channel is None or addr in self._client.peer_connect_waiters or self._is_due(channel):
            super().sendto(data, addr)
        elif self._open and not self._client.transport.is_closing():
            self._client._send(channel.to_bytes(2) + len(data).to_bytes(2) + data)

    def _is_due(self, channel: int) -> bool:
        """Whether the channel is to be bound again first."""
        return time.time() > self._client.channel_refresh_at[channel]

    def close(self) -> None:
        self._open = False
        super().close()


class _Received(asyncio.DatagramProtocol):
    """Between the client and the ICE agent: shows the tap what came in before anybody else looks at it."""

    def __init__(self, client: _Udp | _Tcp, user: asyncio.DatagramProtocol) -> None:
        self._client, self._user = client, user

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        if self._client.relayed_address is not None:
            self._client.counted += 1
            self._client.tap.seen(False, self._client.relayed_address, (addr[0], addr[1]), data)
        self._user.datagram_received(data, addr)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._user.connection_made(cast(asyncio.DatagramTransport, transport))

    def error_received(self, exc: Exception) -> None:
        self._user.error_received(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._user.connection_lost(exc)


async def allocate(address: str, server: TurnServer, user: asyncio.DatagramProtocol, tap: Tap) -> Address:
    """An allocation for `user`, asked for from `address`; the relayed address. OSError when there is none to be had."""
    client = await _connected(address, server)
    client.tap = tap
    allocation = _Allocation(client)
    try:
        async with asyncio.timeout(SECONDS):
            await allocation._connect(_Received(client, user))
    except BaseException as error:
        client.transport.close()
        if isinstance(error, OSError | asyncio.CancelledError):
            raise
        raise OSError(f"the TURN server at {server.address[0]} gives no allocation: {error}") from error
    relayed: Address = allocation.get_extra_info("sockname")
    return relayed


async def _connected(address: str, server: TurnServer) -> _Udp | _Tcp:
    loop = asyncio.get_running_loop()
    arguments = (
        server.address,
        server.username,
        server.password,
        DEFAULT_ALLOCATION_LIFETIME,
        DEFAULT_CHANNEL_REFRESH_TIME,
    )
    if server.transport is Transport.TCP:
        host, port = server.address
        _, over_tcp = await loop.create_connection(lambda: _Tcp(*arguments), host, port, local_addr=(address, 0))
        return over_tcp
    sock = sockets.bind(address)
    _, over_udp = await loop.create_datagram_endpoint(lambda: _Udp(*arguments), sock=sock)
    return over_udp
