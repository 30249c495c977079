"""What came in against what an endpoint says it took: neither a forgery nor a replay may have got through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from ..model.statement import PacketCounts
from .authenticity import Fate


@dataclass(frozen=True)
class Balance:
    """Packets that came in over the wire (`arrived` in order), and what the endpoint's SRTP layer counted.

    The wire may know more packets than the endpoint: some come before its keys or after its close. It may never know
    fewer.
    """

    arrived: Sequence[Fate]
    counts: PacketCounts

    @property
    def accepted(self) -> int:
        return self.counts.rtp_received + self.counts.rtcp_received

    @property
    def judged(self) -> int:
        """How many packets the endpoint's SRTP layer says it looked at."""
        return self.accepted + self.counts.not_authenticated + self.counts.replayed

    @property
    def excess(self) -> int:
        """How many packets more than genuine ones were accepted, at the very least.

        The endpoint looked at one stretch of the packets without gaps: the best case for it is the stretch of that
        length with the most genuine packets.
        """
        sums = [0, *accumulate(fate.genuine for fate in self.arrived)]
        length = min(self.judged, len(self.arrived))
        best = max(sums[start + length] - sums[start] for start in range(len(sums) - length))
        return max(0, self.accepted - best)

    @property
    def foreign_accepted(self) -> int:
        """How many of the excess must be forgeries, because the replays that are missing cannot explain them."""
        return max(0, self.excess - self._missing(Fate.REPEATED, self.counts.replayed))

    @property
    def replays_accepted(self) -> int:
        """How many of the excess must be replays, because the forgeries that are missing cannot explain them."""
        return max(0, self.excess - self._missing(Fate.FAILED, self.counts.not_authenticated))

    def _missing(self, fate: Fate, refused: int) -> int:
        return max(0, sum(one is fate for one in self.arrived) - refused)
