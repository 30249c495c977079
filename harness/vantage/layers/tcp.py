"""TCP segments become messages: those of TURN and of ICE-TCP, or a row for each segment of any other stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Final

import numpy as np

from ..window import Flags, Ints, Transport
from .rows import RowList, Rows
from .segment import Piece, Segment
from .sheet import Layer, Sheet
from .tcp_stream import TcpStream
from .transport import Segments

MOST_STREAMS: Final = 2048
MOST_WAITING: Final = 16 << 20
"""Bytes that wait in all streams together."""

_SYN: Final = 0x02


class TcpStreams:
    """Keeps the state of streams over windows; of too many, the one that was silent longest is given up."""

    def __init__(self) -> None:
        self._streams: dict[int, TcpStream] = {}
        self._foreign = np.zeros(2, bool)
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Bytes that wait for the rest of a message, or for a segment in front of them."""
        return self._waiting

    def rows(self, sheet: Sheet, parts: Sequence[Segments], others: Sequence[Segment], rows: RowList) -> list[Rows]:
        """Take the segments of a window, `others` being those that were put together from fragments."""
        if not parts and not others:
            return []
        for flow in (*(part.flow for part in parts), np.array([one.flow for one in others], np.int64)):
            self._make_room(flow)
        to_follow = [self._to_follow(part) for part in parts]
        followed = [self._each(sheet, part, wanted) for part, wanted in zip(parts, to_follow, strict=True)]
        for segment in merge(*followed, others, key=lambda one: one.place):
            self._follow(sheet, segment, rows)
        return [_foreign_rows(sheet, part, ~wanted) for part, wanted in zip(parts, to_follow, strict=True)]

    def give_up(self, sheet: Sheet, rows: RowList, place: int) -> None:
        """Hand out everything that waits, as it is."""
        for stream in self._streams.values():
            stream.give_up(sheet, rows, place)
        self._streams.clear()
        self._waiting = 0

    def _make_room(self, flow: Ints) -> None:
        if len(flow) and (most := int(flow.max()) + 1) > len(self._foreign):
            self._foreign = np.concatenate((self._foreign, np.zeros(max(most, 1024), bool)))

    def _to_follow(self, part: Segments) -> Flags:
        """The segments of streams that may be those of a call. Any stream may become one when a new SYN is seen."""
        to_follow = ~self._foreign[part.flow]
        opening = np.unique(part.flow[part.flags & _SYN != 0])
        if len(opening):
            to_follow |= np.isin(part.flow, opening)
        return to_follow

    def _each(self, sheet: Sheet, part: Segments, wanted: Flags) -> Iterator[Segment]:
        """The wanted segments one by one. As soon as their stream is found to be foreign, they are wanted no more."""
        packets = part.packets
        chosen = np.flatnonzero(wanted & (_with_payload(part) | (part.flags & _SYN != 0)))
        columns = (packets.frame, part.flow, part.sequence, part.flags, packets.at, packets.end, packets.missing)
        rows = zip(*(column[chosen].tolist() for column in columns), strict=True)
        for index, (place, flow, sequence, flags, at, end, missing) in zip(chosen.tolist(), rows, strict=True):
            if self._foreign[flow] and not flags & _SYN:
                wanted[index] = False
            else:
                yield Segment(place, flow, sequence, flags, Piece(sheet.data[at:end].tobytes(), at), missing)

    def _follow(self, sheet: Sheet, segment: Segment, rows: RowList) -> None:
        flow, place = segment.flow, segment.place
        stream = self._streams.pop(flow, None)
        if segment.flags & _SYN:
            if stream is not None:
                self._end(sheet, stream, rows, place)
            segment = segment._replace(sequence=(segment.sequence + 1) % (1 << 32))
            stream = TcpStream(flow, segment.sequence)
            self._foreign[flow] = False
        elif self._foreign[flow]:
            if not segment.counted:
                sheet.claim_one(Layer.MESSAGE, place, len(segment.payload))
            rows.add(place, flow, Transport.TCP, segment.payload, missing=segment.missing, opaque=True)
            return
        self._streams[flow] = stream = stream or TcpStream(flow, None)
        before = stream.waiting
        if segment.payload or segment.missing:
            stream.add(sheet, segment, rows)
        self._waiting += stream.waiting - before
        if stream.foreign:
            self._foreign[flow] = True
            self._end(sheet, self._streams.pop(flow), rows, place)
        while len(self._streams) > MOST_STREAMS or self._waiting > MOST_WAITING:
            sheet.problem_of("a TCP stream given up because too much waits", place)
            self._end(sheet, self._streams.pop(next(iter(self._streams))), rows, place)

    def _end(self, sheet: Sheet, stream: TcpStream, rows: RowList, place: int) -> None:
        self._waiting -= stream.waiting
        stream.give_up(sheet, rows, place)


def _with_payload(part: Segments) -> Flags:
    return part.packets.room + part.packets.missing > 0


def _foreign_rows(sheet: Sheet, part: Segments, wanted: Flags) -> Rows:
    chosen = np.flatnonzero(wanted & _with_payload(part))
    packets, count = part.packets, len(chosen)
    frame, length = packets.frame[chosen], packets.room[chosen]
    sheet.claim(Layer.MESSAGE, frame, length)
    yes = np.ones(count, bool)
    transport = np.full(count, Transport.TCP, np.uint8)
    framing = np.zeros(count, np.int64)
    return Rows(
        frame, part.flow[chosen], packets.at[chosen], length, framing, packets.missing[chosen], transport, ~yes, yes
    )
