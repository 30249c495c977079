"""Reads pcapng (draft-ietf-opsawg-pcapng), strictly and block by block: what is not whole and sound is an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from struct import unpack_from
from typing import BinaryIO, Final, NamedTuple

LARGEST_BLOCK: Final = 16 * 1024 * 1024
"""Bytes. Wireshark's own limit; a packet of ours takes at most 64 KiB."""

MOST_INTERFACES: Final = 65_536
"""In one section."""

_SECTION_HEADER: Final = b"\x0a\x0d\x0d\x0a"
_ORDERS: Final = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_INTERFACE, _OBSOLETE_PACKET, _SIMPLE_PACKET, _ENHANCED_PACKET = 1, 2, 3, 6
_FIXED: Final = {_INTERFACE: 8, _SIMPLE_PACKET: 4, _ENHANCED_PACKET: 20}
"""Bytes in front of the packet data or the options."""

_SECTION_FIXED: Final = 16
_HEAD, _TAIL = 8, 4
_END, _COMMENT, _IF_NAME, _IF_TSRESOL, _IF_TSOFFSET = 0, 1, 2, 9, 14
_UNKNOWN_LENGTH: Final = -1


class CaptureError(ValueError):
    """A capture cannot be read: `fault` at `offset`, the byte of the file where the block begins."""

    def __init__(self, path: Path, offset: int, fault: str, detail: str) -> None:
        super().__init__(f"{path}: {fault} at byte {offset}: {detail}")
        self.path, self.offset, self.fault = path, offset, fault


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface description. A time stamp counts `ticks` a second from `epoch` (seconds since 1970)."""

    link_type: int
    snap_length: int
    ticks: int = 1_000_000
    epoch: int = 0
    name: str | None = None
    comments: tuple[str, ...] = ()


class Packet(NamedTuple):
    """A captured packet. `time` is in seconds since 1970, not-a-number when the block tells none.

    `offset` is where its block begins in the file; `length` what was on the wire, `data` what was kept of it.
    """

    offset: int
    time: float
    interface: Interface
    length: int
    data: bytes
    comments: tuple[str, ...] = ()


def read(path: Path) -> Iterator[Packet]:
    """Every packet of a capture in the order of the file. Blocks that hold no packet are checked and passed over.

    CaptureError for anything that is not whole and sound, OSError when the file cannot be opened. A file cut exactly
    between two blocks is sound: compare the number of packets with what the tap counted.
    """
    with path.open("rb") as file:
        yield from _Reader(path, file).packets()


class _Reader:
    """Walks through the blocks. `_offset` is where the block under way begins."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._offset = self._next = 0
        self._order = ""
        self._section_end: int | None = None
        self._interfaces: list[Interface] = []

    def packets(self) -> Iterator[Packet]:
        while (head := self._file.read(_HEAD)) or not self._next:
            self._offset = self._next
            if head[:4] == _SECTION_HEADER:
                self._section(head)
                continue
            if not self._order:
                raise self._error("no section header", "this is not a pcapng file")
            if len(head) < _HEAD:
                raise self._error("truncated block", f"{_HEAD - len(head)} bytes of its header are missing")
            kind, length = unpack_from(self._order + "II", head)
            body = self._body(length, _HEAD)
            if len(body) < _FIXED.get(kind, 0):
                raise self._error("malformed block", f"a block of type {kind} has more than {length} bytes")
            if kind == _ENHANCED_PACKET:
                yield self._enhanced(body)
            elif kind == _SIMPLE_PACKET:
                yield self._simple(body)
            elif kind == _INTERFACE:
                self._interface(body)
            elif kind == _OBSOLETE_PACKET:
                raise self._error("obsolete packet block", "convert the file with a current Wireshark")
        self._end_section(self._next)

    def _body(self, length: int, taken: int) -> bytes:
        """The rest of the block behind the bytes already taken, without the length that is repeated at its end."""
        if length % 4 or not taken + _TAIL <= length <= LARGEST_BLOCK:
            raise self._error("malformed block", f"its length of {length} bytes is impossible")
        rest = self._file.read(length - taken)
        if missing := length - taken - len(rest):
            raise self._error("truncated block", f"{missing} bytes are missing")
        (repeated,) = unpack_from(self._order + "I", rest, len(rest) - _TAIL)
        if repeated != length:
            raise self._error("malformed block", f"its length is {length} at its begin, {repeated} at its end")
        self._next = self._offset + length
        return rest[:-_TAIL]

    def _section(self, head: bytes) -> None:
        """A section header: the byte order may change, and interfaces are numbered anew."""
        magic = self._file.read(4)
        if missing := _HEAD + 4 - len(head) - len(magic):
            raise self._error("truncated block", f"{missing} bytes of its header are missing")
        if magic not in _ORDERS:
            raise self._error("malformed section header", f"{magic.hex()} is no byte-order magic")
        self._end_section(self._offset)
        self._order = _ORDERS[magic]
        (length,) = unpack_from(self._order + "I", head, 4)
        body = self._body(length, _HEAD + 4)
        if len(body) < _SECTION_FIXED - 4:
            raise self._error("malformed section header", f"{length} bytes are too few")
        major, _, section_length = unpack_from(self._order + "HHq", body)
        if major != 1:
            raise self._error("unknown version", f"this is version {major} of pcapng, only version 1 can be read")
        if section_length < _UNKNOWN_LENGTH:
            raise self._error("malformed section header", f"a section cannot have {section_length} bytes")
        self._section_end = None if section_length == _UNKNOWN_LENGTH else self._next + section_length
        self._interfaces = []
        self._comments(body, _SECTION_FIXED - 4)

    def _end_section(self, offset: int) -> None:
        if self._section_end not in (None, offset):
            self._offset = offset
            raise self._error("truncated section", f"its header says that it ends at byte {self._section_end}")

    def _interface(self, body: bytes) -> None:
        if len(self._interfaces) == MOST_INTERFACES:
            raise self._error("malformed section", f"it has more than {MOST_INTERFACES} interfaces")
        link_type, _, snap_length = unpack_from(self._order + "HHI", body)
        options = dict(reversed(tuple(self._options(body, _FIXED[_INTERFACE]))))
        resolution, epoch = options.get(_IF_TSRESOL, b"\x06"), options.get(_IF_TSOFFSET, bytes(8))
        if len(resolution) != 1 or len(epoch) != 8:
            raise self._error("malformed interface", "the size of its time resolution or time offset is wrong")
        exponent = resolution[0]
        self._interfaces.append(
            Interface(
                link_type,
                snap_length,
                2 ** (exponent & 0x7F) if exponent & 0x80 else 10**exponent,
                unpack_from(self._order + "q", epoch)[0],
                self._text(options[_IF_NAME]) if _IF_NAME in options else None,
                self._comments(body, _FIXED[_INTERFACE]),
            )
        )

    def _interface_of(self, number: int) -> Interface:
        if number >= len(self._interfaces):
            raise self._error("malformed packet", f"it names interface {number}, the section has described none such")
        return self._interfaces[number]

    def _enhanced(self, body: bytes) -> Packet:
        number, high, low, captured, length = unpack_from(self._order + "IIIII", body)
        interface = self._interface_of(number)
        end = _FIXED[_ENHANCED_PACKET] + captured
        if captured > length or end > len(body):
            raise self._error("malformed packet", f"{captured} captured bytes of {length} do not fit")
        time = (high << 32 | low) / interface.ticks + interface.epoch
        comments = self._comments(body, end + -end % 4)
        return Packet(self._offset, time, interface, length, body[_FIXED[_ENHANCED_PACKET] : end], comments)

    def _simple(self, body: bytes) -> Packet:
        interface = self._interface_of(0)
        (length,) = unpack_from(self._order + "I", body)
        end = _FIXED[_SIMPLE_PACKET] + min(length, interface.snap_length or length)
        if end > len(body):
            raise self._error("malformed packet", f"{length} bytes do not fit")
        return Packet(self._offset, float("nan"), interface, length, body[_FIXED[_SIMPLE_PACKET] : end])

    def _comments(self, body: bytes, start: int) -> tuple[str, ...]:
        return tuple(self._text(value) for code, value in self._options(body, start) if code == _COMMENT)

    def _options(self, body: bytes, start: int) -> Iterator[tuple[int, bytes]]:
        """Code and value of each option. The list may end without opt_endofopt: the draft tells readers to allow it."""
        while start < len(body):
            if start + 4 > len(body):
                raise self._error("malformed options", "an option is cut off")
            code, length = unpack_from(self._order + "HH", body, start)
            if code == _END:
                return
            start += 4
            if start + length > len(body):
                raise self._error("malformed options", f"option {code} says {length} bytes, which do not fit")
            yield code, body[start : start + length]
            start += length + -length % 4

    def _text(self, value: bytes) -> str:
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise self._error("malformed options", "a text is not UTF-8") from error

    def _error(self, fault: str, detail: str) -> CaptureError:
        return CaptureError(self._path, self._offset, fault, detail)
