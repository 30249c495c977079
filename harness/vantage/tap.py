"""Writes captures: the tap of one leg, which records every datagram of a party's sockets while the call runs."""

from __future__ import annotations

import os
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ..model.base import Party
from ..model.datagram import Address
from ..model.recording import Vantage
from . import udp
from .ipv4 import LINKTYPE_RAW

_MODE: Final = 0o600
"""A capture of a clear call holds what people said."""
_SECTION_HEADER: Final = struct.pack("<I", 0x0A0D0D0A)
_SECTION_BODY: Final = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
_INTERFACE: Final = struct.pack("<I", 1)
_INTERFACE_BODY: Final = struct.pack("<HHI", LINKTYPE_RAW, 0, 0)
_COMMENT, _APPLICATION = 1, 4
_IF_NAME, _IF_DESCRIPTION, _IF_TSRESOL = 2, 3, 9
INBOUND, OUTBOUND = 1, 2
_MICROSECONDS: Final = b"\x06"


class _Frame(bytes):
    """An IPv4 packet, and beside the bytes what scapy's writer asks a packet for."""

    comments: tuple[str, ...] = ()
    direction: int | None = None


class CaptureWriter:
    """A pcapng file of IPv4 packets: section, interface and first packet say in `text` what it is.

    The file is created with `mode` and never overwritten (FileExistsError). It holds whole blocks at every moment: each
    packet is one write, and after a write that failed the file is cut back to its last whole packet and closed.
    """

    def __init__(self, path: Path, name: str, text: str, mode: int = _MODE) -> None:
        self.packets = 0
        self._path, self._text = path, text
        self._writer = _open_writer(path, mode)
        self._writer.f.write(_header(self._writer, name, text))
        self._writer.flush()
        self._size = self._writer.f.tell()

    def write(
        self, source: Address, destination: Address, payload: bytes, when: float, direction: int | None = None
    ) -> None:
        """Add one datagram, captured at `when` (seconds since 1970). `direction`: 1 inbound, 2 outbound.

        OSError when it cannot be written, or when an address is not IPv4; ValueError when the file is closed.
        """
        self.write_packet(udp.pack(source, destination, payload, identification=self.packets + 1), when, direction)

    def write_packet(self, packet: bytes, when: float, direction: int | None = None) -> None:
        """Add one whole IPv4 packet; else as `write`."""
        frame = _Frame(packet)
        frame.direction = direction
        if not self.packets:
            frame.comments = (self._text,)
        try:
            self._writer.write_packet(frame, sec=when)
            self._size = self._writer.f.tell()
        except OSError:
            self._cut_back()
            raise
        self.packets += 1

    def _cut_back(self) -> None:
        with suppress(OSError):  # what could not be written before cannot be written now; the descriptor is closed
            self._writer.close()
        os.truncate(self._path, self._size)

    def close(self) -> None:
        """End the file; OSError when the last bytes cannot be written. Closing twice is allowed."""
        self._writer.close()


class LegTap:
    """Implements `model.datagram.Tap` for one leg. FileExistsError when its capture file is already there.

    Nothing that goes wrong later reaches the call: `fault` says what happened, nothing more is written, and the Vantage
    shows fewer packets than the sockets counted.
    """

    def __init__(self, vantage_name: str, party: Party, path: Path) -> None:
        self.fault: str | None = None
        self._name, self._party, self._path = vantage_name, party, path
        self._near: dict[Address, None] = {}
        self._sockets = self._dropped = 0
        self._through_leg = self._as_told = False
        self._vantage: Vantage | None = None
        self._capture = CaptureWriter(path, vantage_name, _description(vantage_name, party))

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def packets(self) -> int:
        """How many datagrams are in the file."""
        return self._capture.packets

    def so_far(self) -> Vantage:
        """What the file holds by now, in whole blocks, while it is being written."""
        near = tuple(f"{host}:{port}" for host, port in tuple(self._near))
        return Vantage(
            name=self._name,
            party=self._party,
            file=self._path.name,
            near=near,
            packets=self.packets,
            sockets=self._sockets,
            dropped=self._dropped,
            through_leg=self._through_leg,
            as_told=self._as_told,
        )

    def seen(self, outward: bool, local: Address, remote: Address, data: bytes, when: float | None = None) -> None:
        """Record one datagram that left (`outward`) or reached the party's socket `local`, now or `when`."""
        self._near.setdefault(local)
        if self.fault is not None:
            return
        if self._vantage is not None:
            self.fault = f"a datagram of {len(data)} bytes came after the tap was closed"
            return
        moment = time.time() if when is None else when
        try:
            if outward:
                self._capture.write(local, remote, data, moment, OUTBOUND)
            else:
                self._capture.write(remote, local, data, moment, INBOUND)
        except (OSError, ValueError, struct.error) as error:
            self.fault = f"packet {self.packets + 1} could not be written: {error}"

    def socket_closed(self, local: Address, counted: int, dropped: int) -> None:
        """A socket ended; the packets written are measured against its own counts."""
        self._near.setdefault(local)
        self._sockets += counted
        self._dropped += dropped

    def through_leg(self) -> None:
        """A leg in front of a program tells what passes: what the program sends past it is not seen."""
        self._through_leg = True

    def as_told(self) -> None:
        """A program of somebody else tells what passes: what it does not tell is not seen."""
        self._as_told = True

    def close(self) -> Vantage:
        """End the file and say what it holds. A second call gives the same answer."""
        if self._vantage is None:
            self._vantage = self.so_far()
            try:
                self._capture.close()
            except OSError as error:
                self.fault = self.fault or f"the capture could not be closed: {error}"
        return self._vantage


def _description(vantage_name: str, party: Party) -> str:
    return f"Leg {vantage_name}: every datagram that {party}'s sockets sent or received, seen at the sockets."


def _open_writer(path: Path, mode: int) -> Any:
    """scapy's pcapng writer on a new file."""
    from scapy.utils import RawPcapNgWriter  # here, because it takes 0.4 s that a reader of captures need not spend

    # Given a name, the writer would empty an existing file; a descriptor lets us insist on a new one.
    descriptor: Any = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    writer = RawPcapNgWriter(descriptor)
    writer.linktype = LINKTYPE_RAW
    writer.sync = True  # a killed process loses nothing
    writer.header_present = True
    return writer


def _header(writer: Any, name: str, text: str) -> bytes:
    """Section header and interface description.

    scapy writes neither a comment, a description nor a time resolution into these two, and names an interface only by
    adding a second one. So they are made here, of its own blocks.
    """
    about = text.encode()
    section = _options((_COMMENT, about), (_APPLICATION, b"call-interception-harness"))
    interface = _options((_IF_NAME, name.encode()), (_IF_DESCRIPTION, about), (_IF_TSRESOL, _MICROSECONDS))
    header: bytes = writer.build_block(_SECTION_HEADER, _SECTION_BODY, section)
    header += writer.build_block(_INTERFACE, _INTERFACE_BODY, interface)
    return header


def _options(*options: tuple[int, bytes]) -> bytes:
    """Options of a block: code, length, value padded to 32 bits; ended by opt_endofopt."""
    return b"".join(
        struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4) for code, value in (*options, (0, b""))
    )
