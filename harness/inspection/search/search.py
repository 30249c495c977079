"""The search itself: every window and every text goes through it once, whatever the number of patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from ...vantage.rtp_columns import RtpColumns, rtp_columns
from ...vantage.window import NONE, Window
from .anchors import Form
from .divided import Divided
from .hit import Hit, Spot, Tally
from .pattern import Pattern, pieces, refusal
from .sieve import Sieve
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


class Coverage(NamedTuple):
    """What was searched: patterns, their forms (spellings of their pieces), and bytes that went through the sieves;
    how many matches by accident that makes to be expected; and where less was searched than there is, and why."""

    patterns: int
    forms: int
    searched: int
    accidents: float
    shortfalls: tuple[str, ...]


class Sought:
    """What is looked for, made ready once for all that is searched; `refused`: what cannot be looked for, and why."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        wanted = [(one, refusal(one)) for one in patterns]
        self.refused = tuple((one, why) for one, why in wanted if why is not None)
        self.patterns = tuple(one for one, why in wanted if why is None)
        cut = [(number, piece) for number, one in enumerate(self.patterns) for piece in pieces(one.secret)]
        self.bytewise = Sieve([Form(number, *form) for number, piece in cut for form in as_bytes(piece)])
        self.nibblewise = Sieve([Form(number, *form) for number, piece in cut for form in as_nibbles(piece)], True)


class Search:
    """Looks for every pattern in every spelling, in one capture and what lies beside it."""

    def __init__(self, patterns: Iterable[Pattern] | Sought) -> None:
        sought = patterns if isinstance(patterns, Sought) else Sought(patterns)
        self.refused, self.patterns = sought.refused, sought.patterns
        self._bytewise, self._nibblewise = sought.bytewise.afresh(), sought.nibblewise.afresh()
        self._tally = Tally(self.patterns)
        self._divided = Divided(self._bytewise, self._nibblewise, self._tally)
        self._untaken = 0

    def add(self, window: Window, rtp: RtpColumns | None = None) -> None:
        """Search the next window of the capture; `rtp` are its RTP columns, when somebody has read them already."""
        if not self.patterns or not len(window.frames):
            return
        self._whole(window)
        self._divided.add(window, rtp_columns(window) if rtp is None else rtp)

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
        self._divided.finish()
        return self._tally.hits()

    def coverage(self) -> Coverage:
        """What was searched so far."""
        self._divided.finish()
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

    def _shortfalls(self) -> Iterator[str]:
        yield from self._divided.shortfalls()
        if self._untaken:
            yield f"{self._untaken:,} further matches were counted, but not located"
        if self._tally.unlisted:
            yield f"{self._tally.unlisted:,} further matches were counted, but not listed"
