"""What all searchers of one search have told so far. Imports nothing of what they need to search."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from ..model.endpoints import Endpoints
from ..model.search import Found, MoveCount, SearchDocument, Unseen, Untried
from ..model.service_kind import ServiceKind

NOT_CHECKED = ("wireshark",)


@dataclass
class Ledger:
    """Counts calls and moves, keeps what was found."""

    seed: str
    endpoints: Endpoints
    searchers: int
    service: ServiceKind = ServiceKind.REFERENCE
    interrupted: bool = False
    calls: int = 0
    attacked: int = 0
    violations: int = 0
    _begun: float = field(default_factory=time.monotonic)
    _tried: Counter[str] = field(default_factory=Counter)
    _effective: Counter[str] = field(default_factory=Counter)
    _outcomes: Counter[str] = field(default_factory=Counter)
    _known: Counter[str] = field(default_factory=Counter)
    _unseen: dict[str, tuple[int, str]] = field(default_factory=dict)
    _untried: dict[str, Untried] = field(default_factory=dict)
    _found: list[Found] = field(default_factory=list)
    _broken: list[str] = field(default_factory=list)

    def hear(self, line: dict[str, Any]) -> bool:
        """One line of one searcher; true when it was its last. ValueError when it is none."""
        match line:
            case {"call": call}:
                self._call(call)
            case {"found": found}:
                self._found.append(Found.model_validate_json(json.dumps(found)))
            case {"untried": untried}:
                one = Untried.model_validate_json(json.dumps(untried))
                self._untried.setdefault(one.why, one)  # each searcher says the same, of plans of its own
            case {"ended": True}:
                return True
            case _:
                raise ValueError(f"no such line: {str(line)[:200]}")
        return False

    @property
    def confirmed(self) -> bool:
        """Whether something was found that came again."""
        return any(one.stable for one in self._found)

    def broke(self, why: str) -> None:
        self._broken.append(why[:500])

    def progress(self) -> str:
        """One line on how it goes."""
        seconds = time.monotonic() - self._begun
        found = f"{len(self._found)} found" if self._found else "nothing found yet"
        return f"{seconds:5.0f} s  {self.calls} calls  {self.calls / seconds:.1f} a second  {found}"

    def document(self) -> SearchDocument:
        return SearchDocument(
            seed=self.seed,
            endpoints=self.endpoints,
            service=self.service,
            searchers=self.searchers,
            seconds=time.monotonic() - self._begun,
            calls=self.calls,
            attacked=self.attacked,
            violations=self.violations,
            not_checked=NOT_CHECKED,
            moves={
                name: MoveCount(tried=count, effective=self._effective[name])
                for name, count in sorted(self._tried.items())
            },
            outcomes=dict(sorted(self._outcomes.items())),
            known=dict(sorted(self._known.items())),
            unseen=tuple(
                Unseen(why=why, calls=count, plan=plan) for why, (count, plan) in sorted(self._unseen.items())
            ),
            untried=tuple(self._untried.values()),
            found=tuple(self._found),
            broken=tuple(self._broken),
            interrupted=self.interrupted,
        )

    def _call(self, call: dict[str, Any]) -> None:
        self.calls += 1
        self._outcomes[call["outcome"]] += 1
        self.violations += call["violation"] is not None
        self._known.update(call["known"])
        self.attacked += any(effective for _, effective in call["moves"].values())
        for name, (tried, effective) in call["moves"].items():
            self._tried[name] += tried
            self._effective[name] += effective
        if call["unseeing"] is not None:
            count, plan = self._unseen.get(call["unseeing"], (0, call["plan"]))
            self._unseen[call["unseeing"]] = (count + 1, plan)
