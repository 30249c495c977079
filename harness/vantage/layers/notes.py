"""What could not be read, counted by kind and named by its first frames."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ..window import Ints

MOST_KINDS: Final = 256
"""Kinds that are told apart: numbers from the wire are part of them, so that a capture could name any number."""

MOST_FRAMES: Final = 10

OTHER_KINDS: Final = "of further kinds"


@dataclass(slots=True)
class Note:
    """How often it was met, and the numbers of the first MOST_FRAMES frames with it."""

    count: int = 0
    frames: list[int] = field(default_factory=list)


class Notes:
    """One note for each kind, in the order in which they were first met."""

    def __init__(self) -> None:
        self._found: dict[str, Note] = {}

    def add(self, kind: str, frames: Ints) -> None:
        """Something of this kind was met in each of these frames."""
        if len(frames):
            note = self._note(kind)
            note.count += len(frames)
            note.frames = sorted(note.frames + np.sort(frames)[:MOST_FRAMES].tolist())[:MOST_FRAMES]

    def add_one(self, kind: str, frame: int) -> None:
        """Something of this kind was met in one frame."""
        note = self._note(kind)
        note.count += 1
        insort(note.frames, frame)
        del note.frames[MOST_FRAMES:]

    def _note(self, kind: str) -> Note:
        if kind not in self._found and len(self._found) >= MOST_KINDS:
            kind = OTHER_KINDS
        return self._found.setdefault(kind, Note())

    def __iter__(self) -> Iterator[tuple[str, Note]]:
        return iter(self._found.items())

    def __getitem__(self, kind: str) -> Note:
        """The note of this kind, an empty one when nothing of it was met."""
        return self._found.get(kind, Note())

    def __len__(self) -> int:
        return len(self._found)
