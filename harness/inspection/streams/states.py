"""Small states of many streams, as columns that grow: no object per stream while packets are read."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...vantage.window import NONE
from ..stream_key import StreamKey
from ..stream_rows import Places, StreamRows

_AT_FIRST: Final = 64


class StreamStates:
    """Up to `limit` states of one dtype, numbered in the order of their streams' first appearance.

    A new state is all zeros.
    """

    def __init__(self, limit: int, state: np.dtype[Any]) -> None:
        self.numbers: dict[StreamKey, int] = {}
        self._limit = limit
        self._states: NDArray[Any] = np.zeros(_AT_FIRST, state)

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """One column of all states; write through it."""
        column: NDArray[Any] = self._states[name]
        return column

    def known(self, groups: StreamRows) -> tuple[StreamRows, Places, int]:
        """The groups that have a state or could still be given one, its number for each; and how many rows others have.

        `groups` are of directions.
        """
        numbers = np.array([self._number(key) for key in groups.streams()], np.intp)
        self._grow()
        within = numbers != NONE
        return groups.only(within), numbers[within], int(groups.sizes[~within].sum())

    def _number(self, key: StreamKey) -> int:
        number = self.numbers.get(key, NONE)
        if number == NONE and len(self.numbers) < self._limit:
            number = self.numbers[key] = len(self.numbers)
        return number

    def _grow(self) -> None:
        size = len(self._states)
        while size < len(self.numbers):
            size *= 2
        if size > len(self._states):
            grown = np.zeros(size, self._states.dtype)
            grown[: len(self._states)] = self._states
            self._states = grown
