"""The ledger of the byte account: how many bytes of each leg are of which kind, and where the odd ones were seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...model.byte_label import ByteLabel
from ...vantage.window import Flags, Ints, Legs, Small
from .walk import Walk

MOST_LEGS: Final = 4096
"""Legs that are told apart. Bytes of those that come later are counted together, as of no leg."""

FRAMES_SHOWN: Final = 5


class Kind(NamedTuple):
    """A label with its detail. `extension`: the id of an RTP header extension, whose name only SDP can tell."""

    label: ByteLabel
    detail: str = ""
    extension: int | None = None


class Oddity(NamedTuple):
    """Bytes of one kind that nobody can explain: how many, at how many places, and the first frames that have them.

    `inward`: they came from the far end of the leg.
    """

    leg: int
    kind: Kind
    bytes: int
    places: int
    frames: tuple[int, ...]
    inward: bool = False


class _Seen:
    __slots__ = ("bytes", "frames", "places")

    def __init__(self) -> None:
        self.bytes, self.places = 0, 0
        self.frames: list[int] = []


class Ledger:
    """Sums by line and kind. A line stands for a leg: the leg's number + 1, and 0 for what belongs to no leg.

    Memory grows with legs and kinds and has a bound for both; `left_out` counts the legs behind the bound.
    """

    def __init__(self, most_legs: int = MOST_LEGS) -> None:
        self._most_legs = most_legs
        self._numbers: dict[Kind, int] = {}
        self._sums = np.zeros((1, 64), np.int64)
        self._seen: dict[tuple[int, int, bool], _Seen] = {}
        self._inward = np.zeros(0, np.int64)
        self.left_out = 0

    def kind(self, label: ByteLabel, detail: str = "", extension: int | None = None) -> int:
        """The number that stands for this kind from now on."""
        return self._numbers.setdefault(Kind(label, detail, extension), len(self._numbers))

    def meet(self, legs: Legs) -> None:
        """Make room for the legs found so far."""
        self.left_out = max(0, len(legs.found) - self._most_legs)
        lines, kinds = self._sums.shape
        needed = min(len(legs.found), self._most_legs) + 1
        if needed > lines or len(self._numbers) > kinds:
            room = max(needed, min(2 * lines, self._most_legs + 1))
            grown = np.zeros((room, max(kinds, len(self._numbers))), np.int64)
            grown[:lines, :kinds] = self._sums
            self._sums = grown

    def came_in(self, frames: Ints) -> None:
        """Which frames of the window at hand came from the far end. All others are the near end's, or nobody's."""
        self._inward = frames

    def lines(self, legs: Small) -> Ints:
        """The line of each leg; 0 for NONE and for legs beyond the bound."""
        lines = legs.astype(np.int64) + 1
        if self.left_out:
            lines[lines > self._most_legs] = 0
        return lines

    def post(self, line: Ints, kind: int | Ints, size: int | Ints) -> None:
        """Add `size` bytes of `kind` for each element of `line`."""
        if not len(line):
            return
        if isinstance(kind, int):
            sums = sums_by(line, size)
            self._sums[: len(sums), kind] += sums
        else:
            self._post_many(line, kind, size)

    def post_each(self, line: Ints, parts: Sequence[tuple[int, int]]) -> None:
        """For each element of `line` add all these (kind, bytes)."""
        times = np.bincount(line)
        for kind, size in parts:
            self._sums[: len(times), kind] += size * times

    def label(self, walk: Walk, kind: int | Ints, stop: Ints) -> None:
        """Everything from where the walk stands up to `stop` is of `kind`."""
        self.post(walk.line, kind, walk.own(stop))

    def suspect(self, walk: Walk, kind: int | Ints, stop: Ints) -> None:
        """Like `label`, for bytes that nobody can explain; where they are is kept as well."""
        self.suspect_rows(walk.line, walk.frame, kind, walk.own(stop))

    def keep(self, walk: Walk, good: Flags, kind: int, *columns: Ints) -> tuple[Walk, list[Ints]]:
        """The good messages, with their columns. Of the others, all that has no label yet is suspected as `kind`."""
        if good.all():
            return walk, list(columns)
        rest = walk.only(~good)
        self.suspect(rest, kind, rest.full)
        return walk.only(good), [column[good] for column in columns]

    def with_room(self, walk: Walk, size: int, header: int, kind: int) -> Walk:
        """The messages of which `size` more bytes were captured.

        What is left of the others is a piece of `header` where the capture cut it off, and otherwise suspected.
        """
        there = walk.at + size <= walk.end
        if there.all():
            return walk
        cut = ~there & (walk.end < walk.full)
        self.label(walk.only(cut), header, walk.full[cut])
        walk, there = walk.only(~cut), there[~cut]
        return self.keep(walk, there, kind)[0]

    def through(self, walk: Walk, step: Callable[[Walk], Walk], most: int, kind: int) -> None:
        """Take steps until every message is labelled. After `most` steps, all that is left is suspected as `kind`.

        Time has a bound by this too: the longest message of a window decides how many steps the window takes.
        """
        for _ in range(most):
            if not len(walk):
                return
            walk = step(walk)
        self.suspect(walk, kind, walk.full)

    def suspect_rows(self, line: Ints, frame: Ints, kind: int | Ints, size: Ints) -> None:
        """Like `post`, with the frame of each element."""
        there = np.flatnonzero(size)
        if not len(there):
            return
        kinds = np.full(len(line), kind) if isinstance(kind, int) else kind
        line, frame, kinds, size = line[there], frame[there], kinds[there], size[there]
        self.post(line, kinds, size)
        numbers = line << 32 | kinds << 1 | np.isin(frame, self._inward)
        pairs, which, places = np.unique(numbers, return_inverse=True, return_counts=True)
        sums, order = sums_by(which, size), np.argsort(which, kind="stable")
        starts = np.cumsum(places) - places
        for number, pair in enumerate(pairs.tolist()):
            seen = self._seen.setdefault((pair >> 32, (pair & 0xFFFF_FFFF) >> 1, bool(pair & 1)), _Seen())
            seen.bytes += int(sums[number])
            seen.places += int(places[number])
            if len(seen.frames) < FRAMES_SHOWN:
                first = order[starts[number] : starts[number] + min(FRAMES_SHOWN, int(places[number]))]
                seen.frames = sorted({*seen.frames, *frame[first].tolist()})[:FRAMES_SHOWN]

    def rows(self) -> Iterator[tuple[int, Kind, int]]:
        """(leg or NONE, kind, bytes) of everything posted so far."""
        kinds = list(self._numbers)
        for line, kind in np.argwhere(self._sums).tolist():
            yield line - 1, kinds[kind], int(self._sums[line, kind])

    def oddities(self) -> tuple[Oddity, ...]:
        """What was suspected, leg by leg."""
        kinds = list(self._numbers)
        return tuple(
            Oddity(line - 1, kinds[kind], seen.bytes, seen.places, tuple(seen.frames), inward)
            for (line, kind, inward), seen in sorted(self._seen.items(), key=lambda one: one[0])
        )

    def _post_many(self, line: Ints, kind: Ints, size: int | Ints) -> None:
        present = np.flatnonzero(np.bincount(kind))
        if len(present) == 1:
            self.post(line, int(present[0]), size)
            return
        # Only the kinds that are there get a column: most messages of one window are built alike.
        column = np.zeros(int(present[-1]) + 1, np.int64)
        column[present] = np.arange(len(present))
        lines = int(line.max()) + 1
        sums = sums_by(line * len(present) + column[kind], size, lines * len(present))
        self._sums[:lines, present] += sums.reshape(lines, len(present))


def sums_by(number: NDArray[np.int64] | NDArray[np.intp], size: int | Ints, least: int = 0) -> Ints:
    """The sum of `size` for each number from 0 up, `least` sums at least. Exact: a window has less than 2^53 bytes."""
    first, last = int(number.min()), int(number.max())
    if first == last:
        sums = np.zeros(max(last + 1, least), np.int64)
        sums[last] = len(number) * size if isinstance(size, int) else size.sum()
        return sums
    if isinstance(size, int):
        return np.bincount(number, minlength=least) * size
    return np.bincount(number, size, least).astype(np.int64)
