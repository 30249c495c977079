"""Collects the frames of one stretch, and makes the columns that are handed up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..window import Frames, Ints, Small
from .contents import Contents
from .stretch import Stretch


class Rows:
    """Frames in the order of the file; every `add` takes columns of one length."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._columns: list[tuple[NDArray[np.generic], ...]] = []

    def add(
        self,
        offset: Ints,
        length: Ints,
        wire_length: Ints,
        time: NDArray[np.float64],
        link: Small,
        interface: Small,
        direction: NDArray[np.uint8],
    ) -> None:
        """Frames whose captured bytes lie at `offset` of the stretch; the meaning of the columns is that of Frames."""
        self._contents.cut_short += int(np.count_nonzero(length < wire_length))
        self._columns.append((offset, length, wire_length, time, link, interface, direction))

    def frames(self, stretch: Stretch) -> Frames | None:
        """What was added, which lies in this stretch; None when that is nothing."""
        if not self._columns:
            return None
        columns = [part[0] if len(part) == 1 else np.concatenate(part) for part in zip(*self._columns, strict=True)]
        self._columns = []
        offset, length, wire_length, time, link, interface, direction = columns
        first = self._contents.packets + 1
        self._contents.packets += len(offset)
        place = offset + stretch.place
        return Frames(stretch.bytes, first, offset, length, wire_length, time, link, interface, direction, place)
