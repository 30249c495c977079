"""Tests of bits for randomness, from NIST SP 800-22 revision 1a; section numbers are its own.

Each takes bits as an array of 0 and 1 and returns the probability that random bits look at least as odd (the p-value).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc, gammaincc, ndtr

Bits = NDArray[np.uint8]
Counts = NDArray[np.int64]

FEWEST_BITS: Final = 100
"""Sections 2.1.7 and following: with fewer, the distributions are not those that are computed with."""


def monobit(bits: Bits) -> float:
    """As many ones as zeros? (section 2.1)"""
    excess = abs(2 * int(np.count_nonzero(bits)) - len(bits))
    return float(erfc(excess / np.sqrt(2 * len(bits))))


def block_frequency(bits: Bits, size: int) -> float:
    """As many ones as zeros in every block of `size` bits? (section 2.2) Bits behind the last whole block are left."""
    blocks = len(bits) // size
    ones = bits[: blocks * size].reshape(blocks, size).sum(axis=1, dtype=np.int64)
    chi_square = 4 * size * float(((ones / size - 0.5) ** 2).sum())
    return float(gammaincc(blocks / 2, chi_square / 2))


def runs(bits: Bits) -> float:
    """As many changes between 0 and 1 as their shares let expect? (section 2.3)

    The section refuses bits whose shares differ by four standard deviations. That would be an alarm in one of 16,000
    random streams; the shares are the business of `monobit`, so here they are only taken as they are.
    """
    share = np.count_nonzero(bits) / len(bits)
    if share in (0, 1):
        return 0.0
    found = 1 + int(np.count_nonzero(bits[1:] != bits[:-1]))
    expected = 2 * len(bits) * share * (1 - share)
    return float(erfc(abs(found - expected) / (2 * np.sqrt(2 * len(bits)) * share * (1 - share))))


def serial(bits: Bits, size: int) -> tuple[float, float]:
    """Is every pattern of `size` bits as frequent as every other? (section 2.11) `size` is at least 2."""
    counts = pattern_counts(bits, size)
    psi = [_psi_square(counts), _psi_square(_one_bit_less(counts)), 0.0]
    if size > 2:
        psi[2] = _psi_square(_one_bit_less(_one_bit_less(counts)))
    first, second = psi[0] - psi[1], psi[0] - 2 * psi[1] + psi[2]
    return (
        float(gammaincc(2.0 ** (size - 2), max(first, 0) / 2)),
        float(gammaincc(2.0 ** (size - 3), max(second, 0) / 2)),
    )


def approximate_entropy(bits: Bits, size: int) -> float:
    """Do patterns of `size` bits foretell the next one? (section 2.12)"""
    counts = pattern_counts(bits, size + 1)
    entropy = _phi(_one_bit_less(counts)) - _phi(counts)
    chi_square = 2 * len(bits) * (np.log(2) - entropy)
    return float(gammaincc(2.0 ** (size - 1), max(chi_square, 0) / 2))


def cumulative_sums(bits: Bits) -> tuple[float, float]:
    """Does a walk, one step up or down with each bit, stay as near as it should? (section 2.13) Forwards, backwards."""
    walk = 2 * np.cumsum(bits, dtype=np.int32) - np.arange(1, len(bits) + 1, dtype=np.int32)
    end, lowest, highest = int(walk[-1]), int(walk.min()), int(walk.max())
    backwards = max(end - min(lowest, 0), max(highest, 0) - end)
    return _excursion(max(-lowest, highest), len(bits)), _excursion(backwards, len(bits))


def pattern_counts(bits: Bits, size: int) -> Counts:
    """How often each pattern of `size` bits (1 to 16) occurs, the bits laid in a ring; the first bit counts most."""
    ring = np.concatenate((bits, bits[: size - 1]))
    return np.bincount(_patterns(ring, size), minlength=1 << size)


def _patterns(bits: Bits, size: int) -> NDArray[np.uint16]:
    """At each place the number that `size` bits from there on make: two of half the size, side by side."""
    if size == 1:
        return bits.astype(np.uint16)
    right = size // 2
    halves = _patterns(bits, size - right)
    left, shift = halves[: len(bits) - size + 1], np.uint16(right)
    together: NDArray[np.uint16] = left << shift | halves[right:] & np.uint16((1 << right) - 1)
    return together


def _one_bit_less(counts: Counts) -> Counts:
    """The counts of the patterns without their last bit: in a ring each of them goes on in one of two ways."""
    shorter: Counts = counts.reshape(-1, 2).sum(axis=1)
    return shorter


def _psi_square(counts: Counts) -> float:
    bits = int(counts.sum())
    return float((counts.astype(np.float64) ** 2).sum() * len(counts) / bits - bits)


def _phi(counts: Counts) -> float:
    shares = counts[counts > 0] / counts.sum()
    return float((shares * np.log(shares)).sum())


def _excursion(furthest: int, steps: int) -> float:
    """The probability that a random walk of so many steps goes at least so far away (section 2.13.5, in (1))."""
    scale = furthest / np.sqrt(steps)
    first = np.arange(np.floor((-steps / furthest + 1) / 4), np.floor((steps / furthest - 1) / 4) + 1)
    second = np.arange(np.floor((-steps / furthest - 3) / 4), np.floor((steps / furthest - 1) / 4) + 1)
    inside: Any = (ndtr((4 * first + 1) * scale) - ndtr((4 * first - 1) * scale)).sum()
    outside: Any = (ndtr((4 * second + 3) * scale) - ndtr((4 * second + 1) * scale)).sum()
    return float(np.clip(1 - inside + outside, 0, 1))
