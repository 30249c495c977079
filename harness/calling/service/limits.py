"""How often somebody may do something. Pure: the time is given, in seconds of a clock that cannot be set."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

MOST_KEYS: Final = 10_000
"""Of one table: beyond, the one that was quiet longest is forgotten."""


@dataclass
class Bucket:
    """At most `burst` at once and `rate` a second in the mean."""

    rate: float
    burst: float
    _left: float = field(init=False)
    _at: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        self._left = self.burst

    def take(self, now: float, cost: float = 1.0) -> bool:
        """Whether there is room for it; what is refused costs nothing."""
        self._left = min(self.burst, self._left + max(0.0, now - self._at) * self.rate)
        self._at = now
        if self._left < cost:
            return False
        self._left -= cost
        return True


class Buckets:
    """A bucket for each key."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, key: str, now: float) -> bool:
        bucket = self._buckets.setdefault(key, Bucket(self._rate, self._burst))
        self._buckets.move_to_end(key)
        _forget(self._buckets)
        return bucket.take(now)


@dataclass
class Failures:
    """How often somebody failed, and until when nothing more is tried."""

    count: int = 0
    until: float = float("-inf")


class Backoff:
    """After `free` failures each further one doubles the wait, from a second up to `longest`."""

    def __init__(self, free: int, longest: float = 60.0) -> None:
        self._free, self._longest = free, longest
        self._failures: OrderedDict[str, Failures] = OrderedDict()

    def wait(self, key: str, now: float) -> float:
        """Seconds until the next attempt is taken; 0 when it is now."""
        found = self._failures.get(key)
        return 0.0 if found is None else max(0.0, found.until - now)

    def failed(self, key: str, now: float) -> None:
        found = self._failures.setdefault(key, Failures())
        self._failures.move_to_end(key)
        _forget(self._failures)
        found.count += 1
        if found.count >= self._free:
            found.until = now + min(self._longest, 2.0 ** min(found.count - self._free, 16))

    def succeeded(self, key: str) -> None:
        self._failures.pop(key, None)


def _forget(table: OrderedDict[str, Bucket] | OrderedDict[str, Failures]) -> None:
    while len(table) > MOST_KEYS:
        table.popitem(last=False)
