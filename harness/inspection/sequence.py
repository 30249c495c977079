"""Sequence numbers of many streams, extended beyond 16 bits (RFC 3711 section 3.3.1, RFC 3550 appendix A.1)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..vantage.window import Flags, Ints
from .stream_rows import Places

_NO_NUMBER: Final = -(1 << 62)
"""Stands behind the last number that may be found: what came late may be negative, but never as far."""

_APART: Final = 1 << 40
"""Further than any two extended numbers of one stream are in one window: its rows, times 2^15."""


def signed16(step: Ints) -> Ints:
    """The step between two sequence numbers as the shorter way around the circle: -32768 … 32767."""
    return step.astype(np.int16).astype(np.int64)


def spread(values: Ints, starts: Places, length: int) -> Ints:
    """One value per group, repeated for each of its elements: groups begin at `starts`, the last ends at `length`."""
    return np.repeat(values, np.diff(starts, append=length))


def extend(sequence: Ints, starts: Places, before: Ints) -> Ints:
    """Extended sequence numbers; `sequence` is sorted by group, `before` is the last extended number of each group.

    Each number is taken for the one nearest to its predecessor in the stream. That is the receiver's own guess of the
    packet index (RFC 3711 section 3.3.1) as long as no two neighbours are 2^15 or more apart; without keys nobody can
    know better.
    """
    if not len(sequence):
        return sequence
    step = np.diff(sequence, prepend=sequence[0])
    step[starts] = sequence[starts] - before
    total = np.cumsum(signed16(step))
    lead = np.concatenate(([0], total[starts[1:] - 1]))
    return total + spread(before - lead, starts, len(sequence))


def late(extended: Ints, starts: Places, highest: Ints) -> tuple[Flags, Flags]:
    """Which numbers do not exceed all that came before in their group; and which of those repeat one of this window.

    `highest` is each group's highest number before this window.
    """
    nothing = np.zeros(len(extended), np.bool_)
    step = np.diff(extended, prepend=0)
    step[starts] = extended[starts] - highest
    if step.min(initial=1) > 0:
        return nothing, nothing
    floor = np.arange(len(starts), dtype=np.int64) * _APART
    lifted = extended + spread(floor - highest, starts, len(extended))
    top = np.maximum.accumulate(np.maximum(lifted, spread(floor, starts, len(extended))))
    before = np.concatenate(([0], top[:-1]))
    before[starts] = floor
    behind = lifted <= before
    # Numbers that were not late rise strictly, over all groups: they can be searched as they lie.
    in_order, wanted = lifted[~behind], lifted[behind]
    known = np.append(in_order, _NO_NUMBER)[np.searchsorted(in_order, wanted)] == wanted
    known[np.setdiff1d(np.arange(len(wanted)), np.unique(wanted, return_index=True)[1])] = True
    again = nothing.copy()
    again[behind] = known
    return behind, again
