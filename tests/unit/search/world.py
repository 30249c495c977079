"""A world in which calls cost nothing: a plan is judged by a rule of the test, and nothing happens by chance."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from harness.model.adversary.script import Move
from harness.model.finding import Finding, Reason, Severity
from harness.model.verdict import Outcome, Result, Status
from harness.search.plan import Plan
from harness.search.search import Tried

_MOVE: TypeAdapter[Move] = TypeAdapter(Move)


def move(do: str, **fields: Any) -> Move:
    return _MOVE.validate_json(json.dumps({"do": do, **fields}))


INTERCEPT = move("intercept")
FLIP = move("flip", packet="srtp", sender="alice", octet=-1)
SWAP = move("swap-fingerprint", towards="callee")


def finding(reason: Reason, severity: Severity = Severity.ALARM, auditor: str = "auditor") -> Finding:
    return Finding(auditor=auditor, reason=reason, severity=severity, vantage="alice", detail="it says so")


def result(
    outcome: Outcome = Outcome.SECURE, findings: Sequence[Finding] = (), status: Status = Status.AS_EXPECTED
) -> Result:
    return Result(
        scenario="world",
        title="world",
        family="control",
        expected=Outcome.SECURE,
        outcome=outcome,
        status=status,
        because=f"{outcome}",
        codes={},
        intercepted=False,
        findings=tuple(findings),
        recording=None,
        seconds=0.1,
    )


@dataclass
class World:
    """Calls in which the property is violated exactly when `broken` says so. Implements `Caller`.

    `again`: whether a violation comes again when it is asked for once more. `without`: why a call cannot be made.
    """

    broken: Callable[[Plan], bool]
    again: Callable[[Plan], bool] = lambda plan: True
    made: list[Plan] = field(default_factory=list)
    confirmed: list[Plan] = field(default_factory=list)
    recording: Path | None = None
    without: Callable[[Plan], str | None] = lambda plan: None

    def lacking(self, plan: Plan) -> str | None:
        return self.without(plan)

    def call(self, plan: Plan) -> Tried:
        self.made.append(plan)
        return self._tried(plan, self.broken(plan))

    def confirm(self, plan: Plan, first: Tried) -> Tried:
        self.confirmed.append(plan)
        return self._tried(plan, self.again(plan))

    def _tried(self, plan: Plan, broken: bool) -> Tried:
        outcome = Outcome.BREACH if broken else Outcome.SECURE
        return Tried(plan, result(outcome), tuple(True for _ in plan.moves), self.recording)
