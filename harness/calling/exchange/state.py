"""Who is connected and who calls whom: values that are replaced and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ...model.feature import Feature
from ...model.keying import Keying
from ...model.mode import Mode
from ...model.tenant import Client
from .told import Frame
from .words import Medium, Presence


@dataclass(frozen=True, slots=True)
class Session:
    """A device that is connected. `user` is its user's comparable name; `expires` in seconds since the epoch.

    `keying`: how its client gets the keys of ordinary calls.
    """

    id: str
    user: str
    device: Client
    expires: float
    keying: Keying = Keying.SDES


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody whom a feature brings into an ordinary call.

    `by` is the session that asked, `user` the guest's comparable name, `leg` the guest's name at the media processor.
    `rung` may accept until one has (`session`); `joined`: its media have come.
    """

    feature: Feature
    by: str
    user: str
    leg: str
    since: float
    rung: tuple[str, ...]
    session: str | None = None
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call of two people, and of those whom they have brought in.

    `caller` is a session, `callee` a user until a device accepts: then `answered` is that session and `mode` is
    decided. `rung` are the callee's sessions that may accept. `offered` is the session whose offer is open;
    `described` says that there has been one. `since`: when it began to ring. `gone` have left a call that goes on;
    `alone`: it goes on with one party, who is parked or speaks to a voicemail. `forwarded`: others may answer too.
    A call from another tenant may ring at nobody, which its caller cannot know.
    """

    id: str
    caller: str
    callee: str
    media: tuple[Medium, ...]
    since: float
    rung: tuple[str, ...]
    answered: str | None = None
    mode: Mode | None = None
    described: bool = False
    offered: str | None = None
    guests: tuple[Guest, ...] = ()
    gone: frozenset[str] = frozenset()
    alone: bool = False
    forwarded: bool = False

    @property
    def ringing(self) -> bool:
        """Nobody has taken it yet."""
        return self.answered is None and not self.alone

    @property
    def invited(self) -> Guest | None:
        """The guest who is still on the way in: there is one at a time."""
        return next((guest for guest in self.guests if not guest.joined), None)

    @property
    def coming(self) -> str | None:
        """The device of a guest who has accepted, and has not been heard yet."""
        return None if self.invited is None else self.invited.session

    @property
    def asker(self) -> str:
        """The device that waits for somebody to answer."""
        return self.caller if self.invited is None else self.invited.by

    @property
    def parties(self) -> tuple[str, ...]:
        """The devices that are in it, and not merely rung."""
        everybody = (self.caller, self.answered, *(guest.session for guest in self.guests))
        return tuple(dict.fromkeys(one for one in everybody if one is not None and one not in self.gone))

    @property
    def bells(self) -> tuple[str, ...]:
        """The devices at which it rings."""
        if self.ringing:
            return self.rung
        return self.invited.rung if self.invited is not None and self.coming is None else ()

    @property
    def sessions(self) -> tuple[str, ...]:
        """Every device that this call concerns."""
        return (*self.parties, *self.bells)

    def other(self, session: str) -> str | None:
        """The device at the other end of a call between two; None when there are fewer or more, or one is coming in."""
        parties = self.parties
        if len(parties) != 2 or self.coming is not None:
            return None
        return parties[0] if session == parties[1] else parties[1]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Everything that is going on. `presence` is what users have chosen, by comparable name."""

    sessions: Mapping[str, Session] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    presence: Mapping[str, Presence] = field(default_factory=dict)

    def of_user(self, user: str) -> tuple[Session, ...]:
        """The user's connected devices."""
        return tuple(session for session in self.sessions.values() if session.user == user)

    def held_by(self, session: str) -> Call | None:
        """The call that this device is in."""
        return next((call for call in self.calls.values() if session in call.parties), None)

    def in_call(self, user: str) -> bool:
        return any(self.held_by(session.id) is not None for session in self.of_user(user))

    def present(self, user: str) -> Presence:
        """What the directory says of a user: offline without a device, busy in a call, else what was chosen."""
        return self.presences().get(user, Presence.OFFLINE)

    def presences(self) -> dict[str, Presence]:
        """The same of everybody who has a device, in one pass: a directory asks for hundreds while calls wait."""
        parties = {party for call in self.calls.values() for party in call.parties}
        busy = {one.user for one in self.sessions.values() if one.id in parties}
        chosen = {one.user: self.presence.get(one.user, Presence.AVAILABLE) for one in self.sessions.values()}
        return {**chosen, **dict.fromkeys(busy, Presence.BUSY)}

    def with_call(self, call: Call) -> Exchange:
        return replace(self, calls={**self.calls, call.id: call})

    def without_call(self, call: Call) -> Exchange:
        return replace(self, calls={id_: one for id_, one in self.calls.items() if id_ != call.id})


NOBODY: Final = Exchange()


@dataclass(frozen=True, slots=True)
class Told:
    """One frame for these sessions."""

    to: tuple[str, ...]
    frame: Frame
