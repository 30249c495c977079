"""The record layer of TLS over a byte stream (RFC 8446 section 5.1, RFC 5246 section 6.2.1): all an observer can tell.

One direction of one connection is read as a whole. What is not a record ends the reading, at a byte that is named: a
stream that is TLS from its first byte to its last carries nothing in clear but handshake and alerts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct
from typing import Final

MAX_FRAGMENT: Final = 2**14 + 2048
"""What a protected fragment of TLS 1.2 may hold; one of TLS 1.3 holds less (RFC 8446 section 5.2)."""

_HEADER: Final = Struct("!BHH")
_CUT_OFF: Final = bytes.fromhex("03034800")
"""Version and length of a record whose header is not all there: it ends behind whatever is."""
_VERSIONS: Final = range(0x0301, 0x0304)
"""The version in a record's header; 0x0301 in a first ClientHello, else 0x0303, whatever is negotiated."""


class TlsContent(IntEnum):
    """What a record carries (IANA registry "TLS ContentType")."""

    CHANGE_CIPHER_SPEC = 20
    ALERT = 21
    HANDSHAKE = 22
    APPLICATION_DATA = 23


@dataclass(frozen=True, slots=True)
class TlsRecord:
    """One record: where its header begins in the stream, and where its fragment begins and ends."""

    content: TlsContent
    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TlsStream:
    """One direction of a connection. `rest` is where reading ended: at the end, at the start of a last record that was
    cut off, as connections are, or at what is no record, and then `problem` says why it is none.
    """

    records: tuple[TlsRecord, ...]
    rest: int
    problem: str | None

    @property
    def sound(self) -> bool:
        """Nothing is there but records, and the stream begins as TLS does: with a handshake."""
        return self.problem is None

    def bytes_of(self, content: TlsContent) -> int:
        """Bytes of fragments of this kind."""
        return sum(one.end - one.start for one in self.records if one.content is content)


def read_stream(data: bytes) -> TlsStream:
    """Every whole record of one direction, up to the first thing that is none."""
    found: list[TlsRecord] = []
    at = 0
    while at < len(data):
        try:
            record = _record(data, at)
        except ValueError as error:
            return TlsStream(tuple(found), at, str(error))
        if not found and record.content is not TlsContent.HANDSHAKE:
            return TlsStream((), 0, f"the stream begins with {record.content.name}, not with a handshake")
        if record.end > len(data):
            break
        found.append(record)
        at = record.end
    return TlsStream(tuple(found), at, None)


def _record(data: bytes, at: int) -> TlsRecord:
    """The record whose header begins at byte `at`; as far as a header that is cut off says, it is one."""
    if data[at] not in set(TlsContent):
        raise ValueError(f"byte {at} begins no record: there is no content type {data[at]}")
    header = data[at : at + _HEADER.size]
    code, version, length = _HEADER.unpack(header if len(header) == _HEADER.size else header[:1] + _CUT_OFF)
    if version not in _VERSIONS:
        raise ValueError(f"the record at byte {at} has version 0x{version:04X}, which is not TLS")
    if length > MAX_FRAGMENT:
        raise ValueError(f"the record at byte {at} says {length} bytes, more than {MAX_FRAGMENT}")
    start = at + _HEADER.size
    return TlsRecord(TlsContent(code), at, start, start + length)
