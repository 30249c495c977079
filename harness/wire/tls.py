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
    """One direction of a connection. `rest` is where reading ended, the stream's length when every byte is of a record;
    `problem` says why it ended earlier. A last record may be cut off, where a connection was: then `rest` is its start.
    """

    records: tuple[TlsRecord, ...]
    rest: int
    problem: str | None

    @property
    def sound(self) -> bool:
        """Every byte belongs to a record, and the stream begins as TLS does: with a handshake."""
        return self.problem is None

    def bytes_of(self, content: TlsContent) -> int:
        """Bytes of fragments of this kind."""
        return sum(one.end - one.start for one in self.records if one.content is content)


def read_stream(data: bytes) -> TlsStream:
    """Every record of one direction, up to the first thing that is none."""
    found: list[TlsRecord] = []
    at = 0
    while at < len(data):
        try:
            record = _record(data, at)
        except ValueError as error:
            return TlsStream(tuple(found), at, str(error))
        if not found and record.content is not TlsContent.HANDSHAKE:
            return TlsStream((), 0, f"the stream begins with {record.content.name}, not with a handshake")
        found.append(record)
        at = record.end
    return TlsStream(tuple(found), at, None)


def _record(data: bytes, at: int) -> TlsRecord:
    if len(data) < at + _HEADER.size:
        raise ValueError(f"the record at byte {at} is cut off in its header")
    code, version, length = _HEADER.unpack_from(data, at)
    if code not in set(TlsContent):
        raise ValueError(f"byte {at} begins no record: there is no content type {code}")
    if version not in _VERSIONS:
        raise ValueError(f"the record at byte {at} has version 0x{version:04X}, which is not TLS")
    if length > MAX_FRAGMENT:
        raise ValueError(f"the record at byte {at} says {length} bytes, more than {MAX_FRAGMENT}")
    start = at + _HEADER.size
    if start + length > len(data):
        raise ValueError(f"the record at byte {at} says {length} bytes, only {len(data) - start} are there")
    return TlsRecord(TlsContent(code), at, start, start + length)
