"""Packets that came in fragments are put together (RFC 791 section 3.2, RFC 8200 section 4.5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np

from ..window import Direction, Flags, Transport
from .addresses import Addresses
from .extension import extensions, size_of_extension
from .fragment_buffer import FragmentBuffer
from .network import TCP, UDP, unread_protocols
from .packets import Fragments
from .rows import RowList
from .segment import Piece, Segment
from .sheet import Layer, Sheet
from .transport import TCP_HEADER, UDP_HEADER

MOST_WAITING: Final = 1024
MOST_BYTES: Final = 8 << 20
PATIENCE: Final = 60.0
"""Seconds after which fragments with the same identification belong to another packet (RFC 8200 section 4.5)."""

_Key = tuple[int, bytes, int, int]


class _Fragment(NamedTuple):
    """One fragment. `hosts`: source and destination; `place`: that of its frame; `missing`: bytes that were cut off."""

    hosts: bytes
    protocol: int
    identification: int
    start: int
    more: bool
    content: bytes
    missing: int
    place: int


@dataclass(eq=False)
class _Packet:
    """A packet that waits for its fragments.

    `headers`: bytes up to the message, 0 until the first fragment is there, or when that does not hold all headers as
    RFC 7112 demands. `flow`: None until then. `message`: bytes of the message that have come in.
    """

    hosts: bytes
    started: float
    direction: Direction
    protocol: int
    headers: int = 0
    header: bytes = b""
    flow: int | None = None
    message: int = 0
    buffer: FragmentBuffer = field(default_factory=FragmentBuffer)


class Reassembly:
    """Keeps fragments over windows until their packet is whole, too old, or one of too many."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._waiting: dict[_Key, _Packet] = {}
        self._bytes = 0

    @property
    def waiting(self) -> int:
        """Bytes of messages that wait for the rest of their packet."""
        return sum(packet.message for packet in self._waiting.values())

    def add(self, sheet: Sheet, parts: Sequence[Fragments], rows: RowList) -> list[Segment]:
        """Take the fragments of a window; datagrams that are done become rows, TCP segments are given back."""
        found = []
        for part in parts:
            unread_protocols(sheet, part.packets.only(~_is_read(part)))
        fragments = (one for part in parts for one in _each(sheet, part))
        for fragment in sorted(fragments, key=lambda one: one.place):
            found += self._add(sheet, fragment, rows)
        return found

    def give_up(self, sheet: Sheet, rows: RowList, place: int) -> None:
        """Hand out everything that waits, as it is."""
        while self._waiting:
            self._give_up_oldest(sheet, rows, place, "fragments whose packet did not become whole")

    def _add(self, sheet: Sheet, fragment: _Fragment, rows: RowList) -> list[Segment]:
        key = (int(sheet.frames.interface[fragment.place]), fragment.hosts, fragment.protocol, fragment.identification)
        now = float(sheet.frames.time[fragment.place])
        while self._waiting and now - next(iter(self._waiting.values())).started > PATIENCE:
            self._give_up_oldest(sheet, rows, fragment.place, "fragments whose packet did not become whole in time")
        packet = self._waiting.get(key)
        if packet is None:
            direction = Direction(int(sheet.direction[fragment.place]))
            packet = self._waiting[key] = _Packet(fragment.hosts, now, direction, fragment.protocol)
        self._take(sheet, packet, fragment)
        if packet.buffer.complete:
            del self._waiting[key]
            self._bytes -= len(packet.buffer)
            return list(self._hand_out(sheet, packet, rows, fragment.place))
        while len(self._waiting) > MOST_WAITING or self._bytes > MOST_BYTES:
            self._give_up_oldest(sheet, rows, fragment.place, "fragments given up because too many wait")
        return []

    def _take(self, sheet: Sheet, packet: _Packet, fragment: _Fragment) -> None:
        buffer, place, before = packet.buffer, fragment.place, len(packet.buffer)
        if not buffer.fits(fragment.start + len(fragment.content) + fragment.missing, fragment.more):
            sheet.problem_of("a fragment beyond the end of its packet", place)
            return
        opened = 0
        if not fragment.start and packet.flow is None:
            opened = self._open(sheet, packet, fragment)
        added = buffer.add(fragment.start, fragment.content, fragment.missing, fragment.more)
        self._bytes += len(buffer) - before
        sheet.claim_one(Layer.MESSAGE, place, added.new - opened)
        sheet.claim_one(Layer.REPEATED, place, added.repeated)
        packet.message += added.new - opened
        if added.contradicting:
            sheet.problem_of("fragments that contradict each other", place)
        if packet.flow is not None:
            sheet.leg[place] = packet.flow >> 1

    def _open(self, sheet: Sheet, packet: _Packet, fragment: _Fragment) -> int:
        """Read the headers of the first fragment; how many bytes they are."""
        content = fragment.content
        at, protocol = _behind_extensions(content, packet.protocol, 4 if len(packet.hosts) == 8 else 6)
        size = _transport_header(content[at:], protocol)
        if not size or packet.buffer.holds_any(at + size):
            sheet.problem_of("a first fragment without all headers", fragment.place)
            return 0
        packet.protocol, packet.headers, packet.header = protocol, at + size, content[at : at + size]
        ports = int.from_bytes(content[at : at + 2]), int.from_bytes(content[at + 2 : at + 4])
        transport = Transport.UDP if protocol == UDP else Transport.TCP
        packet.flow = self._addresses.one(packet.hosts, ports, transport, packet.direction)
        sheet.claim_one(Layer.NETWORK, fragment.place, at)
        sheet.claim_one(Layer.TRANSPORT, fragment.place, size)
        return packet.headers

    def _give_up_oldest(self, sheet: Sheet, rows: RowList, place: int, why: str) -> None:
        packet = self._waiting.pop(next(iter(self._waiting)))
        self._bytes -= len(packet.buffer)
        sheet.problem_of(why, place)
        for segment in self._hand_out(sheet, packet, rows, place):
            rows.add(place, segment.flow, Transport.TCP, segment.payload, opaque=True)

    def _hand_out(self, sheet: Sheet, packet: _Packet, rows: RowList, place: int) -> Iterator[Segment]:
        flow, runs = packet.flow, packet.buffer.runs(packet.headers)
        transport = Transport.TCP if packet.protocol == TCP else Transport.UDP
        if flow is None:
            flow = self._addresses.one(packet.hosts, (None, None), transport, packet.direction)
        elif transport is Transport.UDP:
            first = runs.pop(0)[1] if runs and runs[0][0] == packet.headers else b""
            length = int.from_bytes(packet.header[4:6]) - UDP_HEADER
            if length < 0:
                sheet.problem_of("a UDP length that is shorter than the header", place)
                length = 0
            rows.add(place, flow, transport, Piece(first[:length]), missing=max(length - len(first), 0))
            runs.insert(0, (packet.headers + length, first[length:]))
        elif packet.buffer.complete and len(runs) == 1:
            sequence, flags = int.from_bytes(packet.header[4:8]), packet.header[13]
            yield Segment(place, flow, sequence, flags, Piece(runs.pop()[1]))
        for _, content in runs:
            if content:
                rows.add(place, flow, transport, Piece(content), opaque=True)


