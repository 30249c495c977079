"""What a search for attacks came to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import SCHEMA_VERSION, Noun
from .endpoints import Endpoints
from .service_kind import ServiceKind


class Found(Noun):
    """A violation: `name` is the outcome or the alarm, `moves` what each move does, in order.

    `stable`: it came again each time that the same plan was tried again. `scenario` is the file to run it again,
    `recording` the folder that shows it; empty when they could not be written, which `unwritten` explains. `seconds`
    and `calls`: how long it took one searcher, shrinking included.
    """

    name: str
    why: str
    detail: str
    plan: str
    moves: tuple[str, ...]
    stable: bool
    scenario: str
    recording: str
    seconds: float = Field(ge=0)
    calls: int = Field(ge=0)
    unwritten: tuple[str, ...] = ()


class MoveCount(Noun):
    """How often a kind of move was tried, and in how many calls it really happened."""

    tried: int = Field(ge=0)
    effective: int = Field(ge=0)


class Unseen(Noun):
    """Calls at which the harness could not look: why, how many, and the plan of the first."""

    why: str
    calls: int = Field(ge=1)
    plan: str


class Untried(Noun):
    """What was not tried because these endpoints cannot do it: a kind of call, or the first plan of those that `why`
    speaks of.
    """

    plan: str
    why: str


class SearchDocument(Noun):
    """A whole search. `attacked`: calls with at least one move that happened. `violations`: calls in which the property
    did not hold, shrinking included. `known`: in how many calls known deviations of the stacks showed, and nothing else
    that would speak against the system; those are no violations. `broken`: searchers that ended before their time, each
    with its last words.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    seed: str
    endpoints: Endpoints
    service: ServiceKind = ServiceKind.REFERENCE
    searchers: int = Field(ge=1)
    seconds: float = Field(ge=0)
    calls: int = Field(ge=0)
    attacked: int = Field(ge=0)
    violations: int = Field(ge=0)
    not_checked: tuple[str, ...]
    moves: dict[str, MoveCount]
    outcomes: dict[str, int]
    known: dict[str, int] = {}
    unseen: tuple[Unseen, ...]
    untried: tuple[Untried, ...] = ()
    found: tuple[Found, ...]
    broken: tuple[str, ...] = ()
    interrupted: bool = False
