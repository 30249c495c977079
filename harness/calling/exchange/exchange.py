"""Everything that can happen to the exchange, each as (state, what happens) to an Outcome. No clock, no chance, no I/O.

A Refusal is raised before anything is changed; states are values, so the one before is still there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from . import calls, chat, descriptions, endings, features, presence
from .directory import Directory
from .outcome import Closed, Outcome
from .presence import with_presence
from .refusal import refuse
from .said import (
    Accept,
    Answer,
    BePresent,
    Cancel,
    CandidatesFound,
    Chat,
    Decline,
    HangUp,
    Invite,
    Offer,
    Ringing,
    Said,
    UseFeature,
)
from .state import Exchange, Session, Told
from .told import PolicyOf, Toggled, Welcome

MOST_DEVICES: Final = 8
"""Of one user, connected at the same time."""


def say(exchange: Exchange, directory: Directory, session: str, said: Said, fresh: str, now: float) -> Outcome:  # noqa: C901
    """A connected device says something. `fresh` is an id that was never used. Refusal."""
    who = exchange.sessions.get(session) or refuse("unknown-session", "This device is not connected.")
    match said:
        case Invite():
            return calls.invite(exchange, directory, who, said, fresh, now)
        case Ringing():
            return calls.ringing(exchange, directory, who, said)
        case Accept():
            return calls.accept(exchange, directory, who, said)
        case Decline():
            return calls.decline(exchange, directory, who, said)
        case Cancel():
            return calls.cancel(exchange, directory, who, said)
        case HangUp():
            return endings.hang_up(exchange, directory, who, said)
        case Offer():
            return descriptions.offer(exchange, who, said)
        case Answer():
            return descriptions.answer(exchange, directory, who, said)
        case CandidatesFound():
            return descriptions.candidates(exchange, who, said)
        case UseFeature():
            return features.use(exchange, directory, who, said, now)
        case Chat():
            return chat.chat(exchange, directory, who, said, fresh, now)
        case BePresent():
            return presence.be_present(exchange, directory, who, said)


def joined(exchange: Exchange, directory: Directory, session: Session) -> Outcome:
    """A device is connected, and told who it is. Refusal when its user has too many.

    A session that is there already must leave first.
    """
    user = directory.named(session.user)
    if len(exchange.of_user(session.user)) >= MOST_DEVICES:
        refuse("too-many-devices", f"At most {MOST_DEVICES} devices of a user are connected at the same time.")
    welcome = Welcome(user=user.name, display=directory.display(session.user, session.user), device=session.device.name)
    after = Outcome(
        replace(exchange, sessions={**exchange.sessions, session.id: session}), told=(Told((session.id,), welcome),)
    )
    return with_presence(exchange, after, directory, session.user)


def left(exchange: Exchange, directory: Directory, session: str) -> Outcome:
    """A device is gone, and its call with it; perhaps because its user is no user any more."""
    who = exchange.sessions.get(session)
    if who is None:
        return Outcome(exchange)
    rest = {id_: one for id_, one in exchange.sessions.items() if id_ != session}
    chosen = {user: one for user, one in exchange.presence.items() if user in directory.users}
    after = Outcome(replace(exchange, sessions=rest, presence=chosen))
    why = "disconnected" if who.user in directory.users else "user-removed"
    for call in exchange.calls.values():
        if session in call.sessions:
            after = _then(after, endings.abandoned(after.exchange, directory, call, who, why))
    return with_presence(exchange, after, directory, who.user)


def ticked(exchange: Exchange, directory: Directory, now: float, rings: float = endings.RING_SECONDS) -> Outcome:
    """Time has passed: calls that nobody took for so long as it `rings`, tokens that are no longer valid."""
    after = Outcome(exchange)
    for call in exchange.calls.values():
        after = _then(after, endings.overdue(after.exchange, directory, call, now, rings))
    expired = tuple(Closed(one.id, "expired") for one in exchange.sessions.values() if one.expires <= now)
    return replace(after, deeds=(*after.deeds, *expired))


def changed(exchange: Exchange, before: Directory, after: Directory) -> Outcome:
    """The tenant is another one: users are told what changed for them, and who is no user any more has to go."""
    told: list[Told] = []
    closed: list[Closed] = []
    for user in dict.fromkeys(session.user for session in exchange.sessions.values()):
        devices = tuple(one.id for one in exchange.of_user(user))
        old, new = before.users.get(user), after.users.get(user)
        if new is None:
            still = before.tenant_of(user).domain == after.tenant_of(user).domain
            closed += [Closed(one, "no-user" if still else "no-tenant") for one in devices]
            continue
        if old is None or old.toggle != new.toggle:
            told.append(Told(devices, Toggled(on=new.toggle)))
        now = after.effective(new)
        if old is None or before.effective(old) != now:
            frame = PolicyOf(
                policy=now.policy.name, rule=now.rule, because=now.because, may_turn_on=now.policy.allows_calls
            )
            told.append(Told(devices, frame))
    return Outcome(exchange, deeds=tuple(closed), told=tuple(told))


def voided(exchange: Exchange, sessions: Iterable[str], reason: str) -> Outcome:
    """These tokens are no longer valid."""
    return Outcome(exchange, deeds=tuple(Closed(one, reason) for one in sessions if one in exchange.sessions))


def _then(first: Outcome, second: Outcome) -> Outcome:
    return Outcome(
        second.exchange,
        {},
        (*first.deeds, *second.deeds),
        (*first.told, *second.told),
        (*first.news, *second.news),
    )
