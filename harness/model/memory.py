"""What was searched for in the memory of a process, and where it was found: names and numbers, never a byte of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from .base import Noun

Name = Annotated[str, Field(pattern=r"^[a-z0-9 -]{1,60}$")]


class Holder(StrEnum):
    """What a process is in a call: an end of it, which has the keys, or somebody who carries its packets."""

    ENDPOINT = "endpoint"
    INTERMEDIARY = "intermediary"


class SearchTime(StrEnum):
    """When: both had been heard and the call was up, or the ends were gone and the intermediary was still there."""

    DURING = "during"
    AFTER = "after"


class Sought(StrEnum):
    """What a needle is: a key of the call, what was said in it, or a word that this process is known to have."""

    KEY = "key"
    CONTENT = "content"
    OWN_WORD = "own-word"


class Sighting(Noun):
    """One needle that was found: how often, and in what kind of mapping first ("[heap]", "anonymous", "file")."""

    needle: Name
    sought: Sought
    times: int = Field(ge=1)
    mapping: str = Field(max_length=20)


class MemorySearch(Noun):
    """One search of one process. `searched` and `unread` are bytes; `unread` could have been read and was not.

    `needles`: how many of each kind were searched for. `problem`: why the search is worth nothing.
    """

    process: str = Field(pattern=r"^[a-z]{1,20}$")
    holder: Holder
    pid: int = Field(ge=1)
    when: SearchTime
    regions: int = Field(ge=0)
    searched: int = Field(ge=0)
    unread: int = Field(ge=0)
    needles: dict[Sought, int]
    sightings: tuple[Sighting, ...]
    problem: str | None = Field(default=None, max_length=300)

    def seen(self, sought: Sought) -> tuple[Sighting, ...]:
        """What was found of this kind."""
        return tuple(one for one in self.sightings if one.sought is sought)
