"""Tests of packets for what bits in a row do not show: constant places, keys that repeat, blocks that repeat.

Each takes the packets of one stream and returns the probability that random packets look at least as odd (the
p-value), or None when there are too few of them to tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Bytes
from .chance import Probabilities, at_least, smallest, uneven

COLUMNS: Final = 32
"""Bytes from the beginning of each packet that are looked at place by place."""
LONGEST_KEY: Final = 64
"""Bytes of a repeating key that is looked for."""
_KEYS: Final = np.arange(1, LONGEST_KEY + 1)

_EQUAL: Final = 1 / 256
"""The chance that two random bytes are equal."""
_FEWEST_PER_CELL: Final = 16
"""Expected in each cell of a chi-square test; with fewer its tail is heavier than the distribution's."""
_FEWEST_PAIRS: Final = 64
_BLOCK: Final = 8
"""Bytes: half a block of AES, a whole one of older ciphers."""
_TAGS: Final = (0, 4, 10, 16)
"""Bytes behind a payload that a key may not run through (RFC 3711 section 5.2, RFC 7714 section 13)."""


def bytes_uneven(data: Bytes) -> float | None:
    """Is every value of a byte as frequent as every other?"""
    if len(data) < 256 * _FEWEST_PER_CELL:
        return None
    return float(uneven(np.bincount(data, minlength=256)))


def columns_uneven(packets: Sequence[Bytes]) -> float | None:
    """Is each half of each of the first bytes, over all packets, as often one value as another?

    The same keystream for every packet leaves a place that is nearly constant nearly constant.
    """
    cells, sizes = _beginnings(packets)
    counts = []
    for place in range(COLUMNS):
        column = cells[sizes > place, place]
        if len(column) >= 16 * _FEWEST_PER_CELL:
            counts += [np.bincount(half, minlength=16) for half in (column & np.uint8(15), column >> np.uint8(4))]
    return smallest(uneven(np.array(counts))) if counts else None


def neighbours_alike(packets: Sequence[Bytes]) -> float | None:
    """Do packets that follow each other have more equal bytes in equal places than chance gives them?

    The first places each by themselves, all places together, and how their XOR is spread: under one keystream that
    is the XOR of two packets in clear.
    """
    if len(packets) <= _FEWEST_PAIRS:
        return None
    cells, sizes = _beginnings(packets)
    there = np.minimum(sizes[1:], sizes[:-1])[:, None] > np.arange(COLUMNS)
    found = np.count_nonzero((cells[1:] == cells[:-1]) & there, axis=0)
    places = at_least(found, np.count_nonzero(there, axis=0), _EQUAL)
    steps = np.concatenate([one[: len(other)] ^ other[: len(one)] for one, other in pairwise(packets)])
    every = at_least(np.count_nonzero(steps == 0), len(steps), _EQUAL)
    spread = bytes_uneven(steps)
    return smallest([smallest(places), float(every), 1.0 if spread is None else spread])


def _beginnings(packets: Sequence[Bytes]) -> tuple[Bytes, NDArray[np.int64]]:
    """The first bytes of all packets as the rows of a table, and how long each packet is."""
    cells = np.zeros((len(packets), COLUMNS), np.uint8)
    for row, packet in zip(cells, packets, strict=True):
        row[: len(packet)] = packet[:COLUMNS]
    return cells, np.array([len(packet) for packet in packets], np.int64)


def blocks_repeated(packets: Sequence[Bytes]) -> float | None:
    """Does a block of eight bytes, counted from each packet's beginning, occur twice?

    Equal blocks in clear are equal ciphertext under ECB. Of N random ones a pair is equal with a probability of at
    most N^2 / 2^65 (the birthday bound).
    """
    whole = [packet[: len(packet) // _BLOCK * _BLOCK] for packet in packets]
    blocks = np.concatenate([np.zeros(0, np.uint8), *whole]).view(np.uint64)
    if len(blocks) < _FEWEST_PAIRS:
        return None
    if len(np.unique(blocks)) == len(blocks):
        return 1.0
    return float(len(blocks) * (len(blocks) - 1) / 2 ** (1 + 8 * _BLOCK))


def key_repeated(packets: Sequence[Bytes], lengths: Sequence[int]) -> float | None:
    """Are bytes equal too often that lie one key's length apart, for any length up to 64?

    First all bytes, for keys that run through a packet; then the first byte of each packet, for keys that run on from
    packet to packet and stand at the same place at the beginning of some of them. `lengths`: what each packet had on
    the wire, of which `packets` may hold less.
    """
    filled = [(packet, length) for packet, length in zip(packets, lengths, strict=True) if len(packet)]
    if len(filled) <= _FEWEST_PAIRS:
        return None
    together = np.concatenate([packet for packet, _ in filled])
    equal = [np.count_nonzero(together[key:] == together[:-key]) for key in _KEYS]
    apart = at_least(equal, len(together) - _KEYS, _EQUAL)
    starts = np.array([packet[0] for packet, _ in filled])
    whole = np.array([length for _, length in filled], np.int64)
    return smallest([apart, *(_starts_alike(starts, whole - tag) for tag in _TAGS)])


def _starts_alike(starts: Bytes, lengths: NDArray[np.int64]) -> Probabilities:
    """For each length of a key, how odd the first bytes are of packets at which it stands at the same place."""
    place = ((np.cumsum(lengths) - lengths) % _KEYS[:, None]).astype(np.uint8)
    order = np.argsort(place, axis=1, kind="stable")
    place, first = np.take_along_axis(place, order, axis=1), starts[order]
    same = place[:, 1:] == place[:, :-1]
    equal = same & (first[:, 1:] == first[:, :-1])
    return at_least(np.count_nonzero(equal, axis=1), np.count_nonzero(same, axis=1), _EQUAL)
