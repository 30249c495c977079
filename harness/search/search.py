"""One searcher: plans, calls, verdicts; a violation is shrunk, made to happen again, and written down.

The same seed makes the same plans in the same order. What a call then shows is real, so a finding that does not come
again is told as what it is: unstable, and kept like any other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from ..model.search import Untried
from ..model.verdict import Result
from .plan import Plan, Shape
from .property import Violation, unseeing, violation
from .shrinking import shrinking
from .strategy import explore, number_of
from .words import words

ROUND: Final = 100
"""Plans that one state machine makes; then another one begins afresh, with a seed of its own."""
BETWEEN: Final = 3
"""Plans of a state machine between two words of the service: few calls must not be words alone. Its first plan is
always its simplest, so that mostly two of them are new."""

RUNS: Final = 3
"""How often a call must show it again, whatever the first one was: where chance decides, any call may be that one."""


@dataclass(frozen=True)
class Tried:
    """A plan whose call was made. `effective`: for each move, whether it really happened.

    `recording`: its folder, which is there only while the call is worth keeping. `known`: the deviations of stacks that
    explain all that speaks against the system.
    """

    plan: Plan
    result: Result
    effective: tuple[bool, ...]
    recording: Path | None = None
    known: tuple[str, ...] = ()

    @property
    def violation(self) -> Violation | None:
        return None if self.known else violation(self.result)

    @property
    def unseeing(self) -> str | None:
        return unseeing(self.result)


@dataclass(frozen=True)
class Finding:
    """A violation with the simplest plan for it. `again`: the same plan as a scenario, up to the first call that
    shows something else.
    """

    plan: Plan
    first: Tried
    again: tuple[Tried, ...]
    seconds: float
    calls: int

    @property
    def stable(self) -> bool:
        """Whether it came again each time, with the same outcome: a scenario can have but one."""
        return all(_same(self.first, one) for one in self.again)


class Caller(Protocol):
    """Makes the call of a plan. `confirm` makes it again, expecting what the first one showed.

    `lacking`: why these endpoints cannot make the call of a plan, None when they can; only then it is asked for.
    """

    def lacking(self, plan: Plan) -> str | None: ...

    def call(self, plan: Plan) -> Tried: ...

    def confirm(self, plan: Plan, first: Tried) -> Tried: ...


@dataclass(frozen=True)
class Bounds:
    """When to stop: seconds, calls, moves of a plan. `searcher` tells several apart that share a seed."""

    seconds: float
    calls: int
    moves: int
    seed: str
    searcher: int = 0


@dataclass
class Search:
    """One searcher's memory. `tell` hears of every call, in order; `refuse` of what cannot be made, once a reason."""

    caller: Caller
    bounds: Bounds
    tell: Callable[[Tried], None]
    clock: Callable[[], float] = time.monotonic
    refuse: Callable[[Untried], None] = lambda _: None
    calls: int = 0
    _known: dict[str, Tried] = field(default_factory=dict)
    _refused: set[str] = field(default_factory=set)
    _begun: float = 0.0

    def run(self) -> Iterator[Finding]:
        """Search until something is found that comes again, or the bounds are reached."""
        self._begun = self.clock()
        for plan in self._violating():
            finding = self._settled(plan)
            yield finding
            if finding.stable:
                return

    def _violating(self) -> Iterator[Plan]:
        """Plans for which the property did not hold, as they come, not yet shrunk.

        The first searcher begins with each kind of call without an attack, in which many faults show by themselves.
        Then it says each word that the service can say, which few clients take amiss, between plans put together.
        """
        simple, alone = (tuple(map(Plan, Shape)), words()) if self.bounds.searcher == 0 else ((), ())
        yield from (plan for plan in simple if not self._holds(plan))
        waiting, rounds = iter(self._shuffled(alone)), 0
        # Where the simplest call cannot be made, no attack can: plans would be refused until the time is over.
        while not self._over and self.caller.lacking(Plan()) is None:
            word = next(waiting, None)
            if word is not None and not self._holds(word):
                yield word
            number = number_of(self.bounds.seed, self.bounds.searcher, rounds)
            plans = ROUND if word is None else BETWEEN
            found = explore(self._holds, number=number, plans=plans, longest=self.bounds.moves)
            if found is not None:
                yield found
            rounds += 1

    @property
    def _over(self) -> bool:
        return self.calls >= self.bounds.calls or self.clock() - self._begun >= self.bounds.seconds

    def _shuffled(self, plans: Sequence[Plan]) -> list[Plan]:
        """In an order of this seed, so that searches that end early do not all leave out the same."""
        return sorted(plans, key=lambda plan: number_of(self.bounds.seed, plan.key))

    def _holds(self, plan: Plan) -> bool:
        """Whether nothing is known against the property in the call of this plan."""
        return self._answer(plan) is not False

    def _answer(self, plan: Plan) -> bool | None:
        """Whether the property holds in the call of this plan: in one that cannot be made it does; of a call for which
        there is no time, nobody knows.
        """
        if (why := self.caller.lacking(plan)) is not None:
            self._refuse(plan, why)
            return True
        tried = self._tried(plan)
        return None if tried is None else tried.violation is None

    def _refuse(self, plan: Plan, why: str) -> None:
        if why not in self._refused:
            self._refused.add(why)
            self.refuse(Untried(plan=f"{plan.described}, and others" if plan.moves else plan.described, why=why))

    def _tried(self, plan: Plan) -> Tried | None:
        """Each plan is tried once: the machine must hear the same answer whenever it asks."""
        if plan.key not in self._known:
            if self._over:
                return None
            self.calls += 1
            tried = self.caller.call(plan)
            self._known[plan.key] = tried
            self.tell(tried)
        return self._known[plan.key]

    def _settled(self, found: Plan) -> Finding:
        """The simplest plan that shows it again. A call may show by chance what the plan does not bring about."""
        plans = list(shrinking(found, self._answer))
        seconds, calls = self.clock() - self._begun, self.calls
        findings = (self._confirmed(plan, seconds, calls) for plan in reversed(plans))
        simplest = next(findings)
        return simplest if simplest.stable else next((one for one in findings if one.stable), simplest)

    def _confirmed(self, plan: Plan, seconds: float, calls: int) -> Finding:
        first = self._known[plan.key]
        return Finding(plan, first, tuple(self._again(plan, first)), seconds, calls)

    def _again(self, plan: Plan, first: Tried) -> Iterator[Tried]:
        for _ in range(RUNS):
            tried = self.caller.confirm(plan, first)
            yield tried
            if not _same(first, tried):
                return


def _same(first: Tried, again: Tried) -> bool:
    return again.violation is not None and again.result.outcome is first.result.outcome


def tally(tried: Tried) -> Mapping[str, tuple[int, int]]:
    """By kind of move: how often it was tried in this call, and how often it happened."""
    counted: dict[str, tuple[int, int]] = {}
    for move, effective in zip(tried.plan.moves, tried.effective, strict=True):
        before = counted.get(move.do, (0, 0))
        counted[move.do] = (before[0] + 1, before[1] + effective)
    return counted
