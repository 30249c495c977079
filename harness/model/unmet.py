"""What a scenario needs and does not find."""

from __future__ import annotations

from pydantic import Field

from .base import MAX_ID, SCENARIO_ID, Noun


class Unmet(Noun):
    """A scenario that is not run because something that it needs is not there. `asked`: the user named it."""

    scenario: str = Field(pattern=SCENARIO_ID, max_length=MAX_ID)
    why: str = Field(max_length=500)
    asked: bool
