"""One end of a line, packet by packet: everything that an interface receives, and packets of whatever source to send.

It belongs to the network namespace in which it is opened. It takes CAP_NET_RAW.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Final

_IPV4: Final = 0x0800
_LARGEST: Final = 65_535
_BATCH: Final = 64
_BUFFER: Final = 8 << 20
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING = 263, 6, 23
_SO_RCVBUFFORCE: Final = 33
_STATISTICS: Final = struct.Struct("=II")


class PacketPort:
    """Reads whole IPv4 packets as they come in at `interface`. `dropped`: those the kernel had no room for."""

    def __init__(self, interface: str, arrived: Callable[[bytes], None]) -> None:
        self.dropped = 0
        self._arrived = arrived
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        try:
            self._socket.setblocking(False)
            self._enlarge()
            self._socket.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
            self._socket.bind((interface, _IPV4))
        except OSError:
            self._socket.close()
            raise
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._readable)

    def close(self) -> None:
        """Read what has arrived, and no more. May be called again."""
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._socket)
        while self._read_one():
            pass
        found = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, _STATISTICS.size)
        self.dropped = _STATISTICS.unpack(found)[1]
        self._socket.close()

    def _enlarge(self) -> None:
        """Beyond what users may ask for where that is allowed; in a user namespace it is not."""
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        except OSError:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)

    def _readable(self) -> None:
        for _ in range(_BATCH):
            if not self._read_one():
                return

    def _read_one(self) -> bool:
        try:
            data = self._socket.recv(_LARGEST)
        except OSError:
            return False
        self._arrived(data)
        return True


class RawSender:
    """Sends IPv4 packets as they are, whatever they say of their source (raw(7), IP_HDRINCL)."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._socket.setblocking(False)

    def send(self, packet: bytes) -> bool:
        """Whether the kernel took it."""
        try:
            self._socket.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0))
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()
