"""A known deviation: where a real stack does something else than the right thing, by name and version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from .base import SCHEMA_VERSION, Noun, Party
from .expectation import Expectation
from .outcome import Outcome
from .pairing import paired

BARE_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Stacks(Noun):
    """Which stacks call each other, by name: whose fault shows, and how the call ends, may hang on both."""

    alice: str = Field(pattern=r"^[a-z0-9-]+$", max_length=40)
    bob: str = Field(pattern=r"^[a-z0-9-]+$", max_length=40)

    def of(self, party: Party) -> str:
        return self.alice if party is Party.ALICE else self.bob


class Deviation(Noun):
    """What one version of one stack does in some scenarios instead of what the scenarios rightly ask for.

    `stack` and `version` must both stand in an endpoint's statement ("aioice/0.13.0"), or the deviation does not
    apply. `between`: only where these stacks are the two ends, and the version then counts at each end that has the
    stack; without it, the stack may be at either end, or must be at `end`. `scenarios` are ids with or without the
    brackets of a variant.
    `shown_by`: the other end may be quicker here, and then the right thing happens; the deviation of that id is of the
    same fault and must occur each time, so that a fault which is gone is missed. Without it this one must.
    `moves`: by which a search shows the same, each as far as it matters; an alarm of `expect` at an end that has the
    stack is then no news. `right` and `happens` are a sentence each, `reason` says why the stack does it, `reference` a
    link or how to see it again.
    """

    id: str = Field(pattern=BARE_ID, max_length=120)
    stack: str = Field(pattern=r"^[a-z0-9-]+$", max_length=40)
    version: str = Field(pattern=r"^[0-9A-Za-z.+-]+$", max_length=40)
    scenarios: tuple[str, ...] = Field(min_length=1, max_length=200, strict=False)
    shown_by: str | None = Field(default=None, pattern=BARE_ID, max_length=120)
    between: tuple[Stacks, ...] = Field(default=(), max_length=8, strict=False)
    end: Party | None = None
    moves: tuple[dict[str, str], ...] = Field(default=(), max_length=8, strict=False)
    right: str = Field(min_length=1, max_length=500)
    happens: str = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=1, max_length=1000)
    reference: str = Field(min_length=1, max_length=300)
    expect: Expectation

    @model_validator(mode="before")
    @classmethod
    def _as_older_runs_wrote_it(cls, value: Any) -> Any:
        """They said only that it need not occur, and not what shows it all the same."""
        if not isinstance(value, dict) or "sometimes" not in value:
            return value
        kept = {name: said for name, said in value.items() if name != "sometimes"}
        return kept | ({"shown_by": value.get("id")} if value["sometimes"] is True else {})

    @model_validator(mode="after")
    def _no_breach_is_excused(self) -> Self:
        if self.expect.outcome in (Outcome.BREACH, Outcome.FALSE_ALARM):
            raise ValueError(f"no stack may be known for {self.expect.outcome}: that fails a run")
        return self

    @property
    def software(self) -> str:
        """How an endpoint's statement names the stack."""
        return f"{self.stack}/{self.version}"

    def names(self, scenario: str) -> bool:
        """Whether it speaks of this scenario, by its whole id or by that of its file, whoever the two ends are."""
        found = paired(scenario)
        whole = scenario if found is None else found[0]
        return not {scenario, whole, scenario.partition("[")[0]}.isdisjoint(self.scenarios)

    def applies(self, scenario: str, software: Mapping[Party, str]) -> bool:
        """Whether it speaks of a call of this scenario between endpoints with these statements of software."""
        ends = software if self.end is None else {self.end: software.get(self.end, "")}
        if not self.names(scenario) or not any(self.software in said.split() for said in ends.values()):
            return False
        return not self.between or any(self._ends_are(stacks, software) for stacks in self.between)

    def _ends_are(self, stacks: Stacks, software: Mapping[Party, str]) -> bool:
        return all(self._is(stacks.of(party), software.get(party, "")) for party in Party)

    def _is(self, stack: str, software: str) -> bool:
        """Whether this software is that stack; the one that deviates must also be of the version that does."""
        named = software.split()
        return self.software in named if stack == self.stack else any(one.startswith(f"{stack}/") for one in named)


class Deviations(Noun):
    """The file of known deviations."""

    schema_version: Literal[1] = SCHEMA_VERSION
    deviations: tuple[Deviation, ...] = Field(strict=False)
