"""A tap at a network interface: what really passes it, by the kernel's own account (packet(7)). It only listens.

It knows nothing of sockets or parties, and needs the right to open packet sockets: root, or CAP_NET_RAW.
"""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
import time
from ipaddress import IPv4Network
from pathlib import Path
from typing import Final

from ..model.recording import WireVantage
from .tap import CaptureWriter

_IPV4, _EVERY = 0x0800, 0x0003
_LARGEST: Final = 65_535
_BATCH: Final = 256
_BUFFER: Final = 16 << 20
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING = 263, 6, 23
_SO_ATTACH_FILTER, _SO_TIMESTAMPNS, _SO_RCVBUFFORCE = 26, 35, 33
_STATISTICS: Final = struct.Struct("=II")
_TIMESPEC: Final = struct.Struct("=qq")
_INSTRUCTION: Final = struct.Struct("=HBBI")
_PROTOCOL: Final = 0xFFFFF000
"""Where a filter finds what the kernel says of the protocol (SKF_AD_OFF + SKF_AD_PROTOCOL)."""

_SOURCE, _DESTINATION = 12, 16
"""Bytes of an IPv4 header at which the addresses stand."""


def may_listen() -> bool:
    """Whether this process may open packet sockets."""
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0).close()
    except (OSError, AttributeError):
        return False
    return True


class PacketTap:
    """Writes down every IPv4 packet with an address of `network` that `interface` receives; or, `both`, sends.

    On the loopback interface everything that is sent is received, so each packet is seen once. It belongs to the
    network namespace in which it is created. Create it inside a running event loop. OSError when it may not listen;
    FileExistsError when its file is there already.
    """

    def __init__(self, name: str, interface: str, network: IPv4Network, path: Path, *, both: bool = False) -> None:
        self.fault: str | None = None
        self._name, self._path, self._dropped = name, path, 0
        self._socket = _listening(interface, network, both)
        passed = "sent or received" if both else "received"
        text = f"Every IPv4 packet of {network} that {interface} {passed}, as the kernel shows them."
        try:
            self._capture = CaptureWriter(path, name, text)
        except OSError:
            self._socket.close()
            raise
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._readable)
        self._closed = False

    def close(self) -> WireVantage:
        """Read what has arrived by now, end the file, and say what it holds. A second call gives the same answer."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._socket)
            while self._read_one():
                pass
            found = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, _STATISTICS.size)
            self._dropped = _STATISTICS.unpack(found)[1]
            self._socket.close()
            try:
                self._capture.close()
            except OSError as error:
                self.fault = self.fault or f"the capture {self._name} could not be closed: {error}"
        packets = self._capture.packets
        return WireVantage(name=self._name, file=self._path.name, packets=packets, dropped=self._dropped)

    def _readable(self) -> None:
        for _ in range(_BATCH):
            if not self._read_one():
                return

    def _read_one(self) -> bool:
        try:
            data, ancillary, _, _ = self._socket.recvmsg(_LARGEST, 64)
        except OSError:
            return False
        if self.fault is None:
            try:
                self._capture.write_packet(data, _stamp(ancillary))
            except (OSError, ValueError, struct.error) as error:
                self.fault = f"packet {self._capture.packets + 1} of {self._name} could not be written: {error}"
        return True


def _stamp(ancillary: list[tuple[int, int, bytes]]) -> float:
    """When the kernel got it, in seconds since 1970."""
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(value) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(value)
            return float(seconds + nanoseconds / 1e9)
    return time.time()


def _listening(interface: str, network: IPv4Network, both: bool) -> socket.socket:
    # Without a protocol nothing is delivered until it is bound: by then the filter is in place.
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    try:
        sock.setblocking(False)
        _enlarge(sock)
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        sock.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, int(not both))
        program = packet_filter(network)
        buffer = ctypes.create_string_buffer(program)
        count = len(program) // _INSTRUCTION.size
        sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@HP", count, ctypes.addressof(buffer)))
        # What is sent is shown to those only who ask for every protocol.
        sock.bind((interface, _EVERY))
    except OSError:
        sock.close()
        raise
    return sock


def _enlarge(sock: socket.socket) -> None:
    """Beyond what users may ask for where that is allowed; a smaller buffer shows as packets dropped."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)


def packet_filter(network: IPv4Network) -> bytes:
    """Classic BPF over a packet: the whole of it when it is IPv4 and has an address of the network, else nothing."""
    protocol, load, mask, equal, answer = 0x28, 0x20, 0x54, 0x15, 0x06
    address, bits = int(network.network_address), int(network.netmask)
    program = (
        (protocol, 0, 0, _PROTOCOL),
        (equal, 0, 7, _IPV4),
        (load, 0, 0, _SOURCE),
        (mask, 0, 0, bits),
        (equal, 3, 0, address),
        (load, 0, 0, _DESTINATION),
        (mask, 0, 0, bits),
        (equal, 0, 1, address),
        (answer, 0, 0, _LARGEST),
        (answer, 0, 0, 0),
    )
    return b"".join(_INSTRUCTION.pack(*one) for one in program)
