"""What DTLS seals, out of a datagram: only where its encrypted part certainly begins."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

APPLICATION_DATA: Final = 23
_HEADER: Final = 13
_NONCE: Final = 8
"""Bytes that AES in GCM sends in clear in front of its ciphertext (RFC 5288 section 3), mostly a counter."""
_CONNECTION_ID: Final = 0x10
_LONG_NUMBER: Final = 0x08
_HAS_LENGTH: Final = 0x04


class Sealed(NamedTuple):
    """One record's sequence number as it is written in it, and its ciphertext."""

    number: int
    ciphertext: bytes


def sealed(datagram: bytes) -> Iterator[Sealed]:
    """Application data of DTLS 1.2 (RFC 6347 section 4.1), every encrypted record of DTLS 1.3 (RFC 9147 section 4).

    Reading ends at whatever does not fit, and at a connection ID, whose length only the two parties know.
    """
    start = 0
    while start < len(datagram):
        first = datagram[start]
        begin, end = _unified(datagram, start) if first >> 5 == 1 else _classic(datagram, start)
        if not start < begin <= end <= len(datagram):
            return
        if first >> 5 == 1:
            number = int.from_bytes(datagram[start + 1 : start + (3 if first & _LONG_NUMBER else 2)])
            yield Sealed(number, datagram[begin:end])
        elif first == APPLICATION_DATA and end - begin > _NONCE:
            yield Sealed(int.from_bytes(datagram[start + 3 : start + 11]), datagram[begin + _NONCE : end])
        start = end


def _classic(datagram: bytes, start: int) -> tuple[int, int]:
    begin = start + _HEADER
    return begin, begin + int.from_bytes(datagram[begin - 2 : begin])


def _unified(datagram: bytes, start: int) -> tuple[int, int]:
    first = datagram[start]
    if first & _CONNECTION_ID:
        return 0, 0
    begin = start + (3 if first & _LONG_NUMBER else 2)
    if not first & _HAS_LENGTH:
        return begin, len(datagram)
    return begin + 2, begin + 2 + int.from_bytes(datagram[begin : begin + 2])
