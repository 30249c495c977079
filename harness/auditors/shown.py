"""What each screen showed last while the call had two ends. A screen that empties after that is how a call ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..model.base import Party
from ..model.statement import EndpointStatement, Screen, ScreenMoment

SOON: Final = 1.0
"""Seconds in which the word that a call is over reaches the other end: two screens that empty so near to each other do
it for one reason, and which of them was first means nothing."""


def shown_last(statements: Mapping[Party, EndpointStatement]) -> dict[Party, Screen]:
    """By party the screen that counts where the two are compared: the one that its statement gives or, where that is
    empty only since the other one's call was over, the one before that."""
    return {party: _last(statement, statements.get(party.peer)) for party, statement in statements.items()}


def before_the_end(moments: tuple[ScreenMoment, ...], peer: EndpointStatement | None) -> tuple[ScreenMoment, ...]:
    """The moments of one party's screen without the empty ones that the end of the other one's call left behind."""
    over = None if peer is None else peer.over
    kept = len(moments)
    while over is not None and kept and moments[kept - 1].time >= over - SOON and moments[kept - 1].screen.empty:
        kept -= 1
    return moments[:kept]


def _last(statement: EndpointStatement, peer: EndpointStatement | None) -> Screen:
    before = before_the_end(statement.screens, peer) if statement.screen.empty else ()
    return before[-1].screen if before else statement.screen
