"""What came in against what an endpoint says it took: neither a forgery nor a replay may have got through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..model.statement import PacketCounts
from .authenticity import Fate
from .displacement import NO_PLACES, Places


@dataclass(frozen=True)
class Balance:
    """Packets that came in over the wire (`ways`: in order, by socket and sender), and what the SRTP layer counted.

    The wire may know more packets than the endpoint: on each way some come before the keys or after the close, a
    restart brings a new socket, and who takes nothing from a stranger has looked at none of the stranger's. It may
    never know fewer.

    `repeatable`: how many of them a healthy receiver may refuse as replays, at the most. `stray`: how many datagrams of
    no known protocol came in as well, which its SRTP layer may have refused for any reason. `genuine_rtp` and
    `genuine_rtcp`: how many of each kind came in genuine, where the two are known apart. `places`: those
    that forgeries can take.
    """

    ways: Sequence[Sequence[Fate]]
    counts: PacketCounts
    repeatable: int
    stray: int = 0
    genuine_rtp: int | None = None
    genuine_rtcp: int | None = None
    places: Places = NO_PLACES

    @property
    def arrived(self) -> tuple[Fate, ...]:
        """Every packet that came in."""
        return tuple(fate for fates in self.ways for fate in fates)

    @property
    def accepted(self) -> int:
        return self.counts.rtp_received + self.counts.rtcp_received

    @property
    def judged(self) -> int:
        """How many packets the endpoint's SRTP layer says it looked at."""
        return self.accepted + self.counts.not_authenticated + self.counts.replayed + self.counts.refused

    @property
    def displaced(self) -> int:
        """How many genuine packets were refused as replays though nothing genuine had their number before them.

        A forgery has taken it, then: there cannot be more of these than forgeries that were not refused as such.
        """
        unexplained = max(0, self.counts.replayed - self.repeatable - self.stray)
        return min(unexplained, self._missing(Fate.FAILED, self.counts.not_authenticated))

    @property
    def undecided(self) -> int:
        """How many refusals without a reason may be of genuine packets, whose places forgeries have taken.

        As many were accepted as if each forgery had been refused: the sums are those of a healthy account. What can
        take no place may as well have been refused without a reason.
        """
        untold = max(0, self.counts.refused - self.places.numberless - self.stray)
        return min(self.places.displaceable, untold, self._missing(Fate.FAILED, self.counts.not_authenticated))

    @property
    def invented(self) -> int:
        """How many refusals are of packets that did not come in, at the very least."""
        counts, forged = self.counts, self._number(Fate.FAILED)
        replayed = counts.replayed - self.displaced
        most = forged + max(self._number(Fate.REPEATED), self.repeatable) + self.stray
        return max(
            0,
            counts.not_authenticated - forged - self.stray,
            replayed - self.repeatable - self.stray,
            counts.not_authenticated + replayed + counts.refused - most,
        )

    @property
    def excess(self) -> int:
        """How many packets more than genuine ones were accepted, at the very least.

        On each way the endpoint looked at one stretch of the packets without gaps: the best case for it are the
        stretches with the most genuine packets that together have as many as it looked at. No displaced one is among
        the accepted.
        """
        unseen = max(0, len(self.arrived) - self.judged)
        best = sum(fate.genuine for fate in self.arrived) - _least_genuine(self.ways, unseen)
        return max(self._excess_of_a_kind, self.accepted + self.displaced - best)

    @property
    def _excess_of_a_kind(self) -> int:
        """The same for RTP and RTCP apart: a report that came after the close makes no room for a forged picture."""
        of_rtp, of_rtcp = self.counts.rtp_received, self.counts.rtcp_received
        too_many = 0 if self.genuine_rtp is None else max(0, of_rtp - self.genuine_rtp)
        return too_many + (0 if self.genuine_rtcp is None else max(0, of_rtcp - self.genuine_rtcp))

    @property
    def foreign_accepted(self) -> int:
        """How many of the excess must be forgeries, because the replays that are missing cannot explain them."""
        return max(self.displaced, self.excess - self._missing(Fate.REPEATED, self.counts.replayed))

    @property
    def replays_accepted(self) -> int:
        """How many of the excess must be replays, because the forgeries that are missing cannot explain them."""
        return max(0, self.excess - self._missing(Fate.FAILED, self.counts.not_authenticated))

    def _missing(self, fate: Fate, refused: int) -> int:
        return max(0, self._number(fate) - refused)

    def _number(self, fate: Fate) -> int:
        return sum(one is fate for one in self.arrived)


def _least_genuine(ways: Sequence[Sequence[Fate]], unseen: int) -> int:
    """How many genuine packets there must be among `unseen` ones that came first or last on their ways."""
    least = np.zeros(1, np.int64)
    for fates in ways:
        most = min(unseen, len(fates))
        genuine = np.array([fate.genuine for fate in fates], np.int64)
        first = np.concatenate(([0], np.cumsum(genuine[:most])))
        last = np.concatenate(([0], np.cumsum(genuine[::-1][:most])))
        least = _shared(least, _shared(first, last)[: most + 1])
    return int(least[unseen])


def _shared(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each number of packets, the least of both together when they share them out among themselves."""
    answer = np.full(len(one) + len(other) - 1, np.iinfo(np.int64).max)
    for number, least in enumerate(one):
        part = answer[number : number + len(other)]
        np.minimum(part, least + other, out=part)
    return answer
