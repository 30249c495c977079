"""Real calls for the search: one at a time in this process, audited at once, forgotten unless something was found."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..deviations import load
from ..evidence.recording_folder import read_ground_truth
from ..model.deviation import Deviation
from ..model.endpoints import Endpoints
from ..model.scenario import Scenario
from ..model.search import Untried
from ..model.service_kind import ServiceKind
from ..needs import unmet
from ..placement import place
from ..runner import Options
from .expected import expectation
from .known import known
from .plan import Plan, Shape
from .search import Tried

WITHOUT: Final = ("wireshark",)
"""Starting tshark takes longer than a call of the search. A finding can be looked at with it afterwards."""
TIMEOUT: Final = 20.0


@dataclass(frozen=True)
class RealCalls:
    """Places calls between these endpoints, by this service, recorded in `workshop`, where only violations stay.

    `first`: the number of each call's network, so that searchers at the same time have networks of their own.
    `deviations`: what is known of stacks, and so nothing to find.
    """

    endpoints: Endpoints
    workshop: Path
    first: int = 1
    service: ServiceKind = ServiceKind.REFERENCE
    deviations: tuple[Deviation, ...] = field(default_factory=load)

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Those that nothing is lacking for: a bare page makes no ordinary calls."""
        return tuple(one for one in Shape if self._why_not(one) is None)

    @property
    def untried(self) -> tuple[Untried, ...]:
        """The others, each with what it is lacking."""
        lacking = ((one, self._why_not(one)) for one in Shape)
        return tuple(Untried(plan=Plan(one).described, why=why) for one, why in lacking if why is not None)

    def call(self, plan: Plan) -> Tried:
        tried = self._tried(plan, plan.scenario(self.endpoints, service=self.service))
        if tried.violation is None and tried.recording is not None:
            shutil.rmtree(run_of(tried.recording))
        return tried

    def confirm(self, plan: Plan, first: Tried) -> Tried:
        return self._tried(plan, plan.scenario(self.endpoints, expectation(first.result), self.service))

    def _why_not(self, shape: Shape) -> str | None:
        lacking = unmet((Plan(shape).scenario(self.endpoints, service=self.service),), (), ())
        return next((one.why for one in lacking), None)

    def _tried(self, plan: Plan, scenario: Scenario) -> Tried:
        placed = place(scenario, Options(self.workshop, timeout=TIMEOUT, without=WITHOUT, first=self.first))
        truth = None if placed.recording is None else read_ground_truth(placed.recording)
        deeds = {} if truth is None else truth.deeds
        happened = tuple(deeds.get(f"move-{number}-{move.do}", 0) > 0 for number, move in enumerate(plan.moves, 1))
        made = [move for move, done in zip(plan.moves, happened, strict=True) if done]
        return Tried(plan, placed.result, happened, placed.recording, known(placed.result, made, self.deviations))


def run_of(recording: Path) -> Path:
    """The folder of the run that a call's recording lies in."""
    return recording.parent.parent
