"""One input as many datagrams: in front of each stand two flags and fourteen bits that say how long it is.

Without a cut a fuzzer would never make two packets that meet. What it changes inside one leaves the others whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

LONGEST: Final = 0x3FFF
MOST: Final = 400


class Piece(NamedTuple):
    """What the two flags mean is the target's business."""

    first: bool
    second: bool
    data: bytes


def cut(data: bytes) -> list[Piece]:
    """The pieces of an input; the last one may be shorter than it says."""
    pieces: list[Piece] = []
    at = 0
    while at + 2 <= len(data) and len(pieces) < MOST:
        head = int.from_bytes(data[at : at + 2])
        end = at + 2 + (head & LONGEST)
        pieces.append(Piece(bool(head & 0x8000), bool(head & 0x4000), data[at + 2 : end]))
        at = end
    return pieces


def joined(pieces: Iterable[Piece]) -> bytes:
    """The input that is cut into these pieces."""
    return b"".join((first << 15 | second << 14 | len(data)).to_bytes(2) + data for first, second, data in pieces)
