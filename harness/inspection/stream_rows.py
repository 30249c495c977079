"""The media rows of one window, sorted by sender: what every follower of RTP streams begins with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..vantage.window import Flags, Ints, Window
from .stream_key import StreamKey

_FEW: Final = 16
"""Groups that are picked out one by one, which takes a pass each; from there on sorting is cheaper."""

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class StreamRows:
    """Columns grouped by sender, each group in the order of the capture.

    `order`: places in the columns that were grouped, group after group; `starts`: where in `order` each group begins;
    `owners` and `ssrcs`: one element per group. An owner is what the caller said; see `direction_of`.
    """

    owners: Ints
    ssrcs: Ints
    order: Places
    starts: Places

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def sizes(self) -> Places:
        """How many places each group has."""
        return np.diff(self.starts, append=len(self.order))

    @property
    def ends(self) -> Places:
        """The last place of each group in `order`."""
        return self.starts + self.sizes - 1

    def places(self, group: int) -> Places:
        """The places of one group."""
        end = self.starts[group + 1] if group + 1 < len(self.starts) else len(self.order)
        return self.order[self.starts[group] : end]

    def only(self, wanted: Flags) -> StreamRows:
        """The groups where `wanted`, one element per group, is true."""
        if wanted.all():
            return self
        sizes = self.sizes
        order = self.order[np.repeat(wanted, sizes)]
        starts = np.cumsum(sizes[wanted]) - sizes[wanted]
        return StreamRows(self.owners[wanted], self.ssrcs[wanted], order, starts)

    def streams(self) -> tuple[StreamKey, ...]:
        """The groups as streams; only where the owners are directions."""
        return tuple(
            StreamKey(owner >> 1, bool(owner & 1), ssrc)
            for owner, ssrc in zip(self.owners.tolist(), self.ssrcs.tolist(), strict=True)
        )


def directions(window: Window, rows: Places) -> Ints:
    """A number for leg and direction of each row: twice the leg, plus one where the near end sent it."""
    return window.leg[rows].astype(np.int64) << 1 | window.outward[rows]


def by_sender(owners: Ints, ssrcs: Ints) -> StreamRows:
    """Group by owner and SSRC. `owners` lie in 0 … 2^31-1, `ssrcs` are 32-bit numbers; both of one length."""
    packed = owners << 32 | ssrcs
    order, starts = _few(packed) if len(packed) else (np.zeros(0, np.intp), np.zeros(0, np.intp))
    first = packed[order[starts]]
    return StreamRows(first >> 32, first & 0xFFFF_FFFF, order, starts)


def _few(packed: Ints) -> tuple[Places, Places]:
    unseen: Flags = np.ones(len(packed), np.bool_)
    groups: list[Places] = []
    found = 0
    while found < len(packed):
        if len(groups) == _FEW:
            return _many(packed)
        same = packed == packed[unseen.argmax()]
        groups.append(np.flatnonzero(same))
        found += len(groups[-1])
        unseen &= ~same
    sizes = np.array([len(group) for group in groups])
    return np.concatenate(groups), np.cumsum(sizes) - sizes


def _many(packed: Ints) -> tuple[Places, Places]:
    order = np.argsort(packed, kind="stable")
    ordered = packed[order]
    return order, np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
