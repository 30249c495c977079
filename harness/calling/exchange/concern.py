"""Whom a call concerns. Everybody else is answered as if there were none: call ids tell nobody anything."""

from __future__ import annotations

from typing import Final

from .directory import Directory
from .refusal import refuse
from .state import Call, Exchange, Session, Told
from .told import Cancelled, Incoming, PartyOf, Recorded

MOST_AT_ONCE: Final = 8
"""Calls from one tenant that may ring at a user at the same time: beyond, the line is busy. Each tenant has its own, so
that strangers keep no colleague away."""


def concerning(exchange: Exchange, session: Session, call: str) -> Call:
    """The call, for a device that it concerns. Refusal `unknown-call`."""
    found = exchange.calls.get(call)
    if found is None or session.id not in found.sessions:
        refuse("unknown-call", "There is no such call of this device.")
    return found


def ringing_at(exchange: Exchange, session: Session, call: str) -> Call:
    """The call that rings at this device."""
    found = concerning(exchange, session, call)
    if session.id not in found.bells:
        if found.ringing:
            refuse("not-the-callee", "Only who is called can do this.")
        refuse("out-of-order", "The call has been accepted already.")
    return found


def held_by(exchange: Exchange, session: Session, call: str) -> Call:
    """The accepted call that this device is in."""
    found = concerning(exchange, session, call)
    if found.ringing or session.id not in found.parties:
        refuse("out-of-order", "The call has not been accepted yet.")
    return found


def free(exchange: Exchange, session: Session) -> None:
    """A device is in one call at a time."""
    if exchange.held_by(session.id) is not None:
        refuse("in-a-call", "This device is in a call already.")


def reachable(exchange: Exchange, directory: Directory, user: str, by: str) -> tuple[str, ...]:
    """The devices at which a call for this user rings, which user `by` wants. Refusal `unavailable` or `busy`."""
    rung = tuple(one.id for one in exchange.of_user(user))
    if not rung:
        refuse("unavailable", f"{directory.display(user, by)} has no device connected.")
    ringing = sum(
        not set(rung).isdisjoint(call.bells) and directory.together(exchange.sessions[call.asker].user, by)
        for call in exchange.calls.values()
    )
    if exchange.in_call(user) or ringing >= MOST_AT_ONCE:
        refuse("busy", f"{directory.display(user, by)} is in another call.")
    return rung


def from_outside(exchange: Exchange, directory: Directory, call: Call) -> bool:
    """Whether whoever called is of another tenant than the callee, and must not learn who is there, or what they do."""
    return not directory.together(exchange.sessions[call.caller].user, call.callee)


def elsewhere(call: Call, session: str, why: str) -> tuple[Told, ...]:
    """What the other devices are told at which it rings."""
    others = tuple(one for one in call.bells if one != session)
    return (Told(others, Cancelled(call=call.id, why=why)),) if others else ()


def recorded(directory: Directory, call: str, to: tuple[str, ...], *users: str) -> tuple[Told, ...]:
    """What devices in a call are told when one of these users is under compliance recording."""
    return (Told(to, Recorded(call=call)),) if directory.recorded(*users) else ()


def incoming(directory: Directory, call: Call, to: tuple[str, tuple[str, ...]], by: Session) -> Told:
    """What devices of a user are told at which a call begins to ring."""
    user, rung = to
    display = directory.display(by.user, user)
    return Told(rung, Incoming(call=call.id, sender=directory.name(by.user), display=display, media=call.media))


def party(
    exchange: Exchange, directory: Directory, call: Call, to: tuple[str, ...], user: str, *, there: bool
) -> tuple[Told, ...]:
    """What devices in a call are told of a user who is in it now, or no more: each as its own tenant shows people."""
    tenants = {one: directory.tenant_of(exchange.sessions[one].user).domain for one in to}
    return tuple(
        Told(devices, _party(directory, call, exchange.sessions[devices[0]].user, user, there))
        for domain in dict.fromkeys(tenants.values())
        if (devices := tuple(one for one in to if tenants[one] == domain))
    )


def _party(directory: Directory, call: Call, viewer: str, user: str, there: bool) -> PartyOf:
    display = directory.display(user, viewer)
    return PartyOf(call=call.id, user=directory.name(user), display=display, there=there)
