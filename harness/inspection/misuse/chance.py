"""Numbers that should be random, and the chance that random ones would look like this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import comb
from typing import Final

SUSPICIOUS: Final = 1e-9
"""A smaller chance is no accident."""


def repeated_byte_values(random: bytes) -> float:
    """The chance that a random text of this length has no more different byte values than this one: an upper bound."""
    different = len(set(random))
    return min(1.0, comb(256, different) * (different / 256) ** len(random))


def closest(numbers: Sequence[int], bits: int) -> tuple[int, int, float] | None:
    """The two different numbers that lie closest, and the chance that random ones would lie as close (a bound)."""
    ordered = sorted(set(numbers))
    if len(ordered) < 2:
        return None
    low, high = min(pairwise(ordered), key=lambda pair: pair[1] - pair[0])
    return low, high, min(1.0, comb(len(ordered), 2) * (2 * (high - low) + 1) / 2**bits)


def constant_places(randoms: Sequence[bytes]) -> tuple[tuple[int, ...], float]:
    """The places at which all these texts have the same byte, and the chance of any such place (a bound)."""
    size = min(map(len, randoms), default=0)
    places = tuple(at for at in range(size) if len({random[at] for random in randoms}) == 1)
    return places, min(1.0, size * 256.0 ** (1 - len(randoms))) if randoms else 1.0


def most_common(numbers: Sequence[int], bits: int) -> tuple[int, int, float] | None:
    """The number that occurs most, how often, and the chance that any would occur as often (a bound)."""
    if not numbers:
        return None
    value, count = Counter(numbers).most_common(1)[0]
    return value, count, min(1.0, comb(len(numbers), count) * 2.0 ** (bits * (1 - count)))


def constant_step(numbers: Sequence[int], bits: int) -> tuple[int, float] | None:
    """The step that leads from each number to the next, if it is always the same, and the chance of that."""
    steps = {(b - a) % 2**bits for a, b in pairwise(numbers)}
    return (steps.pop(), 2.0 ** (bits * (2 - len(numbers)))) if len(steps) == 1 else None
