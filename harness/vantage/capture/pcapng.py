"""pcapng (draft-ietf-opsawg-pcapng): sections of blocks, in both byte orders."""

from __future__ import annotations

from struct import Struct, unpack_from
from typing import Final

import numpy as np

from ..window import NONE, Flags, Ints
from . import options
from .blocks import HEAD, TAIL, packet_blocks
from .contents import Contents
from .interface import Interface, InterfaceTable
from .packets import add_packets
from .problem import Fault
from .reader import as_bounds
from .resync import SMALLEST_BLOCK, seek_block
from .rows import Rows
from .stretch import Stretch, first_false, walk

LARGEST_BLOCK: Final = 16 * 1024 * 1024
"""Bytes. Wireshark's own limit."""

MOST_INTERFACES: Final = 8_192
MOST_SECTIONS: Final = 16_384
"""In one file."""

SECTION_HEADER: Final = b"\x0a\x0d\x0d\x0a"
_SECTION, _INTERFACE, _SECRETS, _ENHANCED = 0x0A0D0D0A, 1, 10, 6
SECTION_VERSION: Final = 12
"""Where in a section header the major version stands."""

_ORDERS: Final = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_SECTION_FIXED, _HEADER = 24, 8
_UNKNOWN_LENGTH: Final = -1
_WORTH_CHAINING: Final = 1024
"""Records. Only where so many were sound one behind the other is it tried to find more without a loop."""


def recognise(head: bytes) -> str | None:
    """Byte order of a file that begins with these twelve bytes; None when it is no pcapng."""
    return _ORDERS.get(head[8:12]) if head.startswith(SECTION_HEADER) else None


