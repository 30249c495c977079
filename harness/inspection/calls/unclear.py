"""Associations that were not seen whole, and the handshakes of a call near which they were seen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import islice
from math import isnan
from typing import Final

from .evidence import Seen, hosts_of

TOGETHER: Final = 30.0
"""Seconds within which the handshakes of one call begin, one per media section."""

MAX_CANDIDATES: Final = 8
"""Of those that could belong to something, the most that are looked at."""


class UnclearIndex:
    """Finds those on the leg of a handshake, or between its hosts at its time; one is as bad as many."""

    def __init__(self, unclear: Iterable[Seen]) -> None:
        self._by_leg: dict[int, list[Seen]] = {}
        self._by_hosts: dict[frozenset[str], list[Seen]] = {}
        self._without_time: dict[frozenset[str], list[Seen]] = {}
        for one in unclear:
            followed = one.followed
            self._by_leg.setdefault(followed.leg, []).append(one)
            hosts = self._without_time if isnan(followed.started) else self._by_hosts
            hosts.setdefault(hosts_of(followed), []).append(one)
        for each in self._by_hosts.values():
            each.sort(key=_started)

    def around(self, group: Sequence[Seen]) -> tuple[Seen, ...]:
        """What could belong to the call with these handshakes."""
        found = [one for seen in group for one in self._by_leg.get(seen.followed.leg, ())[:MAX_CANDIDATES]]
        hosts, started = hosts_of(group[0].followed), _started(group[0])
        if len(hosts) > 1:
            found += islice(self._without_time.get(hosts, ()), MAX_CANDIDATES)
            found += self._at(self._by_hosts.get(hosts, []), started)[:MAX_CANDIDATES]
        return tuple({id(one): one for one in found}.values())

    def _at(self, in_order: Sequence[Seen], time: float) -> Sequence[Seen]:
        if isnan(time):
            return in_order
        first = bisect_left(in_order, time - TOGETHER, key=_started)
        return in_order[first : bisect_right(in_order, time + TOGETHER, key=_started)]


def _started(one: Seen) -> float:
    return one.followed.started
