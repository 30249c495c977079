"""A bound UDP socket that counts, with a tap in front of whoever uses it.

The count is kept by the object next to the socket and the tap is told by the one next to the user, so that a datagram
which the tap lost shows as a difference.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any, Final, cast

from ..model.datagram import Address, Tap
from ..network.udp_socket import dropped

RECEIVE_BUFFER: Final = 1 << 21
"""Bytes asked for; the kernel may give less. A stalled event loop must not make it drop anything."""


class CountedSocket(asyncio.DatagramProtocol):
    """Beside the socket: counts what it sent and received, and tells the tap when it ends."""

    def __init__(self, sock: socket.socket, inner: TappedUser, tap: Tap) -> None:
        self.counted = 0
        self._sock = sock
        self._local: Address = sock.getsockname()
        self._inner = inner
        self._tap = tap
        self._transport: asyncio.DatagramTransport | None = None
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self._inner.socket_ready(self)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self.counted += 1
        self._inner.datagram_received(data, (addr[0], addr[1]))

    def error_received(self, exc: Exception) -> None:
        self._inner.error_received(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        self._inner.connection_lost(exc)

    def sendto(self, data: bytes, remote: Address) -> None:
        if self._transport is not None:
            self.counted += 1
            self._transport.sendto(data, remote)

    def close(self) -> None:
        self._end()
        if self._transport is not None:
            self._transport.close()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._tap.socket_closed(self._local, self.counted, dropped(self._sock))


class TappedUser(asyncio.DatagramTransport):
    """Before the user: shows the tap every datagram first. To the user it is the transport."""

    def __init__(self, user: asyncio.DatagramProtocol, local: Address, tap: Tap) -> None:
        super().__init__({"sockname": local})
        self._user = user
        self._local = local
        self._tap = tap
        self._socket: CountedSocket | None = None
        self._closed = False

    def socket_ready(self, counted: CountedSocket) -> None:
        self._socket = counted
        self._user.connection_made(self)

    def datagram_received(self, data: bytes, remote: Address) -> None:
        self._tap.seen(False, self._local, remote, data)
        self._user.datagram_received(data, remote)

    def error_received(self, exc: Exception) -> None:
        self._user.error_received(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        self._user.connection_lost(exc)

    def sendto(self, data: Any, addr: Any = None) -> None:
        # Timers of the user may outlive the socket: what they send then goes nowhere and is not recorded.
        if self._socket is not None and not self._closed:
            self._tap.seen(True, self._local, addr, data)
            self._socket.sendto(data, addr)

    def close(self) -> None:
        self._closed = True
        if self._socket is not None:
            self._socket.close()


def bind(address: str) -> socket.socket:
    """A UDP socket on a free port of `address`; OSError when there is none."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        sock.bind((address, 0))
    except OSError:
        sock.close()
        raise
    return sock


async def attach(sock: socket.socket, user: asyncio.DatagramProtocol, tap: Tap) -> None:
    """Let `user` send and receive through the socket, watched by the tap. The socket is closed with its transport."""
    inner = TappedUser(user, sock.getsockname(), tap)
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: CountedSocket(sock, inner, tap), sock=sock)
