"""The word that carries a marker: 64 random bits and their CRC-32, twelve bytes, 24 nibbles, 96 bits.

The checksum is what turns "something was decoded" into "this marker was there": a word read out of noise passes it
once in 2**32. It guards against accidents, not against forgers, and needs no key.

A word may have a name, which goes into its checksum and not into the word: CRC-32 is affine, so the checksums of a
marker under two names differ by a constant, and no word of one name is ever one of the other.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

MARKER_BITS: Final = 64
WORD_BYTES: Final = 12

_MARKER_BYTES: Final = MARKER_BITS // 8


def pack(marker: int, name: bytes = b"") -> bytes:
    """The word of a marker: 8 bytes big-endian, then the CRC-32 of the name and them, big-endian.

    ValueError unless 0 <= marker < 2**64.
    """
    if not 0 <= marker < 1 << MARKER_BITS:
        raise ValueError(f"a marker has {MARKER_BITS} bits, this number does not fit: {marker:#x}")
    body = marker.to_bytes(_MARKER_BYTES, "big")
    return body + crc32(name + body).to_bytes(4, "big")


def unpack(word: bytes, name: bytes = b"") -> int | None:
    """The marker of a word of this name, or None when the length or the checksum is wrong."""
    if len(word) != WORD_BYTES:
        return None
    body, checksum = word[:_MARKER_BYTES], word[_MARKER_BYTES:]
    return int.from_bytes(body, "big") if crc32(name + body) == int.from_bytes(checksum, "big") else None
