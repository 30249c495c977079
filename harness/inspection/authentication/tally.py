"""What came of one sender's packets, counted."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from ...vantage.window import Bytes, Ints
from ..keys import KeyedSender
from ..stream_key import StreamKey
from .fate import Failure, Fate, SenderProof, Why

MAX_FAILURES: Final = 100
"""Packets of one sender that are told one by one; all are counted."""


class Tally:
    """Counts of fates and of reasons, the first failures, and the span of SRTP indexes."""

    def __init__(self) -> None:
        self._fates = {rtcp: np.zeros(len(Fate), np.int64) for rtcp in (False, True)}
        self._whys: Counter[Why] = Counter()
        self._failures: list[Failure] = []
        self._left_out = 0
        self._span: tuple[int, int] | None = None

    def count(self, rtcp: bool, fates: Bytes, indexes: Ints) -> None:
        """Count the packets of one group; indexes matter where they are authentic."""
        self._fates[rtcp] += np.bincount(fates, minlength=len(Fate))
        indexes = indexes[(fates == Fate.AUTHENTICATED) | (fates == Fate.CLEAR)]
        if len(indexes) and not rtcp:
            low, high = int(indexes.min()), int(indexes.max())
            self._span = (min(low, self._span[0]), max(high, self._span[1])) if self._span else (low, high)

    def unknown(self, rtcp: bool, packets: int, why: Why) -> None:
        """Count packets of which nothing is known, for one reason."""
        self._fates[rtcp][Fate.UNKNOWN] += packets
        self._whys[why] += packets

    @property
    def full(self) -> bool:
        """Whether failures are only counted from now on."""
        return len(self._failures) == MAX_FAILURES

    def note(self, frame: int, fate: Fate, why: Why, words: str) -> None:
        """Keep a reason. The packet itself is counted with its group."""
        self._whys[why] += 1
        if fate is Fate.UNKNOWN:
            return
        if self.full:
            self._left_out += 1
        else:
            self._failures.append(Failure(frame, fate, why, words))

    def proof(self, stream: StreamKey, last: KeyedSender | None, keys: int) -> SenderProof:
        """What was found so far; `last` is the key that fits now, `keys` how many there were."""
        return SenderProof(
            key=stream,
            rtp=_named(self._fates[False]),
            rtcp=_named(self._fates[True]),
            whys=dict(self._whys),
            failures=tuple(self._failures),
            failures_left_out=self._left_out,
            profile=last.profile if last else "",
            origin=last.origin if last else "",
            keys=keys,
            first_index=self._span[0] if self._span else None,
            last_index=self._span[1] if self._span else None,
        )


def _named(counts: Ints) -> dict[Fate, int]:
    return {fate: int(counts[fate]) for fate in Fate if counts[fate]}
