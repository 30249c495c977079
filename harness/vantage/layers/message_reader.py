"""Messages out of the bytes of a TCP stream."""

from __future__ import annotations

from typing import Final

from ..window import Transport
from .framing import HEAD, Framing, guess, message_size
from .rows import RowList
from .segment import Piece

_TRIES_FROM_BEGIN: Final = 1
_TRIES_FROM_MIDDLE: Final = 16
_TRIES_ONCE_FRAMED: Final = 1024


class MessageReader:
    """Reads one direction of a connection. `foreign`: no messages of a call, or none that could be found any more."""

    def __init__(self, flow: int, from_begin: bool) -> None:
        self.foreign = False
        self._flow = flow
        self._framing: Framing | None = None
        self._tries = _TRIES_FROM_BEGIN if from_begin else _TRIES_FROM_MIDDLE
        self._begun = bytearray()
        self._skip = 0

    @property
    def waiting(self) -> int:
        """Bytes that are in no row yet."""
        return len(self._begun)

    def read(self, piece: Piece, rows: RowList, place: int) -> bool:
        """Take the next bytes of the stream; false when the stream has lost its framing in them."""
        if self._skip:
            skipped, piece = piece.first(self._skip), piece.behind(self._skip)
            self._skip -= len(skipped)
            self.opaque(skipped, rows, place)
        if self._framing is None:
            piece = self._guess(piece)
        if self._framing is None:
            return True
        if self._framing is Framing.NONE:
            self._not_framed(piece, rows, place)
            return True
        return self._messages(self._framing, piece, rows, place)

    def lose(self, size: int, rows: RowList, place: int) -> None:
        """The next bytes of the stream are not in the capture."""
        if self._framing is None and guess(bytes(self._begun), size) is not Framing.NONE:
            self._framing = guess(bytes(self._begun), size)
        rest = self._skip or self._rest()
        self._hand_out_begun(min(rest, size), rows, place)
        if size > rest:
            self.lose_framing()
        else:
            self._skip = rest - size

    def lose_framing(self) -> None:
        """What comes next need not be the beginning of a message."""
        if self._framing is not None:
            self._tries = _TRIES_ONCE_FRAMED
        self._framing, self._skip = None, 0

    def give_up(self, rows: RowList, place: int) -> None:
        """Hand out the message that has begun, as it is."""
        self._hand_out_begun(self._rest(), rows, place)

    def opaque(self, piece: Piece, rows: RowList, place: int) -> None:
        """Hand out bytes that are no message."""
        if piece:
            rows.add(place, self._flow, Transport.TCP, piece, opaque=True)

    def _guess(self, piece: Piece) -> Piece:
        if self._begun:
            piece = Piece(bytes(self._begun) + piece.content)
            self._begun.clear()
        self._framing = guess(piece.content)
        if self._framing is None:
            self._begun += piece.content
        return piece

    def _not_framed(self, piece: Piece, rows: RowList, place: int) -> None:
        self.opaque(piece, rows, place)
        self._tries -= 1
        if self._tries > 0:
            self._framing = None
        else:
            self.foreign = True

    def _messages(self, framing: Framing, piece: Piece, rows: RowList, place: int) -> bool:
        begun = self._begun
        while piece:
            size = message_size(framing, bytes(begun[:HEAD]) + piece.content[: max(HEAD - len(begun), 0)])
            if size is None or size - len(begun) > len(piece):
                begun += piece.content
                return True
            if not size:
                self.opaque(Piece(bytes(begun) + piece.content) if begun else piece, rows, place)
                begun.clear()
                self.lose_framing()
                return False
            lacking = size - len(begun)
            message = Piece(bytes(begun) + piece.content[:lacking]) if begun else piece.first(lacking)
            begun.clear()
            rows.add(place, self._flow, Transport.TCP, message.behind(framing.in_front), framing=framing.in_front)
            piece = piece.behind(lacking)
        return True

    def _rest(self) -> int:
        """Bytes that the message that has begun still lacks; 0 when that is not known."""
        if self._framing is None or not self._begun:
            return 0
        return (message_size(self._framing, bytes(self._begun[:HEAD])) or len(self._begun)) - len(self._begun)

    def _hand_out_begun(self, missing: int, rows: RowList, place: int) -> None:
        piece = Piece(bytes(self._begun))
        self._begun.clear()
        if self._framing is None or not piece or message_size(self._framing, piece.content[:HEAD]) is None:
            self.opaque(piece, rows, place)
        else:
            in_front = self._framing.in_front
            rows.add(place, self._flow, Transport.TCP, piece.behind(in_front), framing=in_front, missing=missing)
