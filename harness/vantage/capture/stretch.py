"""A stretch of a file in memory, and how records are found in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..window import Bytes, Ints
from .source import Source

_FIRST_SEARCH: Final = 256
"""Bytes searched at once behind a fault, doubled as long as nothing is found: many small faults stay cheap."""


class Stretch:
    """Consecutive bytes of a file, as an array and as `data`. `place` is where they begin in it.

    `last`: the file ends with them.
    """

    def __init__(self, array: Bytes, place: int, last: bool) -> None:
        array.flags.writeable = False
        self.bytes, self.data = array, memoryview(array.data)
        self.place, self.last = place, last

    def __len__(self) -> int:
        return len(self.data)

    def words(self, at: Ints, count: int, order: str) -> tuple[Ints, ...]:
        """`count` columns: the 32-bit numbers that stand at, and behind, each place; all must lie in the bytes."""
        size = 4 * count
        # One element for each byte of the stretch, overlapping: a single gather then fetches whole headers.
        every = np.ndarray((max(len(self.data) - size + 1, 0),), f"V{size}", self.data, strides=(1,))
        return tuple(every[at].view(order + "u4").reshape(-1, count).T.astype(np.int64))

    def follow(self, source: Source, at: int, window: int) -> Stretch:
        """The bytes from `at` on and at least `window` more: twice as many where that was not enough."""
        kept = len(self.data) - at
        array = np.empty(kept + max(window, kept), np.uint8)
        array[:kept] = self.bytes[at:]
        filled = kept
        while filled < len(array) and (got := source.readinto(array.data[filled:])):
            filled += got
        return Stretch(array[:filled], self.place + at, filled < len(array))


def search(begin: int, end: int, find: Callable[[int, int], int | None]) -> int | None:
    """Ask `find(first, behind)` for ever larger parts of begin..end, until it has found a place."""
    size = _FIRST_SEARCH
    while begin < end:
        behind = min(begin + size, end)
        if (found := find(begin, behind)) is not None:
            return found
        begin, size = behind, 2 * size
    return None


def walk(
    data: memoryview, at: int, stop: int, length_of: Callable[[Any, int], tuple[Any, ...]], more: int, most: int
) -> list[int]:
    """Where records begin, from `at` on and none behind `stop`: each is `length_of` it and `more` bytes long.

    At most `most` records; the last place is where the last of them ends. Nothing is judged here, and the loop is as
    tight as it can be, because it is the one thing that Python does for each packet.
    """
    bounds = [at]
    add = bounds.append
    for _ in range(most):
        if at > stop:
            break
        at += length_of(data, at)[0] + more
        add(at)
    return bounds


def first_false(flags: NDArray[np.bool_]) -> int:
    """How many are true before the first that is not."""
    at = int(flags.argmin()) if len(flags) else 0
    return at if at < len(flags) and not flags[at] else len(flags)
