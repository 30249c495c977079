"""UDP sockets of the harness's own: read when there is something to read, counted, asked what the kernel dropped."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final

from ..model.datagram import Address

Arrival = Callable[["UdpSocket", bytes, Address], None]

_RECEIVE_BUFFER: Final = 4 << 20
_LARGEST_DATAGRAM: Final = 65_535
_BATCH: Final = 64
"""Datagrams read before the others get their turn."""

_SO_MEMINFO: Final = 55
_MEMINFO: Final = struct.Struct("=9I")
_DROPS: Final = 8
"""Index of the kernel's count of datagrams that found the buffer full (linux/sock_diag.h, SK_MEMINFO_DROPS)."""


def dropped(sock: socket.socket) -> int:
    """How many datagrams the kernel dropped because nobody read them in time (socket(7), SO_MEMINFO)."""
    info = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
    return int(_MEMINFO.unpack(info)[_DROPS])


class UdpSocket:
    """One bound socket, on a free port unless one is named. `arrived` is called for each datagram.

    `received` and `sent` count. `unsent` counts datagrams that the kernel would not take: then they are lost, as on any
    congested link.
    """

    def __init__(self, host: str, arrived: Arrival, port: int = 0) -> None:
        self.received = 0
        self.sent = 0
        self.unsent = 0
        self._arrived = arrived
        self._dropped = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.address: Address = self._socket.getsockname()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._readable)

    def send(self, data: bytes, to: Address) -> bool:
        """Whether the kernel took it."""
        return self.towards(to)(data)

    def towards(self, to: Address) -> Callable[[bytes], bool]:
        """What sends there, for whoever sends much there; it says whether the kernel took it."""
        sendto = self._socket.sendto

        def send(data: bytes) -> bool:
            try:
                sendto(data, to)
            except OSError:
                self.unsent += 1
                return False
            self.sent += 1
            return True

        return send

    @property
    def usable(self) -> bool:
        """Whether the socket is still there, to the kernel too."""
        try:
            self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_TYPE)
        except OSError:
            return False
        return True

    @property
    def dropped(self) -> int:
        """Datagrams that the kernel dropped because nobody read them in time."""
        if self.usable:
            self._dropped = dropped(self._socket)
        return self._dropped

    def drain(self) -> None:
        """Read what has arrived already; nothing is waited for."""
        while self._read(_BATCH) == _BATCH:
            pass

    def close(self) -> None:
        """Stop reading and let go of the port. Counters stay readable."""
        if self._socket.fileno() >= 0:
            _ = self.dropped
            self._loop.remove_reader(self._socket)
            self._socket.close()

    def _readable(self) -> None:
        self._read(_BATCH)

    def _read(self, most: int) -> int:
        """How many datagrams there were, at most so many. Whoever is told of one may close the socket."""
        read, recvfrom = 0, self._socket.recvfrom
        while read < most:
            try:
                data, source = recvfrom(_LARGEST_DATAGRAM)
            except OSError:
                # Nothing left (EAGAIN), closed (EBADF), or an ICMP error about an earlier datagram, which the kernel
                # reports once.
                break
            read += 1
            self.received += 1
            self._arrived(self, data, source)
        return read
