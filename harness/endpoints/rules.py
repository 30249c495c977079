"""What may come when, at one client: the rules of a call's course, apart from whoever keeps them.

A state goes in and the next one comes out; a message that may not come now leaves the state as it is. A client asks
before it acts, and a specimen breaks one rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from ..model.base import Role
from ..model.feature import Feature
from ..model.mode import Mode


class Stage(StrEnum):
    """How far a call has come at one client.

    `IDLE`: nobody calls. `CALLING`: it calls, and waits for the other one. `RINGING`: its user is called. `ACCEPTING`:
    its user has accepted, and the service has not said yet what kind of call this is. `ACCEPTED`: it has.
    """

    IDLE = "idle"
    CALLING = "calling"
    RINGING = "ringing"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Progress:
    """Where a client is in its call; `mode` is what it was told when the call was accepted."""

    stage: Stage
    mode: Mode | None = None

    @classmethod
    def begun(cls, role: Role) -> Progress:
        return cls(Stage.CALLING if role is Role.CALLER else Stage.IDLE)


class CallRules:
    """The rules of a healthy client."""

    modes: ClassVar[frozenset[Mode]] = frozenset({Mode.E2EE, Mode.SERVICE})
    """The kinds of call that it makes."""

    def invited(self, now: Progress) -> Progress:
        """Somebody calls."""
        return Progress(Stage.RINGING) if now.stage is Stage.IDLE else now

    def picked_up(self, now: Progress) -> Progress:
        """The user accepts."""
        return Progress(Stage.ACCEPTING) if now.stage is Stage.RINGING else now

    def accepted(self, now: Progress, word: str) -> Progress:
        """The service says that the call is accepted, and its mode. ValueError for a mode that it does not make.

        It is decided once, for the whole call. And a callee's call is accepted by its own user, or not at all.
        """
        if now.stage not in (Stage.CALLING, Stage.ACCEPTING):
            return now
        mode = next((mode for mode in self.modes if mode.value == word), None)
        if mode is None:
            raise ValueError(f"the service says that this is a call of the kind {word[:40]!r}, which is none")
        return Progress(Stage.ACCEPTED, mode)

    def describing(self, now: Progress) -> Mode | None:
        """The mode in which a description may be made or taken; None while nothing of the network may be told."""
        return now.mode

    def allows(self, now: Progress, feature: Feature) -> bool:
        """Whether the service may turn this on in the call. In an end-to-end encrypted one it may turn on nothing."""
        return now.mode is Mode.SERVICE
