"""Where a sender's packet index jumps: restarts of the sequence number, rollovers that its counter slept through."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Ints
from ..sequence import signed16
from .entry import Meeting

Times = NDArray[np.float64]
"""Seconds since 1970."""

MAX_DROPOUT: Final = 3_000
MAX_MISORDER: Final = 100
"""Steps of the sequence number that loss and reordering can explain (RFC 3550 appendix A.1)."""

MAX_JUMPS: Final = 16
_TURN: Final = 1 << 16
_EXPLAINED: Final = 0.5
"""A jump is put down to a pause when the sender, at its own rate, would have sent this share of what is missing."""


@dataclass(frozen=True, slots=True)
class Jump:
    """From one packet to the next of the same sender; `reset`: the sequence number wrapped and the counter did not.

    `source` stands for leg and direction. `seconds` is not-a-number where the capture has no times.
    """

    source: int
    frame_before: int
    frame: int
    index_before: int
    index: int
    seconds: float
    reset: bool


@dataclass(frozen=True, eq=False)
class Steps:
    """Packets of one sender in their order. `meeting`: see Meeting."""

    index: Ints
    sequence: Ints
    time: Times
    frame: Ints
    source: Ints
    meeting: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.index)

    def after(self, before: Steps) -> Steps:
        """These packets behind others of the same sender."""
        names = [one.name for one in fields(Steps)]
        return Steps(*(np.concatenate((getattr(before, name), getattr(self, name))) for name in names))

    def last(self, count: int) -> Steps:
        """The last packets."""
        cut = slice(len(self) - min(count, len(self)), None)
        return Steps(*(getattr(self, one.name)[cut] for one in fields(Steps)))


class JumpFollower:
    """Finds the jumps of one sender.

    As in RFC 3550 a jump counts only when the next packet follows from where it led. `proven`: the indexes are those
    that the packets were authenticated with, so that a rollover without a step of the counter can be seen.
    """

    def __init__(self, proven: bool) -> None:
        self.found: list[Jump] = []
        self.more = 0
        """Jumps beyond MAX_JUMPS, only counted."""
        self._proven = proven
        self._kept: Steps | None = None
        self._begun = np.nan
        self._packets = 0
        self._highest = 0

    def add(self, steps: Steps) -> None:
        """Take in the sender's next packets."""
        if not len(steps):
            return
        if self._kept is None:
            self._begun, self._highest = float(steps.time[0]), int(steps.index[0])
            self._kept = steps.last(0)
        edge = np.concatenate((self._kept.index, steps.index[:1]))
        if _far(np.diff(edge)) or _far(np.diff(steps.index)):
            self._jumps(steps.after(self._kept))
        self._highest = max(self._highest, int(steps.index.max()))
        self._packets += len(steps)
        self._kept = steps.last(2) if len(steps) > 1 else steps.after(self._kept).last(2)

    def _jumps(self, steps: Steps) -> None:
        """`step[i]` leads from packet i to packet i + 1, and `step[i + 1]` confirms it."""
        step = np.diff(steps.index)
        around = signed16(np.diff(steps.sequence))
        wrapped = self._proven & (np.abs(around) < MAX_DROPOUT) & (step < around)
        highest = np.maximum(np.maximum.accumulate(steps.index[:-1]), self._highest)
        far = (step >= MAX_DROPOUT) & (steps.index[1:] - highest >= MAX_DROPOUT)
        jumped = (far | (step <= -MAX_MISORDER)) & (steps.meeting[1:] != Meeting.IDENTICAL)
        confirmed = np.append((step[1:] > 0) & (step[1:] < MAX_MISORDER), False)
        for place in np.flatnonzero(jumped & confirmed).tolist():
            seconds = float(steps.time[place + 1] - steps.time[place])
            sent = self._packets + place
            lived = float(steps.time[place]) - self._begun
            if wrapped[place] or not _pause_explains(int(step[place]), seconds, sent, lived):
                self._found(steps, place, seconds, bool(wrapped[place]))

    def _found(self, steps: Steps, place: int, seconds: float, reset: bool) -> None:
        if len(self.found) == MAX_JUMPS:
            self.more += 1
            return
        self.found.append(
            Jump(
                source=int(steps.source[place + 1]),
                frame_before=int(steps.frame[place]),
                frame=int(steps.frame[place + 1]),
                index_before=int(steps.index[place]),
                index=int(steps.index[place + 1]),
                seconds=seconds,
                reset=reset,
            )
        )


def _far(step: Ints) -> bool:
    return bool(step.max(initial=0) >= MAX_DROPOUT or step.min(initial=0) <= -MAX_MISORDER)


def _pause_explains(step: int, seconds: float, sent: int, lived: float) -> bool:
    """Whether a sender of this rate could have gone on unseen; its sequence number may have turned full circle."""
    return lived > 0 and seconds * sent / lived >= _EXPLAINED * (step % _TURN)