def _is_read(part: Fragments) -> Flags:
    return np.isin(part.packets.protocol, (UDP, TCP, *extensions(part.packets.version)))


def _each(sheet: Sheet, part: Fragments) -> Iterator[_Fragment]:
    packets, is_read = part.packets, _is_read(part)
    columns = (packets.protocol, part.identification, part.start, part.more, packets.at, packets.end, packets.missing)
    for index, (place, *row) in enumerate(
        zip(packets.frame.tolist(), *(column.tolist() for column in columns), strict=True)
    ):
        if not is_read[index]:
            continue
        protocol, identification, start, more, at, end, missing = row
        hosts = packets.addresses[:, index].tobytes()
        content = sheet.data[at:end].tobytes()
        yield _Fragment(hosts, protocol, identification, start, more, content, missing, place)


def _behind_extensions(content: bytes, protocol: int, version: int) -> tuple[int, int]:
    """Where what the extension headers carry begins, and its protocol."""
    at = 0
    while protocol in extensions(version) and at + 2 <= len(content):
        protocol, size = content[at], size_of_extension(protocol, content[at + 1])
        at += size
    return at, protocol


def _transport_header(content: bytes, protocol: int) -> int:
    """The size of the transport header in front; 0 when it is not wholly there, or of no use."""
    if protocol == UDP and len(content) >= UDP_HEADER:
        return UDP_HEADER
    if protocol == TCP and len(content) >= TCP_HEADER:
        size = 4 * (content[12] >> 4)
        return size if TCP_HEADER <= size <= len(content) else 0
    return 0
