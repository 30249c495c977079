"""What a search finds, in bounded memory: alike occurrences are counted, and of many different ones some are listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from .anchors import Form
from .pattern import Pattern, PatternKind
from .spelling import Spelling

MOST_LISTED: Final = 32
"""Different hits that are listed for each pattern."""


class Spot(NamedTuple):
    """Where something was found. `leg`: NONE outside of legs. `place`: in words. `file`: a text's name, or empty."""

    leg: int
    place: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern in one spelling in one spot; the secret itself is not repeated.

    `xor`: the byte it is XORed with, 0 for none. `frames`: of the first occurrence the first and the last frame, none
    for a text. `byte`: where it begins in that frame or text, NONE for what is divided among packets. `count`: how
    often pieces of it occur there.
    """

    pattern: str
    kind: PatternKind
    spelling: Spelling
    xor: int
    spot: Spot
    frames: tuple[int, ...]
    byte: int
    count: int


@dataclass(slots=True)
class _Seen:
    frames: tuple[int, ...]
    byte: int
    count: int


class Tally:
    """Collects occurrences of patterns, which are told apart by their number."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._seen: list[dict[tuple[Spelling, int, Spot], _Seen]] = [{} for _ in patterns]
        self.unlisted = 0
        """Occurrences in spots that were too many to be listed."""

    def add(self, form: Form, xor: int, spot: Spot, frames: tuple[int, ...], byte: int) -> None:
        """One more occurrence."""
        seen, key = self._seen[form.pattern], (form.spelling, xor, spot)
        if key in seen:
            seen[key].count += 1
        elif len(seen) < MOST_LISTED:
            seen[key] = _Seen(frames, byte, 1)
        else:
            self.unlisted += 1

    def hits(self) -> tuple[Hit, ...]:
        """In the order of the patterns, and of first occurrence for each."""
        return tuple(
            Hit(pattern.name, pattern.kind, spelling, xor, spot, one.frames, one.byte, one.count)
            for pattern, seen in zip(self._patterns, self._seen, strict=True)
            for (spelling, xor, spot), one in seen.items()
        )
