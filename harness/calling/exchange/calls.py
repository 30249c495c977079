"""The life of a call: it rings, one device accepts it or somebody ends it. What is over stays over.

Who is not concerned by a call is answered as if there were none: call ids tell nobody anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ...model.scenario import Mode
from ...model.tenant import same
from .directory import Directory
from .outcome import Answered, Ended, Outcome, Talker
from .presence import with_presence
from .refusal import refuse
from .said import Accept, Cancel, Decline, HangUp, Invite, Ringing
from .state import Call, Exchange, Session, Told
from .told import Accepted, Cancelled, Declined, Frame, HungUp, Incoming, IsRinging

RING_SECONDS: Final = 60.0
MOST_AT_ONCE: Final = 8
"""Calls that may ring at a user at the same time: beyond, the line is busy."""


def invite(exchange: Exchange, directory: Directory, session: Session, said: Invite, fresh: str, now: float) -> Outcome:
    """Ring every device of the callee. `fresh` becomes the call's id."""
    callee = same(directory.named(said.to).name)
    if callee == session.user:
        refuse("yourself", "Nobody can call herself.")
    if exchange.held_by(session.id) is not None:
        refuse("in-a-call", "This device is in a call already.")
    rung = tuple(one.id for one in exchange.of_user(callee))
    if not rung:
        refuse("unavailable", f"{directory.display(callee)} has no device connected.")
    ringing = sum(call.callee == callee and call.answered is None for call in exchange.calls.values())
    if exchange.in_call(callee) or ringing >= MOST_AT_ONCE:
        refuse("busy", f"{directory.display(callee)} is in another call.")
    call = Call(fresh, session.id, callee, said.media, now, rung)
    incoming = Incoming(
        call=call.id, sender=directory.name(session.user), display=directory.display(session.user), media=said.media
    )
    after = Outcome(exchange.with_call(call), {"call": call.id}, told=(Told(rung, incoming),))
    return with_presence(exchange, after, directory, session.user)


def ringing(exchange: Exchange, session: Session, said: Ringing) -> Outcome:
    """A callee's device rings."""
    call = rung_at(exchange, session, said.call)
    return Outcome(exchange, told=(Told((call.caller,), IsRinging(call=call.id)),))


def accept(exchange: Exchange, directory: Directory, session: Session, said: Accept) -> Outcome:
    """The first device wins, and the mode is decided: from the two devices that really talk, once and for all."""
    call = rung_at(exchange, session, said.call)
    if exchange.held_by(session.id) is not None:
        refuse("in-a-call", "This device is in a call already.")
    caller = exchange.sessions[call.caller]
    mode = directory.mode((caller.user, caller.device), (session.user, session.device))
    up = replace(call, answered=session.id, mode=mode)
    accepted = Accepted(call=call.id, mode=mode, display=directory.display(session.user), device=session.device.name)
    told = (Told((call.caller,), accepted), *_others(call, session.id, "answered-elsewhere"))
    talkers = (Talker(one.id, directory.name(one.user)) for one in (caller, session))
    deeds = (Answered(call.id, *talkers),) if mode is Mode.SERVICE else ()
    after = Outcome(exchange.with_call(up), {"call": call.id, "mode": mode.value}, deeds, told)
    return with_presence(exchange, after, directory, session.user)


def decline(exchange: Exchange, directory: Directory, session: Session, said: Decline) -> Outcome:
    """One device declines for the user: it ends for all."""
    call = rung_at(exchange, session, said.call)
    declined = Told((call.caller,), Declined(call=call.id, why=said.why))
    return over(exchange, directory, call, (declined, *_others(call, session.id, "declined-elsewhere")))


def cancel(exchange: Exchange, directory: Directory, session: Session, said: Cancel) -> Outcome:
    """The caller gives up while it rings."""
    call = concerning(exchange, session, said.call)
    if call.caller != session.id:
        refuse("not-the-caller", "Only who calls can cancel; who is called declines.")
    if call.answered is not None:
        refuse("out-of-order", "The call has been accepted: it is hung up, not cancelled.")
    return over(exchange, directory, call, (Told(call.rung, Cancelled(call=call.id, why="cancelled")),))


def hang_up(exchange: Exchange, directory: Directory, session: Session, said: HangUp) -> Outcome:
    """Either party ends the call."""
    call, other = held_with(exchange, session, said.call)
    return over(exchange, directory, call, (Told((other,), HungUp(call=call.id, reason=said.reason)),))


def unanswered(exchange: Exchange, directory: Directory, call: Call) -> Outcome:
    """Nobody has taken the call in time."""
    return over(exchange, directory, call, (Told(call.sessions(), Cancelled(call=call.id, why="no-answer")),))


def abandoned(exchange: Exchange, directory: Directory, call: Call, session: str) -> Outcome:
    """A device that the call concerns is gone. It ends unless another one can still accept it."""
    if call.answered is not None:
        frame: Frame = HungUp(call=call.id, reason="disconnected")
        rest = tuple(one for one in call.sessions() if one != session)
    elif session == call.caller:
        frame, rest = Cancelled(call=call.id, why="cancelled"), call.rung
    else:
        left = tuple(one for one in call.rung if one != session)
        if left:
            return Outcome(exchange.with_call(replace(call, rung=left)))
        frame, rest = Cancelled(call=call.id, why="unavailable"), (call.caller,)
    return over(exchange, directory, call, (Told(rest, frame),))


def over(exchange: Exchange, directory: Directory, call: Call, told: tuple[Told, ...]) -> Outcome:
    """The state without the call."""
    deeds = () if call.mode is Mode.E2EE else (Ended(call.id),)
    after = Outcome(exchange.without_call(call), deeds=deeds, told=told)
    users = {exchange.sessions[one].user for one in call.sessions() if one in exchange.sessions}
    for user in sorted(users):
        after = with_presence(exchange, after, directory, user)
    return after


def concerning(exchange: Exchange, session: Session, call: str) -> Call:
    """The call, for a device that it concerns. Refusal `unknown-call`."""
    found = exchange.calls.get(call)
    if found is None or session.id not in found.sessions():
        refuse("unknown-call", "There is no such call of this device.")
    return found


def rung_at(exchange: Exchange, session: Session, call: str) -> Call:
    """The call that rings at this device."""
    found = concerning(exchange, session, call)
    if found.caller == session.id:
        refuse("not-the-callee", "Only who is called can do this.")
    if found.answered is not None:
        refuse("out-of-order", "The call has been accepted already.")
    return found


def held_with(exchange: Exchange, session: Session, call: str) -> tuple[Call, str]:
    """The accepted call that this device is in, and the other device."""
    found = concerning(exchange, session, call)
    other = found.other(session.id)
    if not found.holds(session.id) or other is None:
        refuse("out-of-order", "The call has not been accepted yet.")
    return found, other


def _others(call: Call, session: str, why: str) -> tuple[Told, ...]:
    others = tuple(one for one in call.rung if one != session)
    return (Told(others, Cancelled(call=call.id, why=why)),) if others else ()
