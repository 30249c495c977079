"""Records of one sender behind one another, over the borders of windows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import Flags, Ints
from .records import Records, joined
from .sieve import MAX_FORM

MAX_KEPT: Final = 1 << 16
"""Records that are kept for the next window, in all groups together: ten megabytes."""

_KEPT: Final = MAX_FORM - 1
_SIZES: Final = (0, 16, 32, 48)
"""Of a group's last records as many are kept again that are longer than this: short ones must not push them out."""


@dataclass(frozen=True, eq=False)
class Ordered:
    """Records sorted by `group`, and within each in the order of the capture.

    `fresh`: the record is of this window, not kept from an earlier one.
    """

    records: Records
    group: Ints
    fresh: Flags

    def __len__(self) -> int:
        return len(self.records)

    def mixed(self, narrower: Callable[[Ints], Ints]) -> Ordered:
        """Only the groups that hold more than one of the `narrower` groups, which find it all in the others."""
        if not len(self):
            return self
        begins = np.flatnonzero(np.r_[True, self.group[1:] != self.group[:-1]])
        part = narrower(self.records.stream)
        lowest, highest = np.minimum.reduceat(part, begins), np.maximum.reduceat(part, begins)
        which = np.repeat(lowest != highest, np.diff(np.r_[begins, len(self)]))
        return Ordered(self.records.take(which), self.group[which], self.fresh[which])


class Groups:
    """Puts the records of each window behind the last ones of the same group; `group_of` gives a record's group."""

    def __init__(self, group_of: Callable[[Ints], Ints]) -> None:
        self._group_of = group_of
        self._kept: Records | None = None
        self.dropped = 0
        """Records that should have been kept for the next window, had there not been so many groups."""

    def follow(self, records: Records) -> Ordered:
        """The records of a window, sorted, each group behind what was kept of it."""
        kept = 0 if self._kept is None else len(self._kept)
        together = records if self._kept is None else joined((self._kept, records))
        group = self._group_of(together.stream)
        order = np.argsort(group, kind="stable")
        ordered = Ordered(together.take(order), group[order], order >= kept)
        self._keep(ordered, order)
        return ordered

    def _keep(self, ordered: Ordered, order: NDArray[np.intp]) -> None:
        wanted = np.zeros(len(ordered), np.bool_)
        for size in _SIZES:
            long = np.flatnonzero(ordered.records.count[:, 0] >= size)
            wanted[long[_from_the_end(ordered.group[long]) < _KEPT]] = True
        # In the order of the capture; of too many, the oldest go.
        places = np.sort(order[wanted])
        back = np.empty(len(order), np.intp)
        back[order] = np.arange(len(order))
        self.dropped += max(len(places) - MAX_KEPT, 0)
        self._kept = ordered.records.take(back[places[-MAX_KEPT:]])


def _from_the_end(group: Ints) -> NDArray[np.intp]:
    """For each element of a sorted column, how many of its group come behind it."""
    if not len(group):
        return np.zeros(0, np.intp)
    ends = np.r_[np.flatnonzero(group[1:] != group[:-1]), len(group) - 1]
    return np.repeat(ends, np.diff(np.r_[-1, ends])) - np.arange(len(group))
