"""Who is connected and who calls whom: values that are replaced and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ...model.scenario import Mode
from ...model.tenant import Client
from .told import Frame
from .words import Medium, Presence


@dataclass(frozen=True, slots=True)
class Session:
    """A device that is connected. `user` is its user's comparable name; `expires` in seconds since the epoch."""

    id: str
    user: str
    device: Client
    expires: float


@dataclass(frozen=True, slots=True)
class Call:
    """A call of two people.

    `caller` is a session, `callee` a user until a device accepts: then `answered` is that session and `mode` is
    decided. `rung` are the callee's sessions that may accept. `offered` is the session whose offer is open;
    `described` says that there has been one. `since`: when it began to ring.
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

    def holds(self, session: str) -> bool:
        """Whether this device is in the call, and not merely rung."""
        return session in (self.caller, self.answered)

    def other(self, session: str) -> str | None:
        """The device at the other end; None while nobody has accepted."""
        return self.answered if session == self.caller else self.caller

    def sessions(self) -> tuple[str, ...]:
        """Every device that this call concerns."""
        return (self.caller, *(self.rung if self.answered is None else (self.answered,)))


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
        return next((call for call in self.calls.values() if call.holds(session)), None)

    def ringing_at(self, session: str) -> Iterator[Call]:
        """The calls that ring at this device."""
        return (call for call in self.calls.values() if call.answered is None and session in call.rung)

    def in_call(self, user: str) -> bool:
        return any(self.held_by(session.id) is not None for session in self.of_user(user))

    def present(self, user: str) -> Presence:
        """What the directory says of a user: offline without a device, busy in a call, else what was chosen."""
        if not self.of_user(user):
            return Presence.OFFLINE
        return Presence.BUSY if self.in_call(user) else self.presence.get(user, Presence.AVAILABLE)

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
