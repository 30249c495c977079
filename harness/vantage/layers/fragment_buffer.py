"""The bytes of one fragmented packet, as far as they have come in."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

_NOTHING: Final = b"\0"
_HELD: Final = b"\1"
_CUT: Final = b"\2"

LONGEST: Final = 65_535
"""Bytes that an IP packet can have behind its header (RFC 791, RFC 8200)."""


class Added(NamedTuple):
    """What one fragment brought: new bytes, bytes that were known, and bytes that were known to be others."""

    new: int
    repeated: int
    contradicting: int


class FragmentBuffer:
    """What is held, byte by byte; the first that came stays when another fragment says otherwise."""

    def __init__(self) -> None:
        self._content = bytearray()
        self._state = bytearray()
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
        behind = start + len(content)
        stop = behind + missing
        if not more:
            self._total = stop
        if stop > len(self):
            room = bytes(stop - len(self))
            self._content += room
            self._state += room
        self._state[behind:stop] = self._state[behind:stop].replace(_NOTHING, _CUT)
        if _HELD in self._state[start:behind]:
            return self._add_again(start, content)
        self._content[start:behind] = content
        self._state[start:behind] = _HELD * len(content)
        return Added(len(content), 0, 0)

    @property
    def complete(self) -> bool:
        """Nothing more will come: every byte was in a fragment, captured or cut off."""
        return self._total is not None and _NOTHING not in self._state

    def holds_any(self, stop: int) -> bool:
        """Whether some byte in front of `stop` is held."""
        return _HELD in self._state[:stop]

    def runs(self, start: int) -> list[tuple[int, bytes]]:
        """The pieces that are held from `start` on: where each begins, and its bytes."""
        found = []
        begin = self._state.find(_HELD, start)
        while begin >= 0:
            end = begin + len(self._state[begin:]) - len(self._state[begin:].lstrip(_HELD))
            found.append((begin, bytes(self._content[begin:end])))
            begin = self._state.find(_HELD, end)
        return found

    def _add_again(self, start: int, content: bytes) -> Added:
        """A fragment of which some bytes are held already."""
        behind = start + len(content)
        given = np.frombuffer(content, np.uint8)
        held = np.frombuffer(self._content[start:behind], np.uint8)
        known = np.frombuffer(self._state[start:behind], np.uint8) == ord(_HELD)
        self._content[start:behind] = np.where(known, held, given).tobytes()
        self._state[start:behind] = _HELD * len(content)
        new, repeated = int((~known).sum()), int((known & (held == given)).sum())
        return Added(new, repeated, len(content) - new - repeated)
