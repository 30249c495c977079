"""A run: what was selected, under which conditions, and what became of each scenario."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .base import MAX_ID, SCENARIO_ID, SCHEMA_VERSION, Moment, Noun
from .deviation import Deviation
from .unmet import Unmet

SHA256 = r"^[0-9a-f]{64}$"


class RunHeader(Noun):
    """`run.json`, written before the first call. `without` names the auditors that the user left out.

    `deviations` are those known for the selected scenarios, so that the same are applied whenever it is audited.
    `self_test` names the specimens when every one there is, and every twin of one, was selected. `unmet` are those of
    the selected scenarios that are not run.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    run: str = Field(pattern=r"^[0-9A-Za-z-]{1,64}$")
    started: Moment
    seed: str = Field(max_length=64)
    jobs: int = Field(ge=1, le=256)
    without: tuple[str, ...]
    provenance: dict[str, str]
    selected: tuple[str, ...]
    deviations: tuple[Deviation, ...] = ()
    self_test: tuple[str, ...] = ()
    unmet: tuple[Unmet, ...] = ()


class IndexEntry(Noun):
    """One line of `index.jsonl`, written when a scenario's call has ended.

    `recording` is the folder below the run and `sha256` the hash of its `recording.json`; a scenario that could not
    be recorded has an `error` instead. `plan` is the hash of the scenario as it was run.
    """

    scenario: str = Field(pattern=SCENARIO_ID, max_length=MAX_ID)
    plan: str = Field(pattern=SHA256)
    recording: str | None = None
    sha256: str | None = Field(default=None, pattern=SHA256)
    error: str | None = Field(default=None, max_length=2000)
    seconds: float = Field(ge=0)

    @model_validator(mode="after")
    def _recorded_or_failed(self) -> IndexEntry:
        if (self.recording is None) != (self.sha256 is None) or (self.recording is None) == (self.error is None):
            raise ValueError("an entry holds either a recording with its hash, or an error")
        return self
