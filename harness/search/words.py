"""Each word that a service can say, alone, and what somebody on the path can say of connectivity checks.

There are few of them, and most mean something to one kind of fault only.

Chance would need hundreds of plans to say the right one to the right client; said one by one they cost a call each.
"""

from __future__ import annotations

from typing import Any, Final

from ..model.adversary.script import MOVES, Move
from ..model.base import Party, Role
from ..model.feature import Feature
from .plan import Plan

BOTS: Final = frozenset({Feature.CAPTIONS, Feature.TRANSCRIPTION, Feature.RECORDING, Feature.VOICEMAIL})
"""What a bot does that hears the call; everything else takes another device."""


def words() -> tuple[Plan, ...]:
    """A plan for each: acceptances that nobody gave, features that nobody granted, devices that nobody has; checks that
    nobody proved."""
    return tuple(Plan(moves=(one,)) for one in (*_acceptances(), *_features(), *_others(), *_checks()))


def _acceptances() -> tuple[Move, ...]:
    early = [_move("forge-accept", towards=role, when="ringing") for role in Role]
    again = [_move("forge-accept", towards=role, mode="service", when="up") for role in Role]
    return (*early, *again)


def _features() -> tuple[Move, ...]:
    holders = {feature: "bot" if feature in BOTS else "device" for feature in Feature}
    return tuple(_move("forge-feature", feature=feature, holder=holder) for feature, holder in holders.items())


def _others() -> tuple[Move, ...]:
    answers = [_move("ring-another", answers=answers) for answers in ("late", "instead")]
    return (*answers, *(_move("forge-invite", towards=role) for role in Role))


def _checks() -> tuple[Move, ...]:
    contradicted = [_move("contradict", packet="stun", sender=party, count=100) for party in Party]
    return (*contradicted, *(_move("inject", what="check", to=party, count=5) for party in Party))


def _move(do: str, **fields: Any) -> Move:
    made: Move = MOVES[do].model_validate({"do": do, **fields})  # type: ignore[assignment]
    return made
