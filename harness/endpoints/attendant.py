"""The part of a client that listens to the service: how far its call is, what may come now, what the user reads."""

from __future__ import annotations

from typing import Final, Protocol

from ..markers import chat
from ..model.base import Role
from ..model.feature import FeatureRequest
from ..model.finding import Reason
from ..model.mode import Mode
from ..model.recording import SignalKind, SignalMessage
from . import announcements
from .rules import CallRules, Progress, Stage

_STAGES: Final = {
    Stage.IDLE: "though nobody has called",
    Stage.CALLING: "though nobody has accepted the call yet",
    Stage.RINGING: "while it still rings",
    Stage.ACCEPTING: "though the service has not said yet what kind of call this is",
}
"""When a description may not be made or taken, in words."""


class Owner(Protocol):
    """The client, which is told what follows from the words of the service."""

    def give_up(self, reason: Reason, detail: str) -> None: ...

    def announce(self, notice: str) -> None: ...

    def switched(self, request: FeatureRequest) -> None: ...


class Attendant:
    """Keeps the rules of one call. `read` is the marker that came last in a line of chat."""

    def __init__(self, rules: CallRules, role: Role, owner: Owner) -> None:
        self.read: int | None = None
        self._rules = rules
        self._progress = Progress.begun(role)
        self._owner = owner

    @property
    def mode(self) -> Mode | None:
        """The mode in which the client may describe itself; None as long as it may not."""
        return self._rules.describing(self._progress)

    @property
    def too_early(self) -> str:
        """Why it may not, in words that follow what was tried."""
        return _STAGES[self._progress.stage]

    def picked_up(self) -> None:
        self._progress = self._rules.picked_up(self._progress)

    def told(self, message: SignalMessage) -> None:
        match message.kind:
            case SignalKind.INVITE:
                self._progress = self._rules.invited(self._progress)
            case SignalKind.ACCEPT:
                self._accepted(message.body)
            case SignalKind.DECLINE | SignalKind.CANCEL | SignalKind.HANGUP:
                self._owner.give_up(Reason.REMOTE_HUNG_UP, message.body)
            case SignalKind.FEATURE:
                self._switched(message.body)
            case SignalKind.FEATURE_REFUSED:
                self._refused(message.body)
            case SignalKind.POLICY:
                self._owner.announce(announcements.POLICY)
            case SignalKind.CHAT:
                found = chat.markers(message.body.encode())
                self.read = found[0] if found else self.read

    def _accepted(self, word: str) -> None:
        try:
            self._progress = self._rules.accepted(self._progress, word)
        except ValueError as error:
            self._owner.give_up(Reason.MODE_UNKNOWN, str(error))

    def _switched(self, body: str) -> None:
        request = announcements.requested(body)
        if request is None:
            return
        if self._rules.allows(self._progress, request.feature):
            self._owner.announce(announcements.switched(request))
            self._owner.switched(request)
        else:
            self._owner.announce(announcements.unheeded(request.feature))

    def _refused(self, body: str) -> None:
        feature = announcements.refused(body)
        if feature is not None:
            self._owner.announce(announcements.unavailable(feature))
