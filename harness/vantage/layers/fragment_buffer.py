"""The bytes of one fragmented packet, as far as they have come in."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_NOTHING: Final = 0
_HELD: Final = 1
_CUT: Final = 2

LONGEST: Final = 65_535
"""Bytes that an IP packet can have behind its header (RFC 791, RFC 8200)."""


class Added(NamedTuple):
    """What one fragment brought: new bytes, bytes that were known, and bytes that were known to be others."""

    new: int
    repeated: int
    contradicting: int


class FragmentBuffer:
    """What is held, byte by byte; the first that came stays when another fragment says otherwise (RFC 5722)."""

    def __init__(self) -> None:
        self._content = np.zeros(0, np.uint8)
        self._state = np.zeros(0, np.uint8)
        self._total: int | None = None

    def __len__(self) -> int:
        """Bytes from the first up to the last that a fragment has named."""
        return len(self._content)

    def fits(self, stop: int, more: bool) -> bool:
        """Whether a fragment up to `stop` agrees with what is known of the end."""
        if stop > LONGEST or (self._total is not None and stop > self._total):
            return False
        return more or (stop >= len(self) and self._total in (None, stop))

    def add(self, start: int, content: bytes, missing: int, more: bool) -> Added:
        """A fragment that fits; the capture cut off its last `missing` bytes."""
        stop = start + len(content) + missing
        if not more:
            self._total = stop
        if stop > len(self):
            more_room = np.zeros(stop - len(self), np.uint8)
            self._content = np.concatenate((self._content, more_room))
            self._state = np.concatenate((self._state, more_room))
        behind = start + len(content)
        given = np.frombuffer(content, np.uint8)
        held, state = self._content[start:behind], self._state[start:behind]
        known = state == _HELD
        same = known & (held == given)
        held[~known], state[~known] = given[~known], _HELD
        cut = self._state[behind:stop]
        cut[cut == _NOTHING] = _CUT
        new, repeated = len(content) - int(known.sum()), int(same.sum())
        return Added(new, repeated, len(content) - new - repeated)

    @property
    def complete(self) -> bool:
        """Nothing more will come: every byte was in a fragment, captured or cut off."""
        return self._total is not None and bool(self._state.all())

    def holds_any(self, stop: int) -> bool:
        """Whether some byte in front of `stop` is held."""
        return bool((self._state[:stop] == _HELD).any())

    def runs(self, start: int) -> list[tuple[int, bytes]]:
        """The pieces that are held from `start` on: where each begins, and its bytes."""
        held = np.concatenate(([False], self._state[start:] == _HELD, [False]))
        edges: NDArray[np.intp] = np.flatnonzero(held[1:] != held[:-1]) + start
        return [(begin, self._content[begin:end].tobytes()) for begin, end in edges.reshape(-1, 2).tolist()]
