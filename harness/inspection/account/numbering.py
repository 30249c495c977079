"""Small numbers for large keys, the same over all windows of a capture."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...vantage.window import Ints

_SLOTS: Final = 16
"""The bits of a slot. One key is remembered per slot; of two with one slot, one takes the slower way each time."""

_SPREAD: Final = 0x9E37_79B9_7F4A_7C15
"""2^64 divided by the golden ratio: multiplying by it spreads near keys over the slots (Knuth, volume 3, 6.4)."""


class Numbering:
    """Numbers 0, 1 … for keys of 64 bits in the order of their first appearance; `most` for every key that comes after.

    That one bound keeps memory and time in bounds for a capture in which no two keys are equal.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.keys: list[int] = []
        self._numbers: dict[int, int] = {}
        self._known = np.zeros(most + 1, np.int64)
        self._slots = np.full(1 << _SLOTS, most, np.int64)

    def __len__(self) -> int:
        """How many numbers may have been given: one more than the keys, for those that have none."""
        return len(self.keys) + 1

    def of(self, keys: Ints) -> Ints:
        """The number of each key."""
        slots = (keys.view(np.uint64) * np.uint64(_SPREAD) >> np.uint64(64 - _SLOTS)).view(np.int64)
        numbers: Ints = self._slots[slots]
        missed = np.flatnonzero((self._known[numbers] != keys) | (numbers == self.most))
        if len(missed):
            numbers[missed] = self._slowly(keys[missed], slots[missed])
        return numbers

    def _slowly(self, keys: Ints, slots: Ints) -> Ints:
        different, first, which = np.unique(keys, return_index=True, return_inverse=True)
        numbers = np.full(len(different), self.most, np.int64)
        for place in np.argsort(first).tolist():
            numbers[place] = self._number(int(different[place]))
        given = numbers < self.most
        self._slots[slots[first[given]]] = numbers[given]
        return numbers[which]

    def _number(self, key: int) -> int:
        if key not in self._numbers:
            if len(self.keys) == self.most:
                return self.most
            self._known[len(self.keys)] = key
            self._numbers[key] = len(self.keys)
            self.keys.append(key)
        return self._numbers[key]
