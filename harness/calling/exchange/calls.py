"""The life of a call: it rings, one device accepts it, and somebody ends it (`endings`)."""

from __future__ import annotations

from dataclasses import replace

from ...model.mode import Mode
from . import bringing, guests
from .concern import concerning, elsewhere, free, from_outside, incoming, reachable, recorded, ringing_at
from .directory import Directory
from .endings import over
from .outcome import Answered, Outcome, Talker
from .presence import with_presence
from .refusal import Refusal, refuse
from .said import Accept, Cancel, Decline, Invite, Ringing
from .state import Call, Exchange, Session, Told
from .told import Accepted, Cancelled, Declined, IsRinging


def invite(exchange: Exchange, directory: Directory, session: Session, said: Invite, fresh: str, now: float) -> Outcome:
    """Ring every device of the callee. `fresh` becomes the call's id.

    Who calls from another tenant hears it ring at once, whoever is there, and then an answer or nothing: nobody there
    can be asked for the presence of people here.
    """
    callee = directory.address(session.user, said.to)
    if callee == session.user:
        refuse("yourself", "Nobody can call herself.")
    free(exchange, session)
    inside = directory.together(session.user, callee)
    try:
        rung = reachable(exchange, directory, callee, session.user)
    except Refusal:
        if inside:
            raise
        rung = ()
    call = Call(fresh, session.id, callee, said.media, now, rung)
    rings = () if inside else (Told((session.id,), IsRinging(call=call.id)),)
    told = (*rings, incoming(directory, call, (callee, rung), session))
    after = Outcome(exchange.with_call(call), {"call": call.id}, told=told)
    return with_presence(exchange, after, directory, session.user)


def ringing(exchange: Exchange, directory: Directory, session: Session, said: Ringing) -> Outcome:
    """A device rings: whoever called, or asked for the guest, is told, and from outside has been told already."""
    call = ringing_at(exchange, session, said.call)
    if call.ringing and from_outside(exchange, directory, call):
        return Outcome(exchange)
    return Outcome(exchange, told=(Told((call.asker,), IsRinging(call=call.id)),))


def accept(exchange: Exchange, directory: Directory, session: Session, said: Accept) -> Outcome:
    """The first device wins, and the mode is decided: from the two devices that really talk, once and for all."""
    call = ringing_at(exchange, session, said.call)
    free(exchange, session)
    if not call.ringing:
        return bringing.admitted(exchange, directory, call, session)
    caller = exchange.sessions[call.caller]
    mode = directory.mode((caller.user, caller.device), (session.user, session.device))
    if call.forwarded:
        mode = Mode.SERVICE
    up = replace(call, answered=session.id, mode=mode)
    display = directory.display(session.user, caller.user)
    accepted = Accepted(call=call.id, mode=mode, display=display, device=session.device.name)
    told = (Told((call.caller,), accepted), *elsewhere(call, session.id, "answered-elsewhere"))
    near, far = (Talker(one.id, directory.name(one.user), one.keying) for one in (caller, session))
    records = recorded(directory, call.id, up.parties, caller.user, session.user)
    tenants = directory.domains(caller.user, session.user)
    deeds = (Answered(call.id, near, far, bool(records), tenants),) if mode is Mode.SERVICE else ()
    after = Outcome(exchange.with_call(up), {"call": call.id, "mode": mode.value}, deeds, (*told, *records))
    return with_presence(exchange, after, directory, session.user)


def decline(exchange: Exchange, directory: Directory, session: Session, said: Decline) -> Outcome:
    """One device declines for all of its user's. It ends unless it rings at somebody else, too, or who calls is an
    outsider, to whom a decline is no answer either.
    """
    call = ringing_at(exchange, session, said.call)
    own = tuple(one for one in call.bells if exchange.sessions[one].user == session.user)
    others = tuple(one for one in own if one != session.id)
    told = (Told(others, Cancelled(call=call.id, why="declined-elsewhere")),) if others else ()
    if not call.ringing:
        return guests.failed(exchange, directory, call, told)
    left = tuple(one for one in call.bells if one not in own)
    if left or from_outside(exchange, directory, call):
        return Outcome(exchange.with_call(replace(call, rung=left)), told=told)
    return over(exchange, directory, call, (Told((call.caller,), Declined(call=call.id, why=said.why)), *told))


def cancel(exchange: Exchange, directory: Directory, session: Session, said: Cancel) -> Outcome:
    """The caller gives up while it rings."""
    call = concerning(exchange, session, said.call)
    if call.caller != session.id:
        refuse("not-the-caller", "Only who calls can cancel; who is called declines.")
    if not call.ringing:
        refuse("out-of-order", "The call has been accepted: it is hung up, not cancelled.")
    return over(exchange, directory, call, (Told(call.rung, Cancelled(call=call.id, why="cancelled")),))
