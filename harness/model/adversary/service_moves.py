"""The moves of a script that are the service's own words: about the call, its mode, its features and other devices."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ..base import Noun, Role
from ..feature import Feature
from ..mode import Mode
from .base import Position


class OfTheService(Noun):
    """A move of whoever has the signalling in hand."""

    needs: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})


class TellMode(OfTheService):
    """When the call is accepted, `towards` is told this mode instead of the one that was decided."""

    do: Literal["tell-mode"]
    towards: Role = Field(strict=False)
    mode: Mode = Field(strict=False)


class ForgeAccept(OfTheService):
    """`towards` is told that the call is accepted, and this mode: while it rings, or once more when the call is up."""

    do: Literal["forge-accept"]
    towards: Role = Field(strict=False)
    mode: Mode = Field(default=Mode.E2EE, strict=False)
    when: Literal["ringing", "up"] = "up"


class ForgeInvite(OfTheService):
    """`towards` is invited to a call when it is in one already."""

    do: Literal["forge-invite"]
    towards: Role = Field(strict=False)


class WithholdMessage(OfTheService):
    """Messages of this kind do not reach `towards`."""

    do: Literal["withhold-message"]
    towards: Role = Field(strict=False)
    message: Literal["invite", "ringing", "accept", "chat", "hang-up"]


class ForgeFeature(OfTheService):
    """In mid-call both are told that a feature is on, and the callee is offered who shall have the media by it."""

    do: Literal["forge-feature"]
    feature: Feature = Field(strict=False)
    holder: Literal["nobody", "bot", "device"] = "nobody"

    @property
    def needs(self) -> frozenset[Position]:  # type: ignore[override]
        places = {"nobody": (), "bot": (Position.PATH,), "device": (Position.OFF_PATH,)}
        return frozenset({Position.SIGNALLING, *places[self.holder]})


class RingAnother(OfTheService):
    """Another device, the adversary's own, answers: late, or instead of the callee's, whom it calls in turn."""

    needs: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.OFF_PATH})

    do: Literal["ring-another"]
    answers: Literal["late", "instead"]
