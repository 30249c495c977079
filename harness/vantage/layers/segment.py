"""One TCP segment, and pieces of payload."""

from __future__ import annotations

from typing import NamedTuple

from ..window import NONE


class Piece(NamedTuple):
    """Consecutive bytes. `at`: where in the window's data they lie; NONE when they do not, or not in one piece."""

    content: bytes
    at: int = NONE

    def __len__(self) -> int:
        return len(self.content)

    def behind(self, size: int) -> Piece:
        """The piece without its first bytes."""
        return Piece(self.content[size:], NONE if self.at == NONE else self.at + size)

    def first(self, size: int) -> Piece:
        """The first bytes of the piece."""
        return Piece(self.content[:size], self.at)


class Segment(NamedTuple):
    """A segment with its payload. `place`: that of its frame; `missing`: bytes at its end that the capture cut off.

    A payload that does not lie in the window has been counted as message before.
    """

    place: int
    flow: int
    sequence: int
    flags: int
    payload: Piece
    missing: int = 0

    @property
    def counted(self) -> bool:
        return self.payload.at == NONE
