"""The record layer of DTLS 1.2 (RFC 6347 section 4.1) and the outside of DTLS 1.3 ciphertext (RFC 9147 section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from struct import unpack_from
from typing import Final

RECORD_HEADER: Final = 13
MAX_FRAGMENT: Final = 2**14 + 2048
"""The most that a protected fragment may hold (RFC 6347 section 4.1.1, which points to RFC 5246 section 6.2.3)."""

_SHORTEST_UNIFIED: Final = 1 + 1 + 16
"""First byte, the shorter sequence number, and the 16 bytes that any ciphertext has (RFC 9147 section 4.2.3)."""


class ContentType(IntEnum):
    """What a record carries (IANA registry "TLS ContentType")."""

    CHANGE_CIPHER_SPEC = 20
    ALERT = 21
    HANDSHAKE = 22
    APPLICATION_DATA = 23
    HEARTBEAT = 24
    TLS12_CID = 25
    ACK = 26
    UNIFIED = 32
    """Stands for DTLS 1.3 ciphertext: first bytes 32 to 63, whose real type is encrypted."""


_PLAIN_TYPES: Final = frozenset(ContentType) - {ContentType.UNIFIED}


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `version` is what the header says (0xFEFD is DTLS 1.2).

    Of a UNIFIED record `version` is 0xFEFC, `epoch` its two low bits, `sequence` still encrypted. A connection id, of a
    length that only the peers know, stays part of `fragment`, and then so does the sequence number behind it.
    """

    content_type: ContentType
    version: int
    epoch: int
    sequence: int
    fragment: bytes

    @property
    def encrypted(self) -> bool:
        """Whether the fragment is protected, as far as the header says: epoch 0 is the only one without keys."""
        return self.epoch > 0 or self.content_type in (ContentType.UNIFIED, ContentType.TLS12_CID)


def iter_records(datagram: bytes) -> Iterator[Record]:
    """Every record of a datagram, up to the first that is malformed; that one is a ValueError which names its byte."""
    at = 0
    while at < len(datagram):
        record, at = _unified(datagram, at) if datagram[at] >> 5 == 1 else _record(datagram, at)
        yield record


def records(datagram: bytes) -> tuple[Record, ...]:
    """Every record of a datagram. ValueError when one of them is malformed, or when there is none."""
    if not datagram:
        raise ValueError("an empty datagram holds no record")
    return tuple(iter_records(datagram))


def _record(datagram: bytes, at: int) -> tuple[Record, int]:
    """The record at byte `at`, and where the next one begins."""
    if len(datagram) < at + RECORD_HEADER:
        raise ValueError(f"record at byte {at} is cut off in its header")
    code, version, epoch, high, low, length = unpack_from("!BHHHIH", datagram, at)
    if code not in _PLAIN_TYPES:
        raise ValueError(f"record at byte {at} has the unknown content type {code}")
    if version >> 8 != 0xFE:
        raise ValueError(f"record at byte {at} has version 0x{version:04X}, which is not DTLS")
    if code == ContentType.TLS12_CID:
        # A connection id of a length only the peers know stands in front of the length (RFC 9146 section 4).
        start, end = at + RECORD_HEADER - 2, len(datagram)
    else:
        start, end = at + RECORD_HEADER, at + RECORD_HEADER + length
    if end - start > MAX_FRAGMENT:
        raise ValueError(f"record at byte {at} is longer than {MAX_FRAGMENT} bytes")
    if end > len(datagram):
        raise ValueError(f"record at byte {at} says {length} bytes, only {len(datagram) - start} are there")
    return Record(ContentType(code), version, epoch, high << 32 | low, datagram[start:end]), end


def _unified(datagram: bytes, at: int) -> tuple[Record, int]:
    """A DTLS 1.3 ciphertext record (RFC 9147 section 4, figure 3), and where the next one begins."""
    if len(datagram) < at + _SHORTEST_UNIFIED:
        raise ValueError(f"DTLS 1.3 record at byte {at} is cut off")
    first = datagram[at]
    has_connection_id, long_sequence, has_length = first & 0x10, first & 0x08, first & 0x04
    start, end = at + 1, len(datagram)
    sequence = 0
    if not has_connection_id:
        start += 2 if long_sequence else 1
        sequence = int.from_bytes(datagram[at + 1 : start], "big")
        if has_length:
            end = start + 2 + int.from_bytes(datagram[start : start + 2], "big")
            start += 2
    if end - start > MAX_FRAGMENT:
        raise ValueError(f"DTLS 1.3 record at byte {at} is longer than {MAX_FRAGMENT} bytes")
    if end > len(datagram):
        raise ValueError(f"DTLS 1.3 record at byte {at} says more bytes than are there")
    return Record(ContentType.UNIFIED, 0xFEFC, first & 0x03, sequence, datagram[start:end]), end
