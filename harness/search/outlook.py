"""What the state of the protocol allows next, after the moves that are planned already.

A restart brings a second offer, a second answer and a second association; without one there is nothing second to work
on. Whoever ends DTLS wants its fingerprints in the signalling of the same association. What cannot arrive any more
cannot be worked on.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..model.adversary import Position
from ..model.adversary.script import AlterFingerprint, Intercept, Move, SwapFingerprint, Withhold
from ..model.adversary.service_moves import ForgeAccept, OfTheService, WithholdMessage
from ..model.base import Role
from .plan import Plan, Shape


@dataclass(frozen=True)
class Outlook:
    """`positions`: what this adversary controls. `longest`: so many moves, and the plan is complete."""

    positions: frozenset[Position]
    longest: int
    plan: Plan

    @property
    def room(self) -> int:
        """How many moves may still be added."""
        return 0 if self.over else self.longest - len(self.plan.moves)

    @property
    def over(self) -> bool:
        """Whether the planned moves leave nothing of the call to work on."""
        return any(
            (isinstance(move, Withhold) and move.nth in (None, 1))
            or (isinstance(move, WithholdMessage) and move.message in ("invite", "accept"))
            for move in self.plan.moves
        )

    @property
    def doomed(self) -> bool:
        """Whether a correct endpoint refuses the call, so that there will be few packets to work on."""
        named = [move for move in self.plan.moves if isinstance(move, SwapFingerprint | AlterFingerprint)]
        if any(isinstance(move, ForgeAccept) and move.when == "ringing" for move in self.plan.moves):
            return True
        return any(isinstance(move, AlterFingerprint) or self.association is None for move in named)

    @property
    def exchanges(self) -> int:
        """How many offers and answers there will be, and how many associations."""
        return 2 if self.plan.shape is Shape.RESTART else 1

    @property
    def remembered(self) -> bool:
        """Whether the service has seen an earlier call."""
        return self.plan.shape is Shape.EARLIER

    @property
    def association(self) -> int | None:
        """Which association is intercepted."""
        return next((move.association for move in self.plan.moves if isinstance(move, Intercept)), None)

    @property
    def unswapped(self) -> tuple[Role, ...]:
        """Who has not yet been told the interceptor's fingerprint, where there is an interceptor."""
        if self.association is None:
            return ()
        told = {move.towards for move in self.plan.moves if isinstance(move, SwapFingerprint)}
        return tuple(role for role in Role if role not in told)

    def holds(self, position: Position) -> bool:
        """Whether a move from there can be added."""
        return self.room > 0 and position in self.positions

    @property
    def untold(self) -> bool:
        """Whether the service has not yet been given words of its own that change the course of the call."""
        return not any(isinstance(move, OfTheService) for move in self.plan.moves)

    def may_speak(self) -> bool:
        return self.holds(Position.SIGNALLING) and self.untold

    def may_intercept(self) -> bool:
        return self.holds(Position.PATH) and self.association is None

    def may_follow(self) -> bool:
        return self.holds(Position.SIGNALLING) and bool(self.unswapped)

    def may_throw(self) -> bool:
        return not self.doomed and self._may_reach()

    def _may_reach(self) -> bool:
        return self.holds(Position.PATH) or self.holds(Position.OFF_PATH)

    def after(self, *moves: Move) -> Outlook:
        """With these moves planned too, as far as there is room."""
        added = moves[: self.room]
        return Outlook(self.positions, self.longest, Plan(self.plan.shape, (*self.plan.moves, *added)))
