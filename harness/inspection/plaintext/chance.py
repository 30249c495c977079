"""What chance would do: how likely random bytes are to look as much like media as what was seen, or more.

The null hypothesis is the ideal cipher: every byte of the payload is uniform and independent of all others and of the
header. The headers are taken as they are. Every criterion has an exact probability, or a bound, under it.
"""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, comb

LEVEL = 1e-9
"""The chance that a stream of ideal ciphertext is ever called plaintext, over all criteria and all its samples."""


def level_of_run(run: int) -> float:
    """The part of the level that run 0, 1, 2 … of a stream may use. All of them together use no more than the whole.

    The parts fall as 1 / (run + 1) squared, whose sum is pi squared / 6: so a stream may be sampled without end.
    """
    return LEVEL * 6 / (pi * (run + 1)) ** 2


def at_least(hits: int, trials: int, probability: float) -> float:
    """P(X >= hits) for a binomial X."""
    if hits <= 0 or hits > trials:
        return float(hits <= 0)
    return float(bdtrc(hits - 1, trials, probability))


def at_most(hits: int, trials: int, probability: float) -> float:
    """P(X <= hits) for a binomial X."""
    return float(bdtr(hits, trials, probability))


def at_least_of_both(hits: int, first: tuple[int, float], second: tuple[int, float]) -> float:
    """P(X + Y >= hits) for two independent binomials, each given as (trials, probability)."""
    sums = np.convolve(_probabilities(*first), _probabilities(*second))
    # The smallest terms first, so that none of them is lost.
    return float(min(1.0, sums[hits:][::-1].sum()))


def _probabilities(trials: int, probability: float) -> NDArray[np.float64]:
    hits = np.arange(trials + 1)
    found: NDArray[np.float64] = comb(trials, hits) * probability**hits * (1 - probability) ** (trials - hits)
    return found


def told(chance: float) -> str:
    """A chance in words."""
    return f"chance {chance:.0e}" if chance > 1e-99 else "chance below 1e-99"
