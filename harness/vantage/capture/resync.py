"""Finds the next block of a pcapng file behind damage."""

from __future__ import annotations

from typing import Final

import numpy as np

from ..window import Flags, Ints
from .stretch import Stretch, search

SMALLEST_BLOCK: Final = 12
_KINDS: Final = np.isin(np.arange(11), (1, 2, 3, 4, 5, 6, 10))
"""Which small numbers are types of blocks: interface, packets, names, statistics, secrets."""

_SECTION_HEADER: Final = 0x0A0D0D0A
_MAGIC: Final = (0x1A2B3C4D, 0x4D3C2B1A)
_LARGEST_FOUND: Final = 512 * 1024
"""Bytes of a block that a search believes in."""


def seek_block(stretch: Stretch, at: int, order: str, only_sections: bool) -> tuple[int, bool]:
    """The first place not before `at` where a block seems to begin; or a place before which there is none, and False.

    Bytes may have been lost or inserted: every place is asked, aligned or not. It must name a known type and its length
    twice, or be a section header with its magic.
    """
    behind = max(at, len(stretch) - SMALLEST_BLOCK + 1)
    found = search(at, behind, lambda first, end: _find(stretch, first, end, order, only_sections))
    if found is None:
        return behind, False
    place = np.array([found], np.int64)
    return found, bool(_sections(stretch, place)[0]) or int(_ends(stretch, place, order)[0]) <= len(stretch)


def _find(stretch: Stretch, first: int, behind: int, order: str, only_sections: bool) -> int | None:
    one, two, three, four = (stretch.bytes[first + step : behind + step] for step in range(4))
    places = first + np.flatnonzero((one == 0x0A) & (two == 0x0D) & (three == 0x0D) & (four == 0x0A))
    found = places[_sections(stretch, places)][:1].tolist()
    if not only_sections:
        low, high = (one, four) if order == "<" else (four, one)
        places = first + np.flatnonzero(((two | three | high) == 0) & (low < len(_KINDS)) & (low > 0))
        found += places[_plausible(stretch, places, order)][:1].tolist()
    return min(found, default=None)


def _sections(stretch: Stretch, places: Ints) -> Flags:
    kind, _, magic = stretch.words(places, 3, "<")
    found: Flags = (kind == _SECTION_HEADER) & np.isin(magic, _MAGIC)
    return found


def _ends(stretch: Stretch, places: Ints, order: str) -> Ints:
    ends: Ints = places + stretch.words(places + 4, 1, order)[0]
    return ends


def _plausible(stretch: Stretch, places: Ints, order: str) -> Flags:
    """A known type with a possible length, which stands at the end too, so far as the stretch goes."""
    kind, length = stretch.words(places, 2, order)
    good: Flags = _KINDS[kind] & (length % 4 == 0) & (length >= SMALLEST_BLOCK) & (length <= _LARGEST_FOUND)
    ends = places + length
    beyond = ends > len(stretch)
    good &= ~beyond | (not stretch.last)
    inside = np.flatnonzero(good & ~beyond)
    good[inside] = stretch.words(ends[inside] - 4, 1, order)[0] == length[inside]
    return good
