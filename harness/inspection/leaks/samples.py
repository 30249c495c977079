"""A bounded number of packets of each RTP stream, with the elements of their header extensions."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.gather import load
from ...vantage.rtp_columns import RtpColumns
from ...vantage.window import Flags, Ints, Window
from ..extension_elements import elements
from ..stream_rows import Places

FIRST: Final = 4_096
"""Packets from the beginning of a stream that are all taken: 80 seconds of speech."""
LATER: Final = 32
"""Packets of each later window, so that a field which appears late is seen too."""
MOST: Final = 6_144

_VALUE: Final = 8
"""Bytes of an element's value that are kept."""
_MAX_NUMBERS: Final = 16
"""Extension identifiers that are kept of one stream; offers use fewer than 15."""


@dataclass(frozen=True, eq=False)
class Packets:
    """Sampled packets of one stream, in order. `length`: bytes behind the RTP header. `sources`: contributing ones."""

    time: NDArray[np.float64]
    timestamp: Ints
    length: Ints
    marker: Flags
    sources: Ints

    def __len__(self) -> int:
        return len(self.time)


@dataclass(frozen=True, eq=False)
class Element:
    """One extension identifier in the sampled packets: `packet` says in which, `value` begins with the first byte."""

    number: int
    packet: Places
    length: Ints
    value: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.packet)


@dataclass
class StreamSample:
    """What is kept of one stream while it is followed."""

    seen: int = 0
    taken: int = 0
    _packets: list[Packets] = field(default_factory=list)
    _elements: dict[int, list[Element]] = field(default_factory=dict)

    def wants(self, rows: int) -> int:
        """How many of this many further packets are wanted."""
        self.seen += rows
        wanted = max(FIRST - self.taken, LATER)
        return max(0, min(rows, wanted, MOST - self.taken))

    def add(self, packets: Packets, found: list[Element]) -> None:
        """Take in packets, and their elements with places counted from the first of these packets."""
        for one in found:
            known = self._elements.get(one.number)
            if known is None and len(self._elements) < _MAX_NUMBERS:
                known = self._elements[one.number] = []
            if known is not None:
                known.append(Element(one.number, one.packet + self.taken, one.length, one.value))
        self._packets.append(packets)
        self.taken += len(packets)

    def packets(self) -> Packets:
        """All that were taken."""
        columns = zip(
            *((one.time, one.timestamp, one.length, one.marker, one.sources) for one in self._packets), strict=True
        )
        return Packets(*(np.concatenate(column) for column in columns))

    def elements(self) -> list[Element]:
        """The elements of all that were taken, by identifier."""
        return [
            Element(
                number,
                np.concatenate([one.packet for one in parts]),
                np.concatenate([one.length for one in parts]),
                np.concatenate([one.value for one in parts]),
            )
            for number, parts in sorted(self._elements.items())
        ]


def columns_at(rtp: RtpColumns, places: Places) -> RtpColumns:
    """The RTP columns of these packets only."""
    return RtpColumns(*(getattr(rtp, one.name)[places] for one in fields(RtpColumns)))


def take(window: Window, rtp: RtpColumns) -> tuple[Packets, list[Element]]:
    """The sample of these packets, which are of one stream."""
    sources = np.where(rtp.sound, window.data[window.offset[rtp.row]] & 0x0F, 0)
    packets = Packets(
        window.time[rtp.row].copy(),
        rtp.timestamp.copy(),
        window.length[rtp.row] + window.missing[rtp.row] - rtp.header,
        rtp.marker.copy(),
        sources.astype(np.int64),
    )
    found = elements(window, rtp)
    value = load(window.data, found.at, f"V{_VALUE}").view(np.uint8).reshape(-1, _VALUE)
    return packets, [
        Element(number, found.place[mine], found.length[mine], value[mine])
        for number in np.unique(found.number).tolist()
        for mine in [found.number == number]
    ]