class Pcapng:
    """The blocks of a file, whose first section has this byte order."""

    def __init__(self, order: str, contents: Contents) -> None:
        self._contents = contents
        self._sections = 0
        self._section_end: int | None = None
        self._readable = True
        self._begin_section(order)

    def _begin_section(self, order: str) -> None:
        self._order = order
        self._length_of = Struct(order + "4xI").unpack_from
        self._table = InterfaceTable(len(self._contents.interfaces))

    def bounds(self, stretch: Stretch, at: int, most: int) -> Ints:
        if most >= _WORTH_CHAINING:
            chained = self._chain(stretch, at)
            if len(chained) > _WORTH_CHAINING:
                return chained
        return as_bounds(walk(stretch.data, at, len(stretch) - SMALLEST_BLOCK, self._length_of, 0, most))

    def _chain(self, stretch: Stretch, at: int) -> Ints:
        """Bounds of the enhanced packet blocks that follow each other from `at` on, found without a loop.

        Every aligned 32-bit number that could be their type is looked at, at once. A packet may hold such a number too,
        and even two lengths around it: then the chain ends there, which costs time and nothing else.
        """
        native = np.frombuffer(stretch.data, "<u4", (len(stretch) - at) // 4, at)
        words = native.view(self._order + "u4")
        kind = np.flatnonzero(native[:-2] == np.uint32(_ENHANCED if self._order == "<" else _ENHANCED << 24))
        behind = kind + (words[kind + 1] >> 2)
        kind, behind = kind[behind <= len(words)], behind[behind <= len(words)]
        sound = words[behind - 1] == words[kind + 1]
        kind, behind = kind[sound], behind[sound]
        if not len(kind) or kind[0]:
            return np.empty(0, np.int64)
        count = first_false(behind[:-1] == kind[1:]) + 1
        bounds: Ints = np.append(kind[:count], behind[count - 1])
        return at + 4 * bounds

    def take(self, stretch: Stretch, bounds: Ints, rows: Rows) -> int:
        """A run of blocks that are whole and say their length twice, up to a section or an interface."""
        length = np.diff(bounds)
        framed = (
            (bounds[1:] <= len(stretch)) & (length % 4 == 0) & (length >= SMALLEST_BLOCK) & (length <= LARGEST_BLOCK)
        )
        count = first_false(framed)
        begin, end, length = bounds[:count], bounds[1 : count + 1], length[:count]
        (kind,) = stretch.words(begin, 1, self._order)
        (repeated,) = stretch.words(end - TAIL, 1, self._order)
        count = first_false((repeated == length) & (kind != _SECTION) & (kind != _INTERFACE))
        if count:
            self._blocks(stretch, begin[:count], end[:count], kind[:count], rows)
        return count

    def _blocks(self, stretch: Stretch, begin: Ints, end: Ints, kind: Ints, rows: Rows) -> None:
        """Packets become rows, secrets are kept, everything else is container."""
        length = end - begin
        packet, short = np.zeros(len(kind), bool), np.zeros(len(kind), bool)
        for one, head in HEAD.items():
            packet |= kind == one
            short |= (kind == one) & (length < head + TAIL)
        if short.any():
            self._contents.unread += int(length[short].sum())
            sentence = "the block is shorter than what stands in front of a packet"
            self._contents.problems_at(begin[short] + stretch.place, "malformed block", sentence)
            packet &= ~short
        if not packet.all():
            self._others(stretch, begin, end, kind, ~packet & ~short)
            begin, end, kind = begin[packet], end[packet], kind[packet]
        blocks = packet_blocks(stretch, begin, end, kind, self._table, self._order)
        add_packets(stretch, blocks, self._table, self._order, self._contents, rows)

    def _others(self, stretch: Stretch, begin: Ints, end: Ints, kind: Ints, other: Flags) -> None:
        self._contents.container += int((end - begin)[other].sum())
        for index in np.flatnonzero(other & (kind == _SECRETS)).tolist():
            at, behind = int(begin[index]), int(end[index]) - TAIL
            if behind - at >= 16:
                secret, length = unpack_from(self._order + "II", stretch.data, at + _HEADER)
                if length <= behind - at - 16:
                    self._contents.secret(secret, bytes(stretch.data[at + 16 : at + 16 + length]))
                    continue
            self._contents.problem(stretch.place + at, "malformed block", "the secrets do not fit into it")

    def step(self, stretch: Stretch, at: int) -> int | Fault | None:
        """A section header, an interface, the last block of a stretch, or no block at all."""
        is_section = bytes(stretch.data[at : at + 4]) == SECTION_HEADER
        missing = (SMALLEST_BLOCK if is_section else _HEADER) - (len(stretch) - at)
        if missing > 0:
            return Fault("truncated block", f"{missing} bytes of its header are missing") if stretch.last else None
        if is_section:
            return self._section(stretch, at)
        end = self._end_of(stretch, at, self._order)
        return self._interface(stretch, at, end) if isinstance(end, int) else end

    def _end_of(self, stretch: Stretch, at: int, order: str) -> int | Fault | None:
        (length,) = unpack_from(order + "4xI", stretch.data, at)
        if length % 4 or not SMALLEST_BLOCK <= length <= LARGEST_BLOCK:
            return Fault("malformed block", f"its length of {length} bytes is impossible")
        end = at + int(length)
        if end > len(stretch):
            return Fault("truncated block", f"{end - len(stretch)} bytes are missing") if stretch.last else None
        (repeated,) = unpack_from(order + "I", stretch.data, end - TAIL)
        if repeated != length:
            return Fault("malformed block", f"its length is {length} at its begin, {repeated} at its end")
        return end

    def _section(self, stretch: Stretch, at: int) -> int | Fault | None:
        """The byte order may change, and interfaces are numbered anew."""
        order = recognise(bytes(stretch.data[at : at + 12]))
        end = self._end_of(stretch, at, order) if order else None
        if order and end is None:
            return None
        self.end(stretch.place + at)
        self._section_end, self._sections = None, self._sections + 1
        self._readable = bool(order) and self._sections <= MOST_SECTIONS
        if not order:
            magic = stretch.data[at + 8 : at + 12].hex()
            return Fault("malformed section header", f"{magic} is no byte-order magic")
        if self._sections > MOST_SECTIONS:
            return Fault("too many sections", f"more than {MOST_SECTIONS}")
        self._begin_section(order)
        return self._section_body(stretch, at, end) if isinstance(end, int) else end

    def _section_body(self, stretch: Stretch, at: int, end: int) -> int | Fault:
        if end - at < _SECTION_FIXED + TAIL:
            return Fault("malformed section header", f"{end - at} bytes are too few")
        major, _, length = unpack_from(self._order + "HHq", stretch.data, at + SECTION_VERSION)
        if major != 1:
            self._readable = False
            return Fault("unknown version", f"this is version {major} of pcapng, only version 1 can be read")
        if length < _UNKNOWN_LENGTH:
            self._contents.problem(
                stretch.place + at, "malformed section header", f"a section cannot have {length} bytes"
            )
        elif length != _UNKNOWN_LENGTH:
            self._section_end = stretch.place + end + length
        read = options.parse(bytes(stretch.data[at + _SECTION_FIXED : end - TAIL]), self._order)
        comments, fault = options.texts(read)
        self._options(stretch.place + at, comments, read.fault or fault)
        self._contents.container += end - at
        return end

    def _interface(self, stretch: Stretch, at: int, end: int) -> int | Fault:
        if len(self._contents.interfaces) >= MOST_INTERFACES:
            return Fault("too many interfaces", f"more than {MOST_INTERFACES} in one file")
        body = bytes(stretch.data[at + _HEADER : end - TAIL])
        fault: str | None
        if len(body) < 8:
            # It has a number all the same: those behind it keep theirs.
            described, fault = Interface(NONE, 0), f"a description of an interface has more than {end - at} bytes"
        else:
            described, fault = options.interface(body, self._order)
        self._contents.interfaces.append(described)
        self._table.add(described)
        self._options(stretch.place + at, described.comments, fault)
        self._contents.container += end - at
        return end

    def _options(self, place: int, comments: tuple[str, ...], fault: str | None) -> None:
        for text in comments:
            self._contents.comment(text)
        if fault:
            self._contents.problem(place, "malformed options", fault)

    def seek(self, stretch: Stretch, at: int) -> tuple[int, bool]:
        """In a section of which nothing is known, only the next one is looked for."""
        return seek_block(stretch, at, self._order, only_sections=not self._readable)

    def end(self, place: int) -> None:
        """The file, or the section, ends here; some sections say beforehand where they will."""
        if self._section_end not in (None, place):
            sentence = f"its header says that it ends at byte {self._section_end}"
            self._contents.problem(place, "truncated section", sentence)
