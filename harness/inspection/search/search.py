"""The search itself: every window and every text goes through it once, whatever the number of patterns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from ...vantage.rtp_columns import RtpColumns, rtp_columns
from ...vantage.window import NONE, Ints, Window
from . import strips
from .groups import Groups, Ordered
from .hit import Hit, Spot, Tally
from .pattern import Pattern, pieces, refusal
from .records import (
    ELEMENT,
    MESSAGE,
    PACKET,
    PAYLOAD,
    Region,
    element_of,
    elements,
    packets,
    same_class,
    same_direction,
    sender_of,
)
from .sieve import Form, Sieve
from .spelling import as_bytes, as_nibbles
from .whole import spotted

LIMIT: Final = (
    "not searched: times, lengths and order of packets; two spellings on top of each other; and shares of a secret "
    "other than a nibble, 1, 2, 4 or 8 bytes, or a header field of each packet"
)
"""What the search cannot see, said with every result."""

MAX_WHOLE: Final = 100_000
"""Matches in one piece that are looked at in each window."""

_FOLDED: Final = re.compile(rb"\\[nrt]|[\s\\:]+")
"""What breaks the lines of a PEM, escapes the text of a JSON, or keeps hexadecimal pairs apart."""


class Scope(NamedTuple):
    """Records that are read one behind the other: their group, its leg and its name, and the regions looked at."""

    group_of: Callable[[Ints], Ints]
    name: Callable[[int], tuple[int, str]]
    regions: tuple[Region, ...]


def _stream(stream: int) -> tuple[int, str]:
    leg, sender, way = sender_of(stream)
    return leg, f"packets of {sender}, {way}"


def _class(stream: int) -> tuple[int, str]:
    leg, sender, way = sender_of(stream)
    return leg, f"all packets of {sender.split(' with')[0]}, {way}"


def _direction(stream: int) -> tuple[int, str]:
    leg, _, way = sender_of(stream)
    return leg, f"all packets {way}"


_BY_STREAM: Final = Scope(lambda stream: stream, _stream, PACKET)
_WIDER: Final = (
    Scope(same_class, _class, PACKET),
    Scope(same_direction, _direction, PACKET),
)
_BY_ELEMENT: Final = Scope(lambda stream: stream, element_of, ELEMENT)


class Coverage(NamedTuple):
    """What was searched: patterns, their forms (spellings of their pieces), and bytes that went through the sieves;
    how many matches by accident that makes to be expected; and where less was searched than there is, and why."""

    patterns: int
    forms: int
    searched: int
    accidents: float
    shortfalls: tuple[str, ...]


class Search:
    """Looks for every pattern in every spelling; `refused` holds those that cannot be looked for, and why."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        wanted = [(one, refusal(one)) for one in patterns]
        self.refused = tuple((one, why) for one, why in wanted if why is not None)
        self.patterns = tuple(one for one, why in wanted if why is None)
        cut = [(number, piece) for number, one in enumerate(self.patterns) for piece in pieces(one.secret)]
        self._bytewise = Sieve([Form(number, *form) for number, piece in cut for form in as_bytes(piece)])
        self._nibblewise = Sieve([Form(number, *form) for number, piece in cut for form in as_nibbles(piece)], True)
        self._tally = Tally(self.patterns)
        self._by_stream, self._by_element = Groups(_BY_STREAM.group_of), Groups(_BY_ELEMENT.group_of)
        self._wider = tuple((scope, Groups(scope.group_of)) for scope in _WIDER)
        self._crowded = 0
        self._untaken = 0

    def add(self, window: Window, rtp: RtpColumns | None = None) -> None:
        """Search the next window of the capture; `rtp` are its RTP columns, when somebody has read them already."""
        if not self.patterns or not len(window.frames):
            return
        self._whole(window)
        rtp = rtp_columns(window) if rtp is None else rtp
        records = packets(window, rtp)
        ordered = self._by_stream.follow(records)
        self._divided(_BY_STREAM, ordered, (MESSAGE, PAYLOAD))
        narrower = _BY_STREAM
        for scope, groups in self._wider:
            self._divided(scope, groups.follow(records).mixed(narrower.group_of), (MESSAGE,))
            narrower = scope
        taken, untaken = elements(window, rtp)
        self._crowded += untaken
        self._divided(_BY_ELEMENT, self._by_element.follow(taken), ())

    def text(self, name: str, data: bytes) -> None:
        """Search a file that is no capture: as it is, then without line breaks, escapes, and what separates pairs."""
        if not self.patterns:
            return
        found = set()
        for match in self._bytewise.search(np.frombuffer(data, np.uint8)):
            found.add(match.form.pattern)
            self._tally.add(match.form, match.xor, Spot(NONE, "the text", name), (), match.start)
        for match in self._bytewise.search(np.frombuffer(_FOLDED.sub(b"", data), np.uint8)):
            if match.form.pattern not in found:
                spot = Spot(NONE, "the text, broken into lines or escaped", name)
                self._tally.add(match.form, match.xor, spot, (), NONE)

    def result(self) -> tuple[Hit, ...]:
        """Everything that was found so far."""
        return self._tally.hits()

    def coverage(self) -> Coverage:
        """What was searched so far."""
        both = (self._bytewise, self._nibblewise)
        return Coverage(
            len(self.patterns),
            sum(one.forms for one in both),
            sum(one.searched for one in both),
            sum(one.accidents * one.searched for one in both),
            tuple(self._shortfalls()),
        )

    def _whole(self, window: Window) -> None:
        for number, match in enumerate(self._bytewise.search(window.data)):
            if number >= MAX_WHOLE:
                self._untaken += 1
            elif (where := spotted(window, match.start, match.end)) is not None:
                spot = Spot(where.leg, where.place)
                frames = () if where.frame == NONE else (where.frame,)
                self._tally.add(match.form, match.xor, spot, frames, where.byte)

    def _divided(self, scope: Scope, ordered: Ordered, heads: tuple[Region, ...]) -> None:
        records = ordered.records
        if len(records) < 2:
            return
        found = [strips.search(ordered, scope.regions, self._bytewise, self._nibblewise)]
        found += [strips.adjacent(ordered, head, self._bytewise) for head in heads]
        for split in (one for each in found for one in each):
            leg, name = scope.name(int(records.stream[split.last]))
            frames = int(records.frame[split.first]), int(records.frame[split.last])
            self._tally.add(split.match.form, split.match.xor, Spot(leg, f"{split.place}, {name}"), frames, NONE)

    def _shortfalls(self) -> Iterator[str]:
        dropped = sum(
            groups.dropped for groups in (self._by_stream, self._by_element, *(one for _, one in self._wider))
        )
        if dropped:
            yield f"{dropped} packets of too many senders were not carried over to the next part of the capture"
        if self._crowded:
            yield f"{self._crowded:,} header extensions were not taken apart to their end"
        if self._untaken:
            yield f"{self._untaken} further matches were counted, but not located"
        if self._tally.unlisted:
            yield f"{self._tally.unlisted} further matches were counted, but not listed"
