"""Follows everything in a capture that could show a good cipher misused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ...vantage.rtp_columns import RtpColumns, rtp_columns
from ...vantage.window import Window
from .generations import Generations
from .jumps import Jump
from .keystream import KeystreamCount, KeystreamTest
from .packets import RtpReuse, SrtcpReuse
from .proof import Proof, no_proof
from .record_reuse import RecordReuse
from .records import record_columns
from .watch import SRTCP_KINDS, IndexReuse, Kind, Watches, WatchKey

_LEAST_PAIRS: Final = 4
"""Fewer pairs of packets are no statistic."""


@dataclass(frozen=True, slots=True)
class SenderJumps:
    """The jumps of one sender; `more` were counted only."""

    key: WatchKey
    jumps: tuple[Jump, ...]
    more: int


@dataclass(frozen=True, slots=True)
class StoodStill:
    """Packets 65,536 sequence numbers apart, compared: one keystream if the rollover counter did not step."""

    key: WatchKey
    test: KeystreamTest


@dataclass(frozen=True, slots=True)
class BothWays:
    """One SSRC that both ends of a leg use, with common packet indexes; `reflected` packets are the same both ways."""

    key: WatchKey
    common: int
    reflected: int
    test: KeystreamTest


@dataclass(frozen=True, slots=True)
class Limits:
    """What was counted and not looked at: packets without a table, packets refused by the keys, DTLS 1.3 datagrams."""

    unwatched: int
    refused: int
    unread_dtls: int


@dataclass(frozen=True, slots=True)
class Misuse:
    """Everything that was found; findings are made of it elsewhere.

    `two_way_keys`: numbers of session keys (see Proof) that packets of both directions of a leg are authentic under,
    with the leg.
    """

    reuses: tuple[IndexReuse, ...]
    jumps: tuple[SenderJumps, ...]
    stood_still: tuple[StoodStill, ...]
    both_ways: tuple[BothWays, ...]
    two_way_keys: tuple[tuple[int, int], ...]
    limits: Limits


class MisuseFollower:
    """Takes in windows, with what keys say of them when somebody holds keys."""

    def __init__(self) -> None:
        self._generations = Generations()
        self._rtp, self._srtcp, self._records = RtpReuse(), SrtcpReuse(), RecordReuse()

    def add(self, window: Window, proof: Proof | None = None, rtp: RtpColumns | None = None) -> None:
        """Take in the next window; `rtp` are its RTP columns, when somebody has read them already."""
        records = record_columns(window)
        of_row, of_record = self._generations.add(window, records)
        self._rtp.add(window, rtp_columns(window) if rtp is None else rtp, of_row, proof)
        self._srtcp.add(window, of_row, no_proof(len(window)) if proof is None else proof)
        self._records.add(window, records, of_record)

    def result(self) -> Misuse:
        """What was seen so far."""
        watches: list[Watches] = [self._rtp.watches, self._srtcp.watches, self._records.watches, self._records.nonces]
        everything = [watch for pool in watches for watch in pool.all.values()]
        return Misuse(
            reuses=tuple(reuse for watch in everything if self._counts(watch.key) and (reuse := watch.reuse())),
            jumps=tuple(
                SenderJumps(key, tuple(jumps.found), jumps.more)
                for key, jumps in self._rtp.jumps.items()
                if jumps.found
            ),
            stood_still=tuple(
                StoodStill(watch.key, test)
                for watch in self._rtp.watches.all.values()
                if (test := watch.turned.test()).pairs >= _LEAST_PAIRS and test.one_keystream
            ),
            both_ways=tuple(self._both_ways()),
            two_way_keys=tuple(self._two_way_keys()),
            limits=Limits(sum(pool.unwatched for pool in watches), self._rtp.refused, self._records.unread),
        )

    def _counts(self, key: WatchKey) -> bool:
        return key.kind not in SRTCP_KINDS or self._srtcp.counts(key)

    def _both_ways(self) -> Iterator[BothWays]:
        """Senders whose packets could share a keystream with those of the other direction of their leg."""
        alive = {watch.key: watch for watch in self._rtp.watches.alive(Kind.RTP) if not watch.key.proven}
        for key, watch in alive.items():
            other = alive.get(key._replace(owner=key.owner | 1)) if not key.owner & 1 else None
            if other is None or watch.table is None or other.table is None:
                continue
            one, two = watch.table.shared(other.table)
            same = one["head"] == two["head"]
            reflected = same.all(axis=1) & (one["tail"] == two["tail"])
            count = KeystreamCount()
            count.add(one[~reflected], two[~reflected])
            yield BothWays(key, len(one), int(np.count_nonzero(reflected)), count.test())

    def _two_way_keys(self) -> Iterator[tuple[int, int]]:
        uses: defaultdict[int, set[int]] = defaultdict(set)
        for watch in (*self._rtp.watches.all.values(), *self._srtcp.watches.all.values()):
            if watch.key.proven:
                uses[watch.key.owner] |= watch.first_uses
        for number, sources in uses.items():
            yield from ((number, source >> 1) for source in sorted(sources) if not source & 1 and source | 1 in sources)
