"""What every adversary has: its positions."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Self

from pydantic import Field, model_validator

from ..base import Noun


class Position(StrEnum):
    """What an adversary controls. Signalling and path are separate; off-path can only send to a known address."""

    SIGNALLING = "signalling"
    PATH = "path"
    OFF_PATH = "off-path"


class Attacker(Noun):
    """What every adversary has: positions. `allowed` are those it can use, `needed` those it cannot do without."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.PATH})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.PATH})

    position: tuple[Position, ...] = Field(min_length=1, strict=False)

    @model_validator(mode="after")
    def _positions_fit(self) -> Self:
        held = set(self.position)
        if len(held) != len(self.position):
            raise ValueError("a position is named twice")
        useless = sorted(held - self.allowed)
        if useless:
            raise ValueError(f"the position '{useless[0]}' is of no use to this adversary")
        lacking = sorted(self.needed - held)
        if lacking:
            raise ValueError(f"this adversary needs the position '{lacking[0]}'")
        return self
