"""The elements of many RTP header extensions at once: the one-byte and the two-byte form (RFC 8285 section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..vantage.gather import load
from ..vantage.rtp_columns import RtpColumns
from ..vantage.window import Bytes, Flags, Ints, Window
from .stream_rows import Places

ONE_BYTE: Final = 0xBEDE
TWO_BYTES: Final = 0x100
"""The upper twelve bits of the profile."""

MAX_STEPS: Final = 300
"""Elements and padding bytes that are walked in one extension: more than there are identifiers."""

_STOP: Final = 15
"""Ends the reading in the one-byte form, and so does identifier 0 with a length (RFC 8285 section 4.2)."""


@dataclass(frozen=True, eq=False)
class ElementColumns:
    """One element each; `place` is that of its packet in the RTP columns, `at` where in the window's data its value is.

    `broken` counts extensions whose last element does not fit, `unread` those with more than MAX_STEPS steps.
    """

    place: Places
    number: Ints
    length: Ints
    at: Ints
    broken: int
    unread: int

    def __len__(self) -> int:
        return len(self.place)


def elements(window: Window, rtp: RtpColumns) -> ElementColumns:
    """Every element of every extension, those of one packet in their order; padding is left out."""
    place = np.flatnonzero((rtp.extension == ONE_BYTE) | (rtp.extension >> 4 == TWO_BYTES))
    at = rtp.extension_at[place]
    end, short = at + rtp.extension_length[place], rtp.extension[place] == ONE_BYTE
    found: list[tuple[Ints, ...]] = []
    broken = 0
    for _ in range(MAX_STEPS):
        more = at < end
        if not more.all():
            place, at, end, short = place[more], at[more], end[more], short[more]
        if not len(place):
            break
        number, length, header, stop = _heads(window.data, at, short)
        value = at + header
        fits = (value + length <= end) & ~stop
        broken += int(np.count_nonzero(~fits & ~stop))
        kept = fits & (number != 0)
        found.append(tuple(column[kept] for column in (place, number, length, value)))
        at = np.where(fits, value + length, end)
    columns = [np.concatenate(column) for column in zip(*found, strict=True)] or [np.zeros(0, np.int64)] * 4
    order = np.argsort(columns[0], kind="stable")
    packet, numbers, lengths, values = (column[order] for column in columns)
    return ElementColumns(packet, numbers, lengths, values, broken, len(place))


def _heads(data: Bytes, at: Ints, short: Flags) -> tuple[Ints, Ints, Ints, Flags]:
    """Identifier, length of the value, bytes in front of it, and whether reading stops; padding is 0, 0, 1."""
    first, second = load(data, at, ">u1").astype(np.int64), load(data, at + 1, ">u1").astype(np.int64)
    padding = first == 0
    number = np.where(short, first >> 4, first)
    length = np.where(padding, 0, np.where(short, (first & 15) + 1, second))
    header = np.where(short | padding, 1, 2)
    stop = short & ~padding & ((number == 0) | (number == _STOP))
    return number, length, header, stop
