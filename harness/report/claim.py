"""The product's claim, counted: over established calls with the lock shown, intercepted <=> codes differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..model.finding import Reason
from ..model.scenario import Family
from ..model.verdict import Outcome, Result, Status
from .tally import Codes, compare_codes
from .text import plural

UNJUDGED: Final = frozenset({Status.INVALID, Status.INCONCLUSIVE, Status.ERROR})
"""Statuses of calls that may break the claim, but can never support it."""


@dataclass(frozen=True)
class Cell:
    """One of the four: the calls that were (not) intercepted and whose codes (did not) differ."""

    intercepted: bool
    differ: bool
    results: tuple[Result, ...]

    @property
    def supports(self) -> bool:
        return self.intercepted == self.differ

    @property
    def unjudged(self) -> int:
        return sum(result.status in UNJUDGED for result in self.results)

    @property
    def outcomes(self) -> tuple[tuple[Outcome, int], ...]:
        counts = Counter(result.outcome for result in self.results)
        return tuple((outcome, counts[outcome]) for outcome in Outcome if counts[outcome])


@dataclass(frozen=True)
class Contingency:
    """The four cells, and the calls that the claim does not speak of with the reason why (in words)."""

    cells: tuple[Cell, Cell, Cell, Cell]
    outside: tuple[tuple[str, int], ...]

    @property
    def calls(self) -> int:
        return sum(len(cell.results) for cell in self.cells)

    @property
    def breaking(self) -> tuple[Result, ...]:
        return tuple(result for cell in self.cells if not cell.supports for result in cell.results)

    @property
    def holds(self) -> bool:
        """No call breaks it, and each direction was tried by a call that was judged."""
        tried = {cell.intercepted for cell in self.cells if len(cell.results) > cell.unjudged}
        return not self.breaking and tried == {True, False}

    @property
    def sentence(self) -> str:
        if self.breaking:
            return f"Broken by {plural(len(self.breaking), 'call')} of {self.calls}."
        if not self.calls:
            return "Not tested: no established call showed the lock and two codes."
        judged = self.calls - sum(cell.unjudged for cell in self.cells)
        if self.holds:
            return f"Holds in {'the only call' if judged == 1 else f'all {judged} calls'} that could have broken it."
        return "Not broken, but only half tested: " + self._untried()

    def _untried(self) -> str:
        tried = {cell.intercepted for cell in self.cells if len(cell.results) > cell.unjudged}
        missing = [name for value, name in ((True, "intercepted"), (False, "honest")) if value not in tried]
        return f"no {' and no '.join(missing)} call was judged."


def under_test(results: Iterable[Result]) -> Contingency:
    """The claim over everything but the specimens."""
    return contingency(result for result in results if result.family != Family.SPECIMENS)


def over_specimens(results: Iterable[Result]) -> Contingency:
    """The same table for endpoints with a planted fault: there the claim is meant to break, and to be seen broken."""
    return contingency(result for result in results if result.family == Family.SPECIMENS)


def contingency(results: Iterable[Result]) -> Contingency:
    """Put each result into its cell, or outside with the first reason that applies."""
    inside: dict[tuple[bool, bool], list[Result]] = {(a, b): [] for a in (True, False) for b in (True, False)}
    outside: Counter[str] = Counter()
    for result in results:
        why = _outside(result)
        if why is None:
            inside[result.intercepted, compare_codes(result) is Codes.DIFFER].append(result)
        else:
            outside[f"{why}, intercepted" if result.intercepted else why] += 1
    first, second, third, fourth = (
        Cell(intercepted, differ, tuple(found)) for (intercepted, differ), found in inside.items()
    )
    return Contingency((first, second, third, fourth), tuple(outside.items()))


def _outside(result: Result) -> str | None:
    """Why the claim says nothing about this result; None when it does."""
    reasons = {finding.reason for finding in result.findings}
    if result.status is Status.NOT_RUN:
        return "not run"
    if Reason.CALL_ESTABLISHED not in reasons:
        return "not established" if Reason.CALL_NOT_ESTABLISHED in reasons else "not known to be established"
    if result.outcome is Outcome.BLOCKED:
        return "refused by an endpoint"  # nobody compares the codes of a call that an end has given up for this attack
    if Reason.LOCK_ON_BOTH not in reasons:
        return "without a lock on both screens"
    if compare_codes(result) in (Codes.ONE, Codes.NONE):
        return "without two codes to compare"
    return None
