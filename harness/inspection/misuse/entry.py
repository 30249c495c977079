"""What is kept of a packet so that another one with the same index can be compared with it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.gather import load
from ...vantage.window import Bytes, Ints, Window
from ..stream_rows import Places

HEAD_BYTES: Final = 16
"""The first bytes of the ciphertext that are kept: where two plaintexts are most alike."""

LONGEST_TAG: Final = 16
"""Bytes at the end that may be a tag (RFC 7714); which they are is not known without the profile."""

ENTRY: Final = np.dtype(
    [
        ("head", "<u8", (2,)),
        ("cycle", "<u4"),
        ("tail", "<u4"),
        ("stamp", "<u4"),
        ("frame", "<u4"),
        ("source", "<u4"),
        ("length", "<i4"),
    ]
)
"""`head`: the first bytes of ciphertext, zeros behind its end. `tail`: the last four bytes of the packet. `cycle`: the
index above its lowest 16 bits, never zero. `stamp`: RTP's time stamp. `source`: leg and direction. `length`: of the
captured ciphertext with its tag. Where the capture cut the packet off, there is no tail."""

_RAW: Final = np.dtype(f"V{ENTRY.itemsize}")
_ALTERED_BITS: Final = 8
"""Copies that differ in no more bits were changed on their way; two plaintexts differ in more."""

Entries = NDArray[Any]


class Meeting(IntEnum):
    """What a packet is to the one before it with the same index."""

    FIRST = 0
    IDENTICAL = 1
    RESENT = 2
    """The same ciphertext under another header: a retransmission that brought its header up to date."""
    ALTERED = 3
    """The same packet but for a few bits: changed on its way, not encrypted again."""
    REUSED = 4
    """Another ciphertext."""


def comparable(length: NDArray[Any]) -> NDArray[Any]:
    """Bytes of the head that are ciphertext for certain, and not tag."""
    sizes: NDArray[Any] = np.clip(length - LONGEST_TAG, 0, HEAD_BYTES)
    return sizes


def entries(window: Window, rows: Places, at: Ints, end: Ints, stamp: Ints, source: Ints) -> Entries:
    """One entry per row; `at`, `end`: where in the window's data its ciphertext and tag begin and end."""
    found = np.empty(len(rows), ENTRY)
    found["length"] = length = end - at
    found["head"] = _heads(window.data, at, comparable(length))
    found["tail"] = load(window.data, end - 4, "<u4")
    found["stamp"], found["frame"], found["source"] = stamp, window.frame[rows], source
    missing = window.missing[rows]
    if missing.any():
        found["tail"][missing > 0] = 0
    return found


def _heads(data: Bytes, at: Ints, sizes: Ints) -> NDArray[np.uint64]:
    heads = load(data, at, f"V{HEAD_BYTES}").view(np.uint8).reshape(-1, HEAD_BYTES)
    short = np.flatnonzero(sizes < HEAD_BYTES)
    heads[short] *= np.arange(HEAD_BYTES) < sizes[short, None]
    return heads.view("<u8")


def raw(found: Entries) -> NDArray[Any]:
    """The same entries without their fields: numpy moves them as a whole, ten times as fast."""
    return found.view(_RAW)


def meetings(before: Entries, now: Entries, same_index: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A Meeting for each pair of entries."""
    kinds = np.zeros(len(now), np.uint8)
    places = np.flatnonzero(same_index)
    if not len(places):
        return kinds
    a, b = before[places], now[places]
    bits = np.bitwise_count(a["head"] ^ b["head"]).sum(axis=1)
    one_packet = (a["stamp"] == b["stamp"]) & (a["length"] == b["length"])
    kinds[places] = np.select(
        [
            one_packet & (bits == 0) & (a["tail"] == b["tail"]),
            one_packet & (bits == 0),
            one_packet & (bits <= _ALTERED_BITS),
        ],
        [Meeting.IDENTICAL, Meeting.RESENT, Meeting.ALTERED],
        Meeting.REUSED,
    )
    return kinds
