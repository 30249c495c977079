"""A conference: everybody hears the others, mixed, in steps of 20 ms.

When several speak at once they take turns in front, and the others are heard softly behind, so that each can be made
out. Nobody hears himself.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .sound import FRAME, RATE, Pcm

TURN: Final = 4 * RATE // 5
"""Samples for which one speaker stays in front of others who speak at the same time: 0.8 s."""

BEHIND: Final = 0.3
"""How loud who is not in front is, as a factor of the amplitude: -10 dB."""

_MOST: Final = RATE // 2
"""Samples of one speaker that wait to be mixed. What comes faster than it is heard is left out, the oldest first."""

_AUDIBLE: Final = 100.0


class Mixer:
    """`heard` is told what each speaker says; `mixed` gives 20 ms for each listener."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._samples = 0

    def heard(self, speaker: str, pcm: Pcm) -> None:
        """A piece of sound that waits for its turn."""
        self._waiting.setdefault(speaker, _Waiting()).put(pcm)

    def mixed(self, people: tuple[str, ...]) -> dict[str, Pcm]:
        """The next 20 ms, shape (960,), for each of them, without what it says itself."""
        frames = {one: self._waiting.setdefault(one, _Waiting()).next() for one in people}
        speaking = [one for one in people if np.sqrt(np.mean(frames[one] ** 2)) >= _AUDIBLE]
        found = {
            one: _mix(frames, [other for other in people if other != one], self._front(speaking, one)) for one in people
        }
        self._samples += FRAME
        return found

    def _front(self, speaking: list[str], listener: str) -> str | None:
        """Whose turn it is for this listener."""
        others = [one for one in speaking if one != listener]
        return others[self._samples // TURN % len(others)] if others else None


def _mix(frames: dict[str, NDArray[np.float64]], others: list[str], front: str | None) -> Pcm:
    total = np.zeros(FRAME)
    for one in others:
        total += frames[one] * (1.0 if one == front else BEHIND)
    return np.clip(np.round(total), -32_768, 32_767).astype(np.int16)


class _Waiting:
    """Sound of one speaker that nobody has heard yet. What is missing is silence."""

    def __init__(self) -> None:
        self._pieces: deque[Pcm] = deque()
        self._samples = 0

    def put(self, pcm: Pcm) -> None:
        self._pieces.append(pcm)
        self._samples += len(pcm)
        while self._samples > _MOST:
            self._samples -= len(self._pieces.popleft())

    def next(self) -> NDArray[np.float64]:
        found = np.zeros(FRAME)
        filled = 0
        while self._pieces and filled < FRAME:
            piece = self._pieces.popleft()
            part, rest = piece[: FRAME - filled], piece[FRAME - filled :]
            found[filled : filled + len(part)] = part
            filled += len(part)
            if len(rest):
                self._pieces.appendleft(rest)
        self._samples -= filled
        return found
