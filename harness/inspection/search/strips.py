"""The same place of successive records, laid end to end: the haystacks in which a divided secret is whole again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Bytes
from ..stream_rows import Places
from .groups import Ordered
from .records import ELEMENT, ENDING, MESSAGE, PAYLOAD, Region
from .sieve import Match, Sieve
from .spelling import high, low

_TRANSPOSED: Final = 256
"""Records that are transposed at a time: both sides of it stay in the cache."""


class Field(NamedTuple):
    """Bytes `start` to `stop` of a region, taken as one value of every record."""

    region: Region
    start: int
    stop: int


WIDTHS: Final = (2, 4, 8)
"""Bytes per record, at every multiple of that many; single bytes as well, and each half of those."""

FIELDS: Final = (
    Field(MESSAGE, 2, 8),  # RTP sequence number and timestamp (RFC 3550 section 5.1)
    Field(MESSAGE, 4, 12),  # RTP timestamp and SSRC are aligned each; together they are not
    Field(MESSAGE, 8, 20),  # STUN transaction (RFC 8489 section 5)
    Field(MESSAGE, 3, 11),  # DTLS epoch and sequence number (RFC 6347 section 4.1)
    Field(MESSAGE, 5, 11),  # DTLS sequence number
    Field(PAYLOAD, 0, 3),
    Field(PAYLOAD, 0, 5),
    Field(PAYLOAD, 0, 6),
    Field(PAYLOAD, 0, 12),
    Field(ENDING, 18, 22),  # SRTCP index in front of a tag of ten bytes (RFC 3711 section 3.4)
    *(Field(ENDING, ENDING.size - size, ENDING.size) for size in (3, 5, 6, 7, 10, 12, 14, 16)),
    Field(ELEMENT[0], 0, 3),
    *(Field(ELEMENT[0], 0, size) for size in range(5, 17) if size != 8),
)
"""Values at places that are no multiple of their size, or of a size that is no power of two."""


@dataclass(frozen=True, eq=False)
class Strip:
    """One haystack: `width` bytes of each of these `records` (None: of all), in order."""

    place: str
    data: Bytes
    width: int
    records: Places | None

    def record(self, position: int) -> int:
        """The record that a byte of the strip comes from."""
        element = position // self.width
        return element if self.records is None else int(self.records[element])


class Reach:
    """Which records reach how far into a region: many ask, and there are few answers."""

    def __init__(self, count: NDArray[np.uint8]) -> None:
        self._count = count
        self._levels = np.flatnonzero(np.bincount(count))
        self._known: dict[int, Places] = {}

    def records(self, needed: int) -> Places | None:
        """Those that have as many bytes; None for all."""
        level = int(np.searchsorted(self._levels, needed))
        if level == 0:
            return None
        if level not in self._known:
            self._known[level] = np.flatnonzero(self._count >= needed)
        return self._known[level]


class Split(NamedTuple):
    """A match that is divided among records; `first` and `last` are places in the Ordered that was searched."""

    match: Match
    place: str
    first: int
    last: int


def search(ordered: Ordered, regions: Sequence[Region], bytewise: Sieve, nibblewise: Sieve) -> Iterator[Split]:
    """Every secret that is divided among successive records of one group, and ends in this window."""
    changed = _changed(ordered)
    for region in regions:
        reach = Reach(ordered.records.count[:, region.number])
        cells = np.ascontiguousarray(ordered.records.cells[:, region.start : region.start + region.size])
        singles = _columns(cells, region, 1, changed, reach)
        for half in (low, high):
            yield from _search(ordered, _nibbles(singles, half(changed), half), nibblewise)
        yield from _search(ordered, list(singles.values()), bytewise)
        for width in WIDTHS:
            yield from _search(ordered, list(_columns(cells, region, width, changed, reach).values()), bytewise)
        fields = [_field(cells, field, reach) for field in FIELDS if field.region is region]
        yield from _search(ordered, fields, bytewise)


def adjacent(ordered: Ordered, head: Region, bytewise: Sieve) -> Iterator[Split]:
    """Every secret that begins at the end of one message and goes on in `head` of the next one of its group."""
    tail, size = ENDING.size, min(head.size, ENDING.size)
    cells, count = ordered.records.cells, ordered.records.count
    tails, heads = cells[:-1, ENDING.start : ENDING.start + tail], cells[1:, head.start : head.start + size]
    for match in bytewise.search(np.concatenate((tails, heads), axis=1).ravel()):
        first, start = divmod(match.start, tail + size)
        end = start + match.end - match.start
        last = first + 1
        across = tail - int(count[first, ENDING.number]) <= start < tail < end <= tail + int(count[last, head.number])
        if across and ordered.group[first] == ordered.group[last] and ordered.fresh[last]:
            yield Split(match, f"the end of one message and {head.name} of the next", first, last)


def _search(ordered: Ordered, strips: Sequence[Strip], automaton: Sieve) -> Iterator[Split]:
    """All strips in one haystack; what does not lie within one of them and one group is no match."""
    if not strips:
        return
    ends = np.cumsum([len(strip.data) for strip in strips])
    for match in automaton.search(np.concatenate([strip.data for strip in strips])):
        number = int(np.searchsorted(ends, match.start, side="right"))
        if match.end > ends[number]:
            continue
        strip, begin = strips[number], int(ends[number]) - len(strips[number].data)
        first, last = strip.record(match.start - begin), strip.record(match.end - 1 - begin)
        if first != last and ordered.group[first] == ordered.group[last] and ordered.fresh[last]:
            yield Split(match, strip.place, first, last)


def _changed(ordered: Ordered) -> Bytes:
    """For each column the bits that differ between neighbours of a group: what stays the same hides nothing."""
    cells, group = ordered.records.cells, ordered.group
    steps = cells[1:] ^ cells[:-1]
    steps[group[1:] != group[:-1]] = 0
    changed: Bytes = np.bitwise_or.reduce(steps, axis=0)
    return changed


def _columns(cells: Bytes, region: Region, width: int, changed: Bytes, reach: Reach) -> dict[int, Strip]:
    """Every `width` bytes of a region that change, by the column where they begin. `cells`: the region's bytes."""
    stretch = slice(region.start, region.start + region.size)
    alive = np.flatnonzero(changed[stretch].reshape(-1, width).any(axis=1))
    columns = _transposed(cells.view(f"u{width}"))
    return {
        region.start + width * number: _strip(region, width * number, width, columns[number], reach)
        for number in alive.tolist()
    }


