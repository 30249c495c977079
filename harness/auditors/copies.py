"""Are the recordings of the two legs two recordings? One tap at each end cannot write what the other one writes.

A datagram is stamped where it leaves and again where it arrives, later. A file that stands for both ends shows every
datagram at one time, or with one shift in both directions: then one end was not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..model.base import Party
from ..model.finding import CALL_WIDE, Finding, Reason
from ..model.voice import Voice, counted
from .case import Case
from .leg import Leg

CLOCK_STEP: Final = 1e-6
"""Seconds: how exactly stamps can be told apart. A table keeps them as float64 since 1970, in steps of 2.4e-7."""


def copy_findings(case: Case, say: Voice) -> Iterator[Finding]:
    """Inconclusive where the leg of one party is that of the other, told once more."""
    legs = [leg for party in Party if (leg := case.leg(party)) is not None]
    if len(legs) == len(Party) and (shared := copied(*legs)):
        detail = (
            f"{legs[0].name} and {legs[1].name} are one recording, not two: "
            f"the {counted(shared, 'datagram')} that both show took no time from one end to the other"
        )
        yield say.inconclusive(Reason.CAPTURE_COPIED, CALL_WIDE, detail)


def copied(one: Leg, other: Leg) -> int:
    """How many datagrams two legs share, where all of them were stamped at one time, or with one shift; else 0.

    A shift alone may be the way itself, as long as everything went in one direction.
    """
    times, ways = _stamps(one), {}
    shifts = []
    for key, (time, outward) in _stamps(other).items():
        if key in times:
            shifts.append(time - times[key][0])
            ways[outward] = True
    if not shifts or max(shifts) - min(shifts) > CLOCK_STEP:
        return 0
    return len(shifts) if len(ways) > 1 or abs(shifts[0]) <= CLOCK_STEP else 0


def _stamps(leg: Leg) -> dict[tuple[bytes, int], tuple[float, bool]]:
    """When each datagram passed, and whether outward; of several alike, by their number."""
    seen: dict[bytes, int] = {}
    found = {}
    for one in leg.datagrams:
        seen[one.data] = number = seen.get(one.data, 0) + 1
        found[one.data, number] = one.time, one.outward
    return found
