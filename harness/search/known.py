"""What a search shows of a stack that is known already: counted and told, and not found again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..model.adversary.script import Move
from ..model.deviation import Deviation
from ..model.finding import Finding
from ..model.verdict import Result
from .property import OUTCOMES, speaking


def known(result: Result, moves: Sequence[Move], deviations: Iterable[Deviation]) -> tuple[str, ...]:
    """The ids of the deviations that explain all that speaks against the system in this call; none when something is
    left. `moves`: those that happened. An outcome that breaks the promise of the screens is excused by none.
    """
    if result.outcome in OUTCOMES:
        return ()
    shown = [one for one in deviations if any(_says(move, part) for move in moves for part in one.moves)]
    causes = [_cause(found, shown, result) for found in speaking(result)]
    return tuple(sorted({one for one in causes if one is not None})) if None not in causes else ()


def _says(move: Move, part: Mapping[str, str]) -> bool:
    whole = move.model_dump(mode="json")
    return all(whole.get(name) == value for name, value in part.items())


def _cause(found: Finding, shown: Iterable[Deviation], result: Result) -> str | None:
    said = next((end.software for party, end in result.ends.items() if party.value == found.vantage), "").split()
    return next((one.id for one in shown if one.software in said and found.reason in one.expect.because), None)
