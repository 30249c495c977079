"""A flight of records packed into datagrams (RFC 6347 section 4.1.1): no record may be cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .record import RECORD_HEADER, iter_records

MTU: Final = 1200
"""UDP payload in bytes that passes everywhere; what WebRTC stacks assume."""


def datagrams(stream: bytes) -> Iterator[bytes]:
    """Pack a stream of records into datagrams of at most MTU bytes, without cutting a record.

    ValueError when the stream does not hold whole records. A record that is longer than MTU travels alone.
    """
    start = end = 0
    for record in iter_records(stream):
        length = RECORD_HEADER + len(record.fragment)
        if end > start and end + length - start > MTU:
            yield stream[start:end]
            start = end
        end += length
    if end > start:
        yield stream[start:end]
