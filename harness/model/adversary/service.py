"""What a calling service in bad hands says and does beside changing descriptions."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..base import Role
from ..feature import Feature
from .base import Attacker, Position


class _OfTheService(Attacker):
    """Whoever has the signalling in hand, and for some things the path or an address of its own too."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})
    needed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING})

    position: tuple[Position, ...] = (Position.SIGNALLING,)


class ForgedAcceptance(_OfTheService):
    """Tells the caller that her call is accepted while it still rings."""

    kind: Literal["forged-acceptance"]


class E2eeStrip(_OfTheService):
    """Says that the call can only be an ordinary one, to those in `towards`, and reads the keys that then pass it."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})
    needed: ClassVar[frozenset[Position]] = allowed

    kind: Literal["e2ee-strip"]
    position: tuple[Position, ...] = (Position.SIGNALLING, Position.PATH)
    towards: tuple[Role, ...] = Field(default=(Role.CALLER, Role.CALLEE), min_length=1, strict=False)


class ForgedLock(_OfTheService):
    """Says that the call is end-to-end encrypted, and takes its keys to itself: those that lie in the descriptions, or
    keys of its own in the place of DTLS."""

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.PATH})
    needed: ClassVar[frozenset[Position]] = allowed

    kind: Literal["forged-lock"]
    position: tuple[Position, ...] = (Position.SIGNALLING, Position.PATH)


class PolicyFlip(_OfTheService):
    """Says in the middle of a call that the policy has changed and that the call is an ordinary one from now on.

    `keys`: and offers the callee media keys of its own in the place of DTLS.
    """

    kind: Literal["policy-flip"]
    keys: bool = False


class FeatureInsertion(_OfTheService):
    """Acts in the middle of a call as if a feature had been granted: both are told that it is on.

    `holder`: who shall have the media by that. `bot`: the callee is offered media keys that the service knows, as a
    recorder or an interpreter needs them; `device`: another device, with an address and a certificate of its own.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset(Position)

    kind: Literal["feature-insertion"]
    feature: Feature = Field(strict=False)
    holder: Literal["nobody", "bot", "device"] = "nobody"

    @model_validator(mode="after")
    def _a_holder_needs_a_place(self) -> Self:
        places = {"nobody": set[Position](), "bot": {Position.PATH}, "device": {Position.OFF_PATH}}[self.holder]
        if set(self.position) != places | {Position.SIGNALLING}:
            also = "".join(f" and '{place}'" for place in places)
            raise ValueError(f"with the holder {self.holder!r} this adversary has the position 'signalling'{also}")
        return self


class SecondDevice(_OfTheService):
    """Another device, of its own, answers: `late` when the callee's has answered already, or `instead` of it.

    Instead of the callee it also calls him itself, and passes on what either says.
    """

    allowed: ClassVar[frozenset[Position]] = frozenset({Position.SIGNALLING, Position.OFF_PATH})
    needed: ClassVar[frozenset[Position]] = allowed

    kind: Literal["second-device"]
    position: tuple[Position, ...] = (Position.SIGNALLING, Position.OFF_PATH)
    answers: Literal["late", "instead"]


class ChatReader(_OfTheService):
    """Reads every line of chat that passes, and writes it down."""

    kind: Literal["chat-reader"]
