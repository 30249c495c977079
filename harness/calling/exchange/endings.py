"""How a call ends, or goes on without somebody. What is over stays over."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ...model.mode import Mode
from . import guests, voicemail
from .concern import from_outside, held_by, party
from .directory import Directory
from .outcome import Ended, Left, Outcome
from .presence import with_presence
from .said import HangUp
from .state import Call, Exchange, Session, Told
from .told import Cancelled, HungUp

RING_SECONDS: Final = 60.0
"""How long a call rings, unless the service is told otherwise."""


def hang_up(exchange: Exchange, directory: Directory, session: Session, said: HangUp) -> Outcome:
    """A party leaves, which ends a call between two."""
    call = held_by(exchange, session, said.call)
    return departed(exchange, directory, call, session, said.reason)


def overdue(exchange: Exchange, directory: Directory, call: Call, now: float, most: float) -> Outcome:
    """What becomes of a call by the passing of time alone: for `most` seconds nobody has taken it, or no guest came."""
    if call.ringing and now - call.since >= most:
        if voicemail.takes_unanswered(exchange, directory, call):
            return voicemail.answers(exchange, directory, call)
        return over(exchange, directory, call, (Told(call.sessions, Cancelled(call=call.id, why="no-answer")),))
    guest = call.invited
    if guest is not None and now - guest.since >= most:
        return guests.failed(exchange, directory, call, guests.dropped(call, guest, "no-answer"))
    return Outcome(exchange)


def abandoned(exchange: Exchange, directory: Directory, call: Call, who: Session, why: str) -> Outcome:
    """A device that the call concerns is gone, and no session of `exchange` any more. What rings ends unless another
    device can still accept, or who calls is an outsider, who goes on hearing it ring."""
    if not call.ringing and who.id in call.parties:
        return departed(exchange, directory, call, who, why)
    if who.id == call.caller:
        return over(exchange, directory, call, (Told(call.rung, Cancelled(call=call.id, why="cancelled")),))
    left = tuple(one for one in call.bells if one != who.id)
    if not call.ringing:
        return guests.silenced(exchange, directory, call, left)
    if left or from_outside(exchange, directory, call):
        return Outcome(exchange.with_call(replace(call, rung=left)))
    return over(exchange, directory, call, (Told((call.caller,), Cancelled(call=call.id, why="unavailable")),))


def departed(exchange: Exchange, directory: Directory, call: Call, who: Session, reason: str) -> Outcome:
    """A party is out of the call; a guest who has not been heard yet merely stays out."""
    if who.id == call.coming:
        return guests.failed(exchange, directory, call)
    return without(exchange, directory, call, who, reason)


def without(exchange: Exchange, directory: Directory, call: Call, who: Session, reason: str) -> Outcome:
    """The call goes on without this party where two are left, or one is enough; else it is over."""
    rest = tuple(one for one in call.parties if one not in (who.id, call.coming))
    if len(rest) < (1 if call.alone else 2):
        return over(exchange, directory, call, (Told(rest, HungUp(call=call.id, reason=reason)),))
    first, guest = Outcome(exchange), call.invited
    if guest is not None and guest.by == who.id:
        first = guests.failed(exchange, directory, call, guests.dropped(call, guest, "cancelled"))
        call = first.exchange.calls[call.id]
    call = replace(call, gone=call.gone | {who.id}, offered=None if call.offered == who.id else call.offered)
    after = Outcome(
        first.exchange.with_call(call),
        deeds=(*first.deeds, Left(call.id, who.id)),
        told=(*first.told, *party(exchange, directory, call, call.parties, who.user, there=False)),
        news=first.news,
    )
    return with_presence(exchange, after, directory, who.user)


def over(exchange: Exchange, directory: Directory, call: Call, told: tuple[Told, ...]) -> Outcome:
    """The state without the call. A guest's devices stop ringing."""
    guest = call.invited
    bells = () if call.ringing or guest is None else guests.dropped(call, guest, "cancelled")
    deeds = () if call.mode is Mode.E2EE else (Ended(call.id),)
    after = Outcome(exchange.without_call(call), deeds=deeds, told=(*told, *bells))
    users = {exchange.sessions[one].user for one in call.sessions if one in exchange.sessions}
    for user in sorted(users):
        after = with_presence(exchange, after, directory, user)
    return after
