"""pcap (draft-ietf-opsawg-pcap) in both byte orders, with micro- or nanoseconds, and Kuznetzov's variant of it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..window import Direction, Flags, Ints
from .contents import Contents
from .interface import MICROSECONDS, NANOSECONDS, Interface
from .problem import Fault
from .reader import LARGEST_FRAME, as_bounds
from .rows import Rows
from .stretch import Stretch, first_false, search, walk

FILE_HEADER: Final = 24
VERSION: Final = 4
"""Bytes of the file's header, and where in it the major version stands."""

_RECORD_HEADER, _KUZNETZOV_HEADER = 16, 24
_MAGICS: Final = {
    0xA1B2C3D4: (MICROSECONDS, _RECORD_HEADER),
    0xA1B23C4D: (NANOSECONDS, _RECORD_HEADER),
    0xA1B2CD34: (MICROSECONDS, _KUZNETZOV_HEADER),
}
_HAS_FCS_LENGTH: Final = 1 << 26
_LONGEST_ON_WIRE: Final = 1 << 20
"""Bytes of a frame that a search believes in; segmentation offload makes frames larger than a network's."""

_PLAUSIBLE_SECONDS: Final = 24 * 3600
"""How far the time of a record that a search believes in may be from the one before the fault."""

_EARLIEST: Final = 315_532_800
"""Seconds since 1970, in 1980: the earliest time that it believes in where no record came before."""

_LONGER: Final = "more bytes were captured than the frame had"


@dataclass(frozen=True, slots=True)
class PcapHeader:
    """`order` as in struct, ticks a second, bytes of a record's header."""

    order: str
    ticks: int
    record: int


def recognise(head: bytes) -> PcapHeader | None:
    """What the first four bytes of a file say; None when it is no pcap."""
    for order in "<>":
        if len(head) >= 4 and (known := _MAGICS.get(struct.unpack_from(order + "I", head)[0])):
            return PcapHeader(order, *known)
    return None


class Pcap:
    """The records behind a file header of 24 bytes."""

    def __init__(self, header: PcapHeader, head: bytes, contents: Contents) -> None:
        self._contents, self._header = contents, header
        snap_length, network = struct.unpack_from(header.order + "16xII", head)
        # Four bits count the 16-bit words of a frame check sequence, where bit 26 says that they are set.
        fcs_length = 2 * (network >> 28) if network & _HAS_FCS_LENGTH else 0
        self._link = network & 0xFFFF
        contents.interfaces.append(Interface(self._link, snap_length, header.ticks, fcs_length=fcs_length))
        contents.container += FILE_HEADER
        self._length_of = struct.Struct(header.order + "8xI").unpack_from
        self._second: int | None = None

    def bounds(self, stretch: Stretch, at: int, most: int) -> Ints:
        record = self._header.record
        return as_bounds(walk(stretch.data, at, len(stretch) - record, self._length_of, record, most))

    def take(self, stretch: Stretch, bounds: Ints, rows: Rows) -> int:
        """A run of whole records. Where more was captured than there was, the next record shows whether that is so."""
        second, _, captured, wire = fields = self._fields(stretch, bounds[:-1])
        sound = (bounds[1:] <= len(stretch)) & (captured <= LARGEST_FRAME) & ((second != 0) | (wire != 0))
        longer = np.flatnonzero(sound & (captured > wire))
        if len(longer):
            sound[longer] = self._goes_on(stretch, bounds[1:][longer], second[longer])
        count = first_false(sound)
        if count:
            self._add(stretch, bounds[:count], tuple(field[:count] for field in fields), rows)
        return count

    def _add(self, stretch: Stretch, begins: Ints, fields: tuple[Ints, ...], rows: Rows) -> None:
        second, fraction, captured, wire = fields
        count, ticks = len(begins), self._header.ticks
        places = begins + stretch.place
        self._contents.problems_at(places[captured > wire], "impossible length", _LONGER)
        self._contents.problems_at(places[fraction >= ticks], "impossible time", f"a second has {ticks} fractions")
        rows.add(
            begins + self._header.record, captured, wire, second + fraction / ticks,
            np.full(count, self._link, np.int32), np.zeros(count, np.int32),
            np.full(count, Direction.UNKNOWN, np.uint8),
        )  # fmt: skip
        self._second = int(second[-1])
        self._contents.container += count * self._header.record

    def step(self, stretch: Stretch, at: int) -> int | Fault | None:
        """What is no record, or not yet."""
        record = self._header.record
        if missing := max(at + record - len(stretch), 0):
            return Fault("truncated record", f"{missing} bytes of its header are missing") if stretch.last else None
        second, _, captured, wire = (int(one[0]) for one in self._fields(stretch, np.array([at], np.int64)))
        if captured > LARGEST_FRAME:
            return Fault("malformed record", f"a frame of {captured} bytes is impossible")
        if second == wire == 0:
            return Fault("malformed record", "it has neither a time nor a length")
        end = at + record + captured
        if end > len(stretch):
            return Fault("truncated record", f"{end - len(stretch)} bytes are missing") if stretch.last else None
        if end + record > len(stretch) and not stretch.last:
            return None
        return Fault("malformed record", f"{captured} captured bytes of {wire} are too many")

    def seek(self, stretch: Stretch, at: int) -> tuple[int, bool]:
        """A header with a near time and possible lengths."""
        behind = max(at, len(stretch) - self._header.record + 1)
        found = search(at, behind, lambda first, end: self._find(stretch, first, end))
        return (behind, False) if found is None else (found, True)

    def _find(self, stretch: Stretch, first: int, behind: int) -> int | None:
        # Nearly all places fall through on the highest byte of their two lengths, which is cheap to look at.
        high = 3 if self._header.order == "<" else 0
        highest = [stretch.bytes[first + field + high : behind + field + high] for field in (8, 12)]
        places = first + np.flatnonzero((highest[0] | highest[1]) == 0)
        _, _, captured, wire = fields = self._fields(stretch, places)
        good = self._possible(fields, self._second) & (captured <= wire) & (wire > 0) & (wire <= _LONGEST_ON_WIRE)
        found = places[good][:1].tolist()
        return found[0] if found else None

    def _fields(self, stretch: Stretch, places: Ints) -> tuple[Ints, ...]:
        """Second, fraction, captured length and length on the wire."""
        return stretch.words(places, 4, self._header.order)

    def _goes_on(self, stretch: Stretch, ends: Ints, second: Ints) -> Flags:
        """Whether a possible record follows at each place, near that second, or the file ends there."""
        good: Flags = (ends == len(stretch)) & stretch.last
        inside = np.flatnonzero(ends + self._header.record <= len(stretch))
        good[inside] = self._possible(self._fields(stretch, ends[inside]), second[inside])
        return good

    def _possible(self, fields: tuple[Ints, ...], before: Ints | int | None) -> Flags:
        second, fraction, captured, _ = fields
        near = second > _EARLIEST if before is None else np.abs(second - before) <= _PLAUSIBLE_SECONDS
        return (captured <= LARGEST_FRAME) & (fraction < self._header.ticks) & near

    def end(self, place: int) -> None:
        """Nothing stands behind the last record."""
