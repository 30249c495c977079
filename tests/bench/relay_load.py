"""Who sends and who receives: as many packets as a way takes, and how long each is on the way at a steady rate."""

from __future__ import annotations

import gc
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from harness.wire.srtp_session import SrtpSealer

AUDIO, VIDEO = 120, 900
"""Bytes of payload; three packets of sound for one of the picture."""

BURST = 32
"""Packets sent at once, and no more until they have arrived: after longer ones rtpengine 10.5 passed no more on."""

RATE = 2_000
"""Packets a second for the time that each takes: a rate that every way carries."""

PATIENCE = 1.0
"""Seconds after which what has not arrived is lost."""

_header = struct.Struct("!BBHII")
_LARGEST = 2048


@dataclass
class Way:
    """Packets go out of `near`, sealed and framed as the way wants them, and arrive at `far`."""

    near: socket.socket
    far: socket.socket
    sealer: SrtpSealer
    frame: Callable[[bytes], bytes] = bytes
    sent: int = 0

    def packets(self, count: int) -> list[bytes]:
        """The next ones of the stream; the timestamp of each is its number."""
        return [self._next() for _ in range(count)]

    def _next(self) -> bytes:
        size = VIDEO if self.sent % 4 == 3 else AUDIO
        header = _header.pack(0x80, 96, self.sent & 0xFFFF, self.sent, 0x1000)
        sealed = self.sealer.seal(header + _NOISE[self.sent % 512 :][:size])
        if sealed is None:
            raise RuntimeError("libsrtp does not take a packet of the bench")
        self.sent += 1
        return self.frame(sealed)


_NOISE = Random(1).randbytes(2048)


@dataclass(frozen=True)
class Passed:
    """What became of some packets: seconds each, where it was measured."""

    sent: int
    arrived: int
    seconds: float
    delays: Sequence[float] = ()

    @property
    def rate(self) -> float:
        return self.arrived / self.seconds

    @property
    def lost(self) -> int:
        return self.sent - self.arrived


def as_many_as_pass(way: Way, count: int) -> Passed:
    """As quickly as they arrive, in bursts."""
    packets, arrived, lost = way.packets(count), 0, 0
    begun = time.perf_counter()
    for start in range(0, count, BURST):
        burst = packets[start : start + BURST]
        for packet in burst:
            way.near.send(packet)
        missing = len(burst)
        while missing and select.select([way.far], [], [], PATIENCE)[0]:
            missing -= sum(1 for _ in waiting(way.far))
        lost += missing
        arrived += len(burst) - missing
    return Passed(count, arrived, time.perf_counter() - begun)


def at_a_rate(way: Way, count: int) -> Passed:
    """One after the other at RATE, whether the earlier ones have arrived or not."""
    packets = way.packets(count)
    first = number_of(packets[0], way)
    due = [0.0] * count
    delays: list[float] = []
    begun, sent = time.perf_counter() + 0.01, 0
    end = begun + count / RATE + PATIENCE
    gc.disable()  # a collection would be measured as delay of the way
    while len(delays) < count and (now := time.perf_counter()) < end:
        if sent < count and now >= begun + sent / RATE:
            due[sent] = begun + sent / RATE
            way.near.send(packets[sent])
            sent += 1
        for data in waiting(way.far):
            number = _header.unpack_from(data)[3] - first
            if number >= 0:  # others were given up, and are late
                delays.append(time.perf_counter() - due[number])
    gc.enable()
    return Passed(count, len(delays), count / RATE, delays)


def number_of(packet: bytes, way: Way) -> int:
    """The number of a packet that is about to be sent, below whatever frame the way has."""
    return int(_header.unpack_from(packet, len(way.frame(b"")))[3])


def waiting(sock: socket.socket) -> Iterator[bytes]:
    """What has arrived by now."""
    while True:
        try:
            yield sock.recv(_LARGEST)
        except BlockingIOError:
            return


def opened(host: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    sock.bind((host, 0))
    return sock
