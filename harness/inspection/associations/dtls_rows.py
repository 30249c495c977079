"""Which DTLS rows of a window are worth reading one by one, found by columns.

A datagram whose records are all protected shows no more than that it is protected: on a long call those are nearly all,
and none of them may cost more than a few column operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.gather import load
from ...vantage.window import Bytes, Flags, Ints, Window
from ...wire.demux import PacketClass
from ...wire.dtls.record import MAX_FRAGMENT, RECORD_HEADER, ContentType

_MOST_RECORDS: Final = 64
"""Records of one datagram that are walked by columns; one with more is read like a handshake."""

_SHORTEST_UNIFIED: Final = 18
_HANDSHAKE_EPOCH: Final = 2

_PLAIN_HEADER: Final = np.dtype(
    [("kind", "u1"), ("major", "u1"), ("minor", "u1"), ("epoch", ">u2"), ("sequence", "V6"), ("size", ">u2")]
)
_UNIFIED_HEADER: Final = np.dtype(
    {"names": ["first", "size", "size_behind_long"], "formats": ["u1", ">u2", ">u2"], "offsets": [0, 2, 3]}
)
"""The size follows a sequence number of one byte, or of two."""


@dataclass(frozen=True, eq=False)
class DtlsRows:
    """`read`: rows with a record in clear, or malformed, or of a handshake before DTLS 1.3. `protected`: all others,
    and whether a record of each belongs to a handshake (`finishing`), as Finished does. Both in order."""

    read: NDArray[np.intp]
    protected: NDArray[np.intp]
    finishing: Flags


@dataclass(frozen=True, eq=False)
class _Records:
    """One record per element: where the next one begins; is it to be read; does it belong to a handshake."""

    following: Ints
    read: Flags
    finishing: Flags


def dtls_rows(window: Window) -> DtlsRows:
    """Every row of the class DTLS, on one of two sides."""
    rows = window.rows(PacketClass.DTLS)
    at, end = window.offset[rows].copy(), (window.offset[rows] + window.length[rows])
    read, finishing = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    pending = np.arange(len(rows))
    for _ in range(_MOST_RECORDS):
        if not len(pending):
            break
        records = _records(window.data, at[pending], end[pending])
        read[pending] |= records.read | (records.following > end[pending])
        finishing[pending] |= records.finishing
        at[pending] = records.following
        pending = pending[~records.read & (records.following < end[pending])]
    read[pending] = True
    return DtlsRows(rows[read], rows[~read], finishing[~read])


def _records(data: Bytes, at: Ints, end: Ints) -> _Records:
    unified = data[at] >> 5 == 1
    if not unified.any():
        return _plain(data, at, end)
    plain, ciphertext = _plain(data, at, end), _unified(data, at, end)
    return _Records(
        np.where(unified, ciphertext.following, plain.following),
        np.where(unified, ciphertext.read, plain.read),
        np.where(unified, ciphertext.finishing, plain.finishing),
    )


def _plain(data: Bytes, at: Ints, end: Ints) -> _Records:
    """Records of DTLS 1.0 and 1.2 (RFC 6347 section 4.1), and those in clear of 1.3; those of a handshake are read."""
    header = load(data, at, _PLAIN_HEADER)
    kind, size = header["kind"], header["size"].astype(np.int64)
    # A connection id, of a length only the peers know, hides where the record ends (RFC 9146 section 4).
    with_id = kind == ContentType.TLS12_CID
    malformed = (end - at < RECORD_HEADER) | (kind < ContentType.CHANGE_CIPHER_SPEC) | (kind > ContentType.ACK)
    malformed |= (header["major"] != 0xFE) | ((size > MAX_FRAGMENT) & ~with_id)
    return _Records(
        np.where(with_id, end, at + RECORD_HEADER + size),
        # A handshake record under keys is Finished, or part of a renegotiation: its length tells.
        malformed | ((header["epoch"] == 0) & ~with_id) | (kind == ContentType.HANDSHAKE),
        np.zeros(len(at), bool),
    )


def _unified(data: Bytes, at: Ints, end: Ints) -> _Records:
    """Ciphertext of DTLS 1.3 (RFC 9147 section 4, figure 3)."""
    header = load(data, at, _UNIFIED_HEADER)
    first = header["first"]
    long_sequence = first & 0x08 != 0
    size = np.where(long_sequence, header["size_behind_long"], header["size"]).astype(np.int64)
    with_length = (first & 0x04 != 0) & (first & 0x10 == 0)
    return _Records(
        np.where(with_length, at + 4 + long_sequence + size, end),
        end - at < _SHORTEST_UNIFIED,
        first & 0x03 == _HANDSHAKE_EPOCH,
    )