def _nibbles(singles: Mapping[int, Strip], changed: Bytes, half: Callable[[Bytes], Bytes]) -> list[Strip]:
    """The low or the high half of every single byte in which it changes."""
    return [
        Strip(f"the {half.__name__} nibble of {strip.place}", half(strip.data), 1, strip.records)
        for column, strip in singles.items()
        if changed[column]
    ]


def _transposed(rows: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.unsignedinteger[Any]]:
    columns = np.empty(rows.shape[::-1], rows.dtype)
    for start in range(0, len(rows), _TRANSPOSED):
        columns[:, start : start + _TRANSPOSED] = rows[start : start + _TRANSPOSED].T
    return columns


def _field(cells: Bytes, field: Field, reach: Reach) -> Strip:
    width = field.stop - field.start
    # Values as they lie among the others: to copy each as one is faster than byte by byte.
    values: NDArray[Any] = np.ndarray(len(cells), f"V{width}", cells, field.start, cells.strides[:1])
    return _strip(field.region, field.start, width, values, reach)


def _strip(region: Region, start: int, width: int, values: NDArray[Any], reach: Reach) -> Strip:
    """`values`: `width` bytes of every record, from byte `start` of the region on; those that have them are kept."""
    records = reach.records(region.size - start if region.ending else start + width)
    chosen = np.ascontiguousarray(values) if records is None else values[records]
    return Strip(_place(region, start, width), chosen.view(np.uint8), width, records)


def _place(region: Region, start: int, width: int) -> str:
    """ "byte 3 of the message"; counted from the end, the last byte is number 1."""
    first, step = (region.size - start, -1) if region.ending else (start, 1)
    what = f"byte {first}" if width == 1 else f"bytes {first} to {first + step * (width - 1)}"
    return f"{what} of {region.name}"
