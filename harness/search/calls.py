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
from ..model.service_kind import ServiceKind
from ..model.verdict import Status
from ..placement import place
from ..runner import Options
from .expected import expectation
from .known import known
from .plan import Plan
from .possible import lacking
from .search import Tried

WITHOUT: Final = ("wireshark",)
"""Starting tshark takes longer than a call of the search. A finding can be looked at with it afterwards."""
TIMEOUT: Final = 20.0


class NotMade(Exception):
    """No call was made although nothing was lacking a moment ago: a search must not go on and count."""


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

    def lacking(self, plan: Plan) -> str | None:
        return lacking(plan, self.endpoints, self.service)

    def call(self, plan: Plan) -> Tried:
        tried = self._tried(plan, plan.scenario(self.endpoints, service=self.service))
        if tried.violation is None and tried.recording is not None:
            shutil.rmtree(run_of(tried.recording))
        return tried

    def confirm(self, plan: Plan, first: Tried) -> Tried:
        return self._tried(plan, plan.scenario(self.endpoints, expectation(first.result), self.service))

    def _tried(self, plan: Plan, scenario: Scenario) -> Tried:
        placed = place(scenario, Options(self.workshop, timeout=TIMEOUT, without=WITHOUT, first=self.first))
        if placed.result.status is Status.NOT_RUN:
            raise NotMade(placed.result.because)
        truth = None if placed.recording is None else read_ground_truth(placed.recording)
        deeds = {} if truth is None else truth.deeds
        happened = tuple(deeds.get(f"move-{number}-{move.do}", 0) > 0 for number, move in enumerate(plan.moves, 1))
        made = [move for move, done in zip(plan.moves, happened, strict=True) if done]
        return Tried(plan, placed.result, happened, placed.recording, known(placed.result, made, self.deviations))


def run_of(recording: Path) -> Path:
    """The folder of the run that a call's recording lies in."""
    return recording.parent.parent
