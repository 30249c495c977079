"""The tap of a party's connections with the calling service: every byte that passes, as made TCP segments."""

from __future__ import annotations

import struct
import time
from pathlib import Path
from typing import Final

from ..model.base import Party
from ..model.datagram import Address
from . import tcp
from .tap import INBOUND, OUTBOUND, CaptureWriter
from .tcp import Flags, Segment

_TEXT: Final = (
    "Leg {name}: every byte that {party} and the service sent each other, seen between them. "
    "The segments are made by the tap: what it reads is a stream."
)


class StreamTap:
    """Implements `model.byte_stream.StreamTap`. What goes wrong never reaches the connection: `fault` says it."""

    def __init__(self, name: str, party: Party, path: Path) -> None:
        self.fault: str | None = None
        self._connections: dict[tuple[Address, Address], list[int]] = {}
        self._capture = CaptureWriter(path, name, _TEXT.format(name=name, party=party))
        self._closed = False

    def opened(self, client: Address, server: Address) -> None:
        """The party opened a connection; how it begins is three segments without content."""
        self._connections[client, server] = [1, 1]
        self._write(Segment(client, server, 0, 0, Flags.SYN), OUTBOUND)
        self._write(Segment(server, client, 0, 1, Flags.SYN | Flags.ACK), INBOUND)
        self._write(Segment(client, server, 1, 1, Flags.ACK), OUTBOUND)

    def passed(self, client: Address, server: Address, outward: bool, data: bytes) -> None:
        """Bytes went on. `outward`: the party sent them."""
        for start in range(0, len(data), tcp.MOST):
            self._segment(client, server, outward, Flags.PSH | Flags.ACK, data[start : start + tcp.MOST])

    def ended(self, client: Address, server: Address, outward: bool) -> None:
        """One side sends no more."""
        self._segment(client, server, outward, Flags.FIN | Flags.ACK, b"")

    def close(self) -> None:
        """End the file. May be called again."""
        if self._closed:
            return
        self._closed = True
        try:
            self._capture.close()
        except OSError as error:
            self.fault = self.fault or f"the capture could not be closed: {error}"

    def _segment(self, client: Address, server: Address, outward: bool, flags: Flags, payload: bytes) -> None:
        numbers = self._connections[client, server]
        own, other = (0, 1) if outward else (1, 0)
        source, destination = (client, server) if outward else (server, client)
        segment = Segment(source, destination, numbers[own], numbers[other], flags, payload)
        numbers[own] += len(payload) + (Flags.FIN in flags)
        self._write(segment, OUTBOUND if outward else INBOUND)

    def _write(self, segment: Segment, direction: int) -> None:
        if self.fault is not None:
            return
        if self._closed:
            self.fault = "bytes passed after the tap was closed"
            return
        number = self._capture.packets + 1
        try:
            self._capture.write_packet(tcp.pack(segment, number), time.time(), direction)
        except (OSError, ValueError, struct.error) as error:
            self.fault = f"segment {number} could not be written: {error}"
