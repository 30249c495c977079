"""The interop matrix of one run: each scenario between each pair of endpoints over each network."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import SCHEMA_VERSION, Noun, Party
from .outcome import Outcome, Status
from .pairing import Pairing
from .verdict import End, Summary


class Cell(Noun):
    """One call. `result` is its id in the results of the run, `because` the judge's sentence.

    `codes`: how those on the two screens compare. `connected`: both ends say that the call was up. `why`: what kept it
    from that, or from going as expected, by what was recorded; empty when nothing did. `setup_seconds`: from the offer
    until both screens said that the call was up. `recording` is below the folder of the run.
    """

    scenario: str
    pairing: Pairing
    result: str
    expected: Outcome
    outcome: Outcome
    status: Status
    because: str
    codes: Literal["equal", "differ", "one only", "none"]
    connected: bool
    why: str
    deviation: str | None
    ends: dict[Party, End]
    setup_seconds: float | None = Field(ge=0)
    recording: str | None
    seconds: float = Field(ge=0)


class Interop(Noun):
    """What `harness interop -o json=-` prints. `versions` are those of everything that took part, the endpoints as they
    name themselves; a cell that was not run is counted, and says why.
    """

    schema_version: int = SCHEMA_VERSION
    run: str
    versions: dict[str, str]
    summary: Summary
    cells: tuple[Cell, ...]
    interrupted: bool = False
