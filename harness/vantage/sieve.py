"""Many needles in much memory, piece by piece: a needle that lies across two pieces is found once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

import numpy as np

SHORTEST: Final = 8
"""Bytes of the shortest needle: fewer are found by chance."""

_HEAD: Final = 4


class Sieve:
    """`take` the pieces of one contiguous region in order, `end` it, and begin the next one; then read `found`.

    ValueError for a needle that is shorter than SHORTEST, or begins with four equal bytes, which fill whole pages.
    """

    def __init__(self, needles: Mapping[str, bytes]) -> None:
        self.found: Counter[str] = Counter()
        self._by_head: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        self._first, self._second = np.zeros(1 << 16, bool), np.zeros(1 << 16, bool)
        for name, needle in needles.items():
            if len(needle) < SHORTEST or len(set(needle[:_HEAD])) == 1:
                raise ValueError(f"{name} is no needle: too short, or it begins with {_HEAD} equal bytes")
            self._by_head[int.from_bytes(needle[:_HEAD], "little")].append((name, needle))
            self._first[int.from_bytes(needle[:2], "little")] = True
            self._second[int.from_bytes(needle[2:_HEAD], "little")] = True
        self._longest = max(map(len, needles.values()), default=0)
        self._rest = b""

    def take(self, piece: bytes) -> frozenset[str]:
        """The next piece of the region; the names of the needles that begin in what is settled by now."""
        return self._settle(self._rest + piece, self._longest - 1)

    def end(self) -> frozenset[str]:
        """The region is over: what is left of it is searched, too."""
        return self._settle(self._rest, 0)

    def _settle(self, data: bytes, kept: int) -> frozenset[str]:
        """Search for needles that begin before the last `kept` bytes, and keep those for the next piece."""
        limit = max(len(data) - max(kept, 0), 0)
        seen: set[str] = set()
        for at in self._candidates(data, limit):
            for name, needle in self._by_head.get(int.from_bytes(data[at : at + _HEAD], "little"), ()):
                if data.startswith(needle, at):
                    self.found[name] += 1
                    seen.add(name)
        self._rest = data[limit:]
        return frozenset(seen)

    def _candidates(self, data: bytes, limit: int) -> list[int]:
        """Where the first two bytes and the next two are those of needles: few places, unless one is there."""
        if len(data) < _HEAD:
            return []
        raw = np.frombuffer(data, np.uint8).astype(np.uint16)
        pairs = raw[:-1] | (raw[1:] << 8)
        fits = self._first[pairs[:-2]] & self._second[pairs[2:]]
        places: list[int] = np.flatnonzero(fits[:limit]).tolist()
        return places
