"""Reads a capture stretch by stretch: whole runs of records at once, what is odd one by one, past what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

import numpy as np

from ..window import Frames, Ints
from .contents import Contents
from .problem import Fault
from .rows import Rows
from .source import Source
from .stretch import Stretch

LARGEST_FRAME: Final = 256 * 1024
"""Bytes. Wireshark's own limit for all link types that carry IP."""

MOST_FAULTS: Final = 16_384
"""Places where reading had to begin anew. Beyond that, nothing is believed."""

_FEW, _MANY = 32, 65_536
"""Records taken at once: few behind something odd, so that a file full of it costs no more than what is taken."""


class Format(Protocol):
    """What differs between pcap and pcapng. Places are bytes of the stretch; `at` is where a record should begin."""

    def bounds(self, stretch: Stretch, at: int, most: int) -> Ints:
        """Begins of up to `most` records, and the end of the last, as their lengths tell."""

    def take(self, stretch: Stretch, bounds: Ints, rows: Rows) -> int:
        """Read the records in front of the first that is odd; how many these are."""

    def step(self, stretch: Stretch, at: int) -> int | Fault | None:
        """Read one that is odd: the place behind it, why it cannot be read, or None when the stretch is too short."""

    def seek(self, stretch: Stretch, at: int) -> tuple[int, bool]:
        """The first plausible record not before `at`; or a place before which there is none, and False."""

    def end(self, place: int) -> None:
        """The file ends here."""


class Reader:
    """One pass over a capture; its records begin with `stretch`, and go on in what the source still has."""

    def __init__(self, source: Source, stretch: Stretch, form: Format, contents: Contents) -> None:
        self._source, self._stretch, self._format, self._contents = source, stretch, form, contents
        self._rows = Rows(contents)
        self._most = _FEW
        self._gap: tuple[int, Fault] | None = None
        self._faults = 0

    def windows(self, window: int) -> Iterator[Frames]:
        """The frames, in pieces of about `window` bytes of the file."""
        stretch, at = self._stretch, 0
        while not stretch.last:
            stretch = stretch.follow(self._source, at, window)
            at = self._through(stretch, 0)
            if frames := self._rows.frames(stretch):
                yield frames
        self._contents.size = stretch.place + len(stretch)
        self._end()

    def _through(self, stretch: Stretch, at: int) -> int:
        """Read all of a stretch that can be; the place from which on more bytes are needed."""
        waits = False
        while at < len(stretch) and not waits:
            if self._gap is None:
                at, waits = self._records(stretch, at)
            else:
                at, waits = self._search(stretch, at)
        return at

    def _records(self, stretch: Stretch, at: int) -> tuple[int, bool]:
        bounds = self._format.bounds(stretch, at, self._most)
        count = self._format.take(stretch, bounds, self._rows)
        if count == len(bounds) - 1:
            self._most = min(2 * self._most, _MANY)
        elif bounds[count + 1] <= len(stretch):
            self._most = _FEW
        if count:
            return int(bounds[count]), False
        behind = self._format.step(stretch, at)
        if isinstance(behind, Fault):
            self._open_gap(stretch.place + at, behind)
            return at, False
        return (at, True) if behind is None else (behind, False)

    def _open_gap(self, place: int, fault: Fault) -> None:
        self._faults += 1
        self._most = _FEW
        if self._contents.strict:
            self._contents.problem(place, *fault)
        if self._faults == MOST_FAULTS:
            fault = Fault("too many faults", f"this is number {MOST_FAULTS}, behind it nothing is read; {fault.detail}")
        self._gap = place, fault

    def _search(self, stretch: Stretch, at: int) -> tuple[int, bool]:
        """Go on in a gap. The byte at which it begins is no begin of a record, or it would not be a gap."""
        assert self._gap is not None
        if self._faults == MOST_FAULTS:
            behind, found = len(stretch), False
        else:
            begin = at + 1 if stretch.place + at == self._gap[0] else at
            behind, found = self._format.seek(stretch, min(begin, len(stretch)))
        if not found and stretch.last:
            behind = len(stretch)
        self._contents.unread += behind - at
        if found:
            self._close_gap(stretch.place + behind)
        return behind, not found

    def _close_gap(self, end: int) -> None:
        if self._gap is not None:
            (begin, fault), self._gap = self._gap, None
            self._contents.problem(begin, fault.name, f"{fault.detail}; {end - begin} bytes could not be read")

    def _end(self) -> None:
        size, fault = self._contents.size, self._source.fault
        self._close_gap(size)
        self._format.end(size)
        if fault is not None:
            self._contents.problem(size, "damaged compression", f"{fault}; what follows could not be read")
        self._contents.end()


def as_bounds(places: list[int]) -> Ints:
    return np.array(places, np.int64)
