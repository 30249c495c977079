"""Was the clock, by which everything is stamped, left alone during the call?

Packets, signalling and certificates' validity are told by the clock of the day, which can be set. How long the call
took is told by one that cannot, beside it; and nothing of a call can have happened before it began or after it ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, counted
from .case import Case

TOLERATED: Final = 1.0
"""Seconds by which stamps may be off. Who keeps a clock right turns it by 0.5 ms a second at most (adjtimex(2)): 0.3 s
in the longest call. To set a clock is to make it jump."""


def clock_findings(case: Case, say: Voice) -> Iterator[Finding]:
    """The two clocks against each other, then each stamp against the beginning and the end."""
    recording = case.recording
    if recording.monotonic_seconds is None:
        detail = "the recording does not tell how long the call took by a clock that cannot be set"
        yield say.notice(Reason.NOT_CHECKED, CALL_WIDE, detail)
    elif abs(recording.ended - recording.started - recording.monotonic_seconds) > TOLERATED:
        by_day = recording.ended - recording.started
        detail = f"the call took {by_day:.3f} s by the clock of the day and {recording.monotonic_seconds:.3f} s really"
        yield say.inconclusive(Reason.CLOCK_SKEWED, CALL_WIDE, detail)
    first, last = recording.started - TOLERATED, recording.ended + TOLERATED
    for leg in case.legs:
        if (why := _packets(leg.table.time, first, last)) is not None:
            yield say.inconclusive(Reason.CLOCK_SKEWED, leg.name, why)
    outside = [entry for entry in case.signalling if not first <= entry.time <= last]
    if outside:
        detail = (
            f"{counted(len(outside), 'message')} at a time when the call was not, first a {outside[0].message.kind}"
        )
        yield say.inconclusive(Reason.CLOCK_SKEWED, outside[0].hop, detail)


def _packets(times: NDArray[np.float64], first: float, last: float) -> str | None:
    outside = np.flatnonzero((times < first) | (times > last))
    if len(outside):
        return f"{counted(len(outside), 'packet')} at a time when the call was not, first frame {outside[0] + 1}"
    back = np.flatnonzero(np.diff(times) < -TOLERATED)
    if len(back):
        return (
            f"frame {back[0] + 2} is stamped {times[back[0]] - times[back[0] + 1]:.3f} s before the one in front of it"
        )
    return None
