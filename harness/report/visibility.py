"""The visibility matrices of a run, one for each mode that users were shown: in each cell the most that anybody saw.

Specimens are never among them: they show that a leak is seen, and are no part of what was tested. They have matrices of
their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ..model.mode import Mode
from ..model.scenario import Family
from ..model.verdict import Outcome, Result, Status
from ..model.visibility import AMOUNTS, Cell, Content, Observer, Sight
from .text import NAME_LIMIT, aligned, plural, visible

TOLD: Final = frozenset({Outcome.DETECTED})
"""Outcomes in which the two codes tell the users of it."""

MOST_BREAKS: Final = 20
MARK: Final = "!"
_UNSEEN: Final = "there is no packet to look at"


@dataclass(frozen=True)
class Break:
    """Plaintext beyond the promise: in which scenario, and whether its users could notice."""

    scenario: str
    cell: Cell
    told: bool


@dataclass(frozen=True)
class Square:
    """One cell over all calls of a mode. `measured` counts those in which somebody could look."""

    sight: Sight
    measured: int
    breaks: int

    @property
    def text(self) -> str:
        return f"{self.sight.value}{MARK if self.breaks else ''}"


@dataclass(frozen=True)
class ModeMatrix:
    """`rows` are in the order of Content, their squares in that of Observer. `unseen` of the calls have no packet to
    look at: that something is absent from them tells nothing, and is in no square. Of those that are `unclear` somebody
    may have seen more than was found: an auditor could not tell.
    """

    mode: Mode
    calls: int
    unseen: int
    unclear: tuple[Result, ...]
    rows: tuple[tuple[Content, tuple[Square, ...]], ...]
    breaks: tuple[Break, ...]

    @property
    def sentence(self) -> str:
        """What the matrix comes to."""
        over = f"{self.mode.value}, {plural(self.calls, 'call')}"
        if self.nothing_seen:
            return f"{over}: {_UNSEEN}"
        besides = f"; {_UNSEEN} of {plural(self.unseen, 'call')}" if self.unseen else ""
        unclear = f"; inconclusive: {plural(len(self.unclear), 'call')}" if self.unclear else ""
        return f"{over}: {self._seen}{besides}{unclear}"

    @property
    def nothing_seen(self) -> bool:
        return self.unseen == self.calls

    @property
    def _seen(self) -> str:
        untold = sum(not one.told for one in self.breaks)
        if untold:
            return f"plaintext beyond the promise in {plural(untold, 'cell')}"
        if self.breaks:
            return f"plaintext beyond the promise in {plural(len(self.breaks), 'cell')}, and the codes tell"
        clear = self.calls - self.unseen - len(self.unclear)
        return f"nothing beyond the promise{f' in {clear}' if clear < self.calls else ''}"


def matrices(results: Iterable[Result], *, specimens: bool = False) -> tuple[ModeMatrix, ...]:
    """One matrix for each mode in which a call under test was made, or a specimen's."""
    wanted = [one for one in results if (one.family == Family.SPECIMENS.value) is specimens]
    return tuple(
        _matrix(mode, mine)
        for mode in Mode
        if (mine := [one for one in wanted if one.visibility is not None and one.visibility.shown is mode])
    )


def visibility_lines(made: Iterable[ModeMatrix]) -> Iterator[str]:
    """Everything as lines without colour."""
    for one in made:
        yield f"{one.sentence}:"
        heading = ("", *(observer.value for observer in Observer))
        yield from aligned([heading, *((content.value, *(one.text for one in row)) for content, row in one.rows)])
        for broken in one.breaks[:MOST_BREAKS]:
            yield f"  {MARK} {sentence(broken)}"
        if len(one.breaks) > MOST_BREAKS:
            yield f"  {MARK} … {len(one.breaks) - MOST_BREAKS} more"
        yield ""


def sentence(broken: Break) -> str:
    """Which plaintext, where, and whether anybody could notice."""
    cell, word = broken.cell, "the codes tell" if broken.told else "BREACH"
    return (
        f"{visible(broken.scenario, NAME_LIMIT)}: {cell.content.value} at {cell.observer.value} "
        f"({visible(cell.where)}): {word}"
    )


def _matrix(mode: Mode, results: list[Result]) -> ModeMatrix:
    cells = [
        (one, cell)
        for one in results
        if one.visibility is not None
        for cell in one.visibility.cells
        if cell.sight is not Sight.ABSENT or not _unseen(one)
    ]
    found = {
        (content, observer): [cell for _, cell in cells if (cell.content, cell.observer) == (content, observer)]
        for content in Content
        for observer in Observer
    }
    rows = tuple((row, tuple(_square(found[row, column]) for column in Observer)) for row in Content)
    breaks = tuple(Break(one.scenario, cell, one.outcome in TOLD) for one, cell in cells if cell.beyond)
    unclear = tuple(one for one in results if one.status is Status.INCONCLUSIVE and not _unseen(one))
    return ModeMatrix(mode, len(results), sum(map(_unseen, results)), unclear, rows, breaks)


def _unseen(result: Result) -> bool:
    """Whether the taps of a call saw nothing, and nobody else anything that breaks a promise."""
    return not result.flows and (result.visibility is None or not result.visibility.beyond)


def _square(cells: list[Cell]) -> Square:
    seen = [cell.sight for cell in cells if cell.sight is not Sight.NOT_MEASURED]
    most = max(seen, key=AMOUNTS.index, default=Sight.NOT_MEASURED)
    return Square(most, len(seen), sum(cell.beyond for cell in cells))
