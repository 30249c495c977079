"""The media packets of one window as columns, sorted by sender: what is authenticated at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.rtp_columns import big_endian
from ...vantage.window import Flags, Ints, Window
from ...wire.demux import PacketClass
from ..stream_rows import Places, by_sender, directions

_MARK: Final = 8
"""Bytes at the end of a packet by which it is remembered; no RTP or RTCP header is shorter."""

Marks = NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class MediaColumns:
    """One element per SRTP or SRTCP row of a window that the capture holds whole, group after group.

    A group is one sender's SRTP or one sender's SRTCP. `row`: place in the window. `sequence`: of SRTP, 0 for SRTCP.
    `mark`: the last eight bytes. `starts` and `rtcp` have one element per group.
    """

    row: Places
    offset: Ints
    length: Ints
    frame: Ints
    sequence: Ints
    mark: Marks
    starts: Places
    rtcp: Flags
    owners: Ints
    ssrcs: Ints

    def __len__(self) -> int:
        return len(self.row)


def media_columns(window: Window) -> tuple[MediaColumns, Places]:
    """The columns of a window, and the rows that the capture cut off."""
    rows = window.rows(PacketClass.SRTP, PacketClass.SRTCP)
    whole = window.missing[rows] == 0
    rows, cut = rows[whole], rows[~whole]
    rtcp = window.klass[rows] == PacketClass.SRTCP
    at = window.offset[rows]
    ssrc = big_endian(window.data, at + np.where(rtcp, 4, 8), 4)
    groups = by_sender(directions(window, rows) << 1 | rtcp, ssrc)
    order = groups.order
    rows, at, length = rows[order], at[order], window.length[rows][order]
    sequence = big_endian(window.data, at + 2, 2)
    sequence[rtcp[order]] = 0
    return MediaColumns(
        row=rows,
        offset=at,
        length=length,
        frame=window.frame[rows],
        sequence=sequence,
        mark=_marks(window, at + length - _MARK),
        starts=groups.starts,
        rtcp=(groups.owners & 1).astype(bool),
        owners=groups.owners >> 1,
        ssrcs=groups.ssrcs,
    ), cut


def _marks(window: Window, at: Ints) -> Marks:
    # Numbers of eight bytes at every place, overlapping: one gather instead of eight.
    everywhere = np.ndarray((max(0, len(window.data) - _MARK + 1),), np.uint64, window.data, 0, (1,))
    return everywhere[at]
