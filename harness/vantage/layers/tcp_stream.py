"""One direction of a TCP connection: its bytes in the order of their sequence numbers (RFC 9293 section 3.4)."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Final

import numpy as np

from .message_reader import MessageReader
from .rows import RowList
from .segment import Piece, Segment
from .sheet import Layer, Sheet

MOST_AHEAD: Final = 128
"""Segments that wait for the one in front of them; then that one is given up."""

MOST_AHEAD_BYTES: Final = 256 << 10

REMEMBERED: Final = 8 << 10
"""Bytes with which a retransmission can be compared, at least."""

_JUMP: Final = 1 << 24
"""A segment so far away belongs to another connection: no window is that large."""

_LOST: Final = "TCP bytes that are not in the capture"


class TcpStream:
    """Follows one flow. `first`: the sequence number of its first byte when the SYN was seen, else None."""

    def __init__(self, flow: int, first: int | None) -> None:
        self._reader = MessageReader(flow, from_begin=first is not None)
        # Counted on without end, where sequence numbers begin again at zero after 2^32.
        self._expected = first
        self._ahead: dict[int, Segment] = {}
        self._nearest: list[int] = []
        self._bytes_ahead = 0
        self._recent = bytearray()

    @property
    def foreign(self) -> bool:
        """It is no stream of a call: nothing is gained by following it."""
        return self._reader.foreign

    @property
    def waiting(self) -> int:
        """Bytes that were counted as message and are in no row yet."""
        return self._reader.waiting + self._bytes_ahead

    def add(self, sheet: Sheet, segment: Segment, rows: RowList) -> None:
        """Take one segment."""
        if self._expected is None:
            self._expected = segment.sequence
        if abs(self._distance(segment)) > _JUMP:
            sheet.problem_of("a TCP segment far away from the one before", segment.place)
            self.give_up(sheet, rows, segment.place)
            self._reader.lose_framing()
            self._recent.clear()
            self._expected = segment.sequence
        if self._distance(segment) > 0:
            self._keep(sheet, segment, rows)
        else:
            self._take(sheet, segment, rows)
        while self._nearest and self._nearest[0] <= self._expected:
            nearest = self._ahead.pop(heappop(self._nearest))
            self._bytes_ahead -= len(nearest.payload)
            self._take(sheet, nearest._replace(place=segment.place), rows)

    def give_up(self, sheet: Sheet, rows: RowList, place: int) -> None:
        """Hand out what waits, as it is."""
        if self._ahead:
            sheet.problem_of(_LOST, place)
        self._reader.give_up(rows, place)
        for segment in self._ahead.values():
            self._reader.opaque(segment.payload, rows, place)
        self._ahead.clear()
        self._nearest.clear()
        self._bytes_ahead = 0

    def _distance(self, segment: Segment) -> int:
        """How far in front of what is expected a segment begins, modulo 2^32; negative when it begins behind."""
        return (segment.sequence - (self._expected or 0) + (1 << 31)) % (1 << 32) - (1 << 31)

    def _keep(self, sheet: Sheet, segment: Segment, rows: RowList) -> None:
        """A segment that came too early."""
        at = (self._expected or 0) + self._distance(segment)
        same = self._ahead.get(at)
        if same is not None and segment.payload.content == same.payload.content and not segment.counted:
            sheet.claim_one(Layer.REPEATED, segment.place, len(segment.payload))
            return
        if not segment.counted:
            sheet.claim_one(Layer.MESSAGE, segment.place, len(segment.payload))
        if same is not None:
            sheet.problem_of("TCP segments that overlap", segment.place)
            self._reader.opaque(segment.payload, rows, segment.place)
            return
        self._ahead[at] = segment._replace(payload=Piece(segment.payload.content))
        self._bytes_ahead += len(segment.payload)
        heappush(self._nearest, at)
        if len(self._ahead) > MOST_AHEAD or self._bytes_ahead > MOST_AHEAD_BYTES:
            self._lose(sheet, self._nearest[0] - (self._expected or 0), rows, segment.place)

    def _take(self, sheet: Sheet, segment: Segment, rows: RowList) -> None:
        """A segment that begins where the stream is, or behind that."""
        known = min(-self._distance(segment), len(segment.payload))
        if known:
            self._compare(sheet, segment, known, rows)
        fresh = segment.payload.behind(known)
        lost = self._distance(segment) + len(segment.payload) + segment.missing - len(fresh)
        if fresh:
            if not segment.counted:
                sheet.claim_one(Layer.MESSAGE, segment.place, len(fresh))
            self._remember(fresh.content)
            if not self._reader.read(fresh, rows, segment.place):
                sheet.problem_of("a TCP stream that lost its framing", segment.place)
        if lost > 0:
            self._lose(sheet, lost, rows, segment.place)

    def _remember(self, content: bytes) -> None:
        self._expected = (self._expected or 0) + len(content)
        self._recent += content
        if len(self._recent) > 2 * REMEMBERED:
            del self._recent[:-REMEMBERED]

    def _compare(self, sheet: Sheet, segment: Segment, known: int, rows: RowList) -> None:
        """Bytes that came before: what is the same is a repetition, what is not is nobody's."""
        if segment.counted:
            self._reader.opaque(segment.payload.first(known), rows, segment.place)
            return
        begin = len(self._recent) + self._distance(segment)
        forgotten = min(max(-begin, 0), known)
        before = np.frombuffer(self._recent, np.uint8)[begin + forgotten : begin + known]
        again = np.frombuffer(segment.payload.content, np.uint8)[forgotten:known]
        same = int((before == again).sum())
        del before
        sheet.claim_one(Layer.REPEATED, segment.place, same)
        if forgotten:
            sheet.problem_of("a TCP retransmission of what is no longer remembered", segment.place)
        if same < known - forgotten:
            sheet.problem_of("a TCP retransmission that contradicts what came before", segment.place)

    def _lose(self, sheet: Sheet, size: int, rows: RowList, place: int) -> None:
        sheet.problem_of(_LOST, place)
        self._reader.lose(size, rows, place)
        self._recent.clear()
        self._expected = (self._expected or 0) + size
