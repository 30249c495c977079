"""Probabilities of counts, and what becomes of them when many tests are made at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammaincc

Probabilities = NDArray[np.float64]


def at_least(found: ArrayLike, trials: ArrayLike, chance: float) -> Probabilities:
    """The probability that of so many independent trials at least `found` succeed (the binomial's upper tail)."""
    hits, tried = np.asarray(found, np.float64), np.asarray(trials, np.float64)
    # P(X >= k) is the incomplete beta function at (k, n - k + 1), for k of at least 1.
    tail: Probabilities = np.where(hits > 0, betainc(np.maximum(hits, 1), np.maximum(tried - hits, 0) + 1, chance), 1.0)
    return tail


def uneven(counts: NDArray[np.int64]) -> Probabilities:
    """The probability that counts of equally likely outcomes are at least as uneven (Pearson's chi-square).

    The last axis holds the outcomes; there is one probability for each row of it.
    """
    cells = counts.shape[-1]
    expected = counts.sum(axis=-1, keepdims=True) / cells
    chi_square = ((counts - expected) ** 2 / expected).sum(axis=-1)
    tail: Probabilities = gammaincc((cells - 1) / 2, chi_square / 2)
    return tail


def smallest(probabilities: ArrayLike) -> float:
    """The least of several p-values, as one p-value: multiplied by their number (Bonferroni)."""
    every = np.asarray(probabilities, np.float64)
    return min(1.0, float(every.min()) * every.size)


def holm(probabilities: Sequence[float]) -> tuple[float, ...]:
    """The p-values, adjusted so that one below a level is a false alarm at most that often in the whole family.

    Step-down procedure of Holm (1979): the least one is multiplied by their number, the next by one less, and so on,
    and none may be smaller than the one before. They may depend on each other in any way.
    """
    every = np.asarray(probabilities, np.float64)
    order = np.argsort(every, kind="stable")
    stepped = np.maximum.accumulate(every[order] * np.arange(len(every), 0, -1))
    adjusted = np.empty(len(every))
    adjusted[order] = np.minimum(stepped, 1.0)
    return tuple(adjusted.tolist())
