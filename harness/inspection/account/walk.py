"""Many messages that are labelled at once, from front to back: where each one stands and where it ends."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import NONE, Flags, Ints, Window


@dataclass(frozen=True, eq=False)
class Walk:
    """One element per message. All places count bytes of the window's data.

    `line`: of the ledger; `at`: the first byte without a label; `end`: behind the last byte that was captured; `full`:
    behind the last byte that the message has, `end` itself where the capture cut nothing off. `inner_at`, `inner_end`:
    what is another row's to label, equal where there is no such row. `whole`: nothing was cut off, no row is inside.
    """

    line: Ints
    frame: Ints
    at: Ints
    end: Ints
    full: Ints
    inner_at: Ints
    inner_end: Ints
    whole: bool

    @classmethod
    def over(cls, window: Window, rows: NDArray[np.intp], line: Ints) -> Walk:
        """Stand in front of these rows; `line` has one element per row of the window."""
        at = window.offset[rows]
        end = at + window.length[rows]
        full = end + window.missing[rows]
        inner = window.inner[rows]
        carries = np.flatnonzero(inner != NONE)
        inner_at = inner_end = np.zeros(len(rows), np.int64)
        if len(carries):
            inside = inner[carries]
            inner_at, inner_end = inner_at.copy(), inner_end.copy()
            inner_at[carries] = window.offset[inside] - window.framing[inside]
            inner_end[carries] = window.offset[inside] + window.length[inside]
        whole = not len(carries) and bool((end == full).all())
        return cls(line[rows], window.frame[rows], at, end, full, inner_at, inner_end, whole)

    def __len__(self) -> int:
        return len(self.at)

    def only(self, wanted: Flags) -> Walk:
        """The messages where `wanted` is true."""
        if wanted.all():
            return self
        line, frame, at, end = self.line[wanted], self.frame[wanted], self.at[wanted], self.end[wanted]
        if self.whole:
            nowhere = np.zeros(len(at), np.int64)
            return Walk(line, frame, at, end, end, nowhere, nowhere, True)
        rest = (self.full[wanted], self.inner_at[wanted], self.inner_end[wanted])
        return Walk(line, frame, at, end, *rest, False)

    def moved(self, at: Ints) -> Walk:
        """Standing at other places."""
        return replace(self, at=at)

    def until(self, full: Ints) -> Walk:
        """The same messages, as if each ended at `full`."""
        end = full if self.whole else np.minimum(self.end, full)
        return replace(self, end=end, full=full)

    def own(self, stop: Ints) -> Ints:
        """Bytes from `at` up to `stop` that were captured and that no inner row labels."""
        if self.whole:
            return np.subtract(stop, self.at)
        stop = np.minimum(stop, self.end)
        inside = np.minimum(stop, self.inner_end) - np.maximum(self.at, self.inner_at)
        own: Ints = np.maximum(stop - self.at, 0)
        own -= np.maximum(inside, 0)
        return own


def joined(one: Walk, other: Walk) -> Walk:
    """Both walks as one."""
    if not (len(one) and len(other)):
        return one if len(one) else other
    names = [column.name for column in fields(Walk) if column.name != "whole"]
    columns = {name: np.concatenate((getattr(one, name), getattr(other, name))) for name in names}
    return replace(one, **columns, whole=one.whole and other.whole)
