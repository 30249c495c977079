"""What a calling service in bad hands says and does beside changing descriptions."""

from __future__ import annotations

from typing import ClassVar, Literal

from .base import Attacker, Position


class OfTheService(Attacker):
    """Whoever has the signalling in hand."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    position: tuple[Position, ...] = (Position.SIGNALLING,)


class ForgedAcceptance(OfTheService):
    """Tells the caller that her call is accepted while it still rings."""

    kind: Literal["forged-acceptance"]
