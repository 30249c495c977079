"""A known deviation: where a real stack does something else than the right thing, by name and version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from .base import SCHEMA_VERSION, Noun
from .outcome import Outcome
from .scenario import Expectation

BARE_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Deviation(Noun):
    """What one version of one stack does in some scenarios instead of what the scenarios rightly ask for.

    `stack` and `version` must both stand in an endpoint's statement ("aioice/0.13.0"), or the deviation does not
    apply. `scenarios` are ids with or without the brackets of a variant. `right` and `happens` are a sentence each,
    `reason` says why the stack does it, `reference` a link or how to see it again.
    """

    id: str = Field(pattern=BARE_ID, max_length=120)
    stack: str = Field(pattern=r"^[a-z0-9-]+$", max_length=40)
    version: str = Field(pattern=r"^[0-9A-Za-z.+-]+$", max_length=40)
    scenarios: tuple[str, ...] = Field(min_length=1, max_length=200, strict=False)
    right: str = Field(min_length=1, max_length=500)
    happens: str = Field(min_length=1, max_length=500)
    reason: str = Field(min_length=1, max_length=1000)
    reference: str = Field(min_length=1, max_length=300)
    expect: Expectation

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
        """Whether it speaks of this scenario, by its whole id or by that of its file."""
        return scenario in self.scenarios or scenario.partition("[")[0] in self.scenarios

    def applies(self, scenario: str, software: Iterable[str]) -> bool:
        """Whether it speaks of a call of this scenario between endpoints with these statements of software."""
        return self.names(scenario) and any(self.software in said.split() for said in software)


class Deviations(Noun):
    """The file of known deviations."""

    schema_version: Literal[1] = SCHEMA_VERSION
    deviations: tuple[Deviation, ...] = Field(strict=False)
