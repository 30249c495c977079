"""How somebody comes into an ordinary call because a party asks for it, and what becomes of who asked."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ...model.feature import Feature
from ...model.mode import Mode
from ...model.tenant import same
from .concern import elsewhere, party, reachable, recorded
from .directory import Directory
from .endings import without
from .outcome import Admitted, Joined, Outcome
from .presence import with_presence
from .refusal import refuse
from .state import Call, Exchange, Guest, Session, Told
from .told import HungUp

BRINGS: Final = frozenset(
    {
        (Feature.TRANSFER, True),
        (Feature.CONSULT_TRANSFER, True),
        (Feature.MERGE, True),
        (Feature.ADD_PARTICIPANT, True),
        (Feature.PARK, False),
        (Feature.COMPANION, True),
    }
)
"""What takes a further person or device."""
BETWEEN_TWO: Final = frozenset({Feature.TRANSFER, Feature.CONSULT_TRANSFER, Feature.COMPANION})


def guest_of(
    exchange: Exchange, directory: Directory, call: Call, asked: tuple[Feature, Session, str | None], now: float
) -> Guest:
    """Whom a feature takes: a user by name, or for a companion one of the asker's own devices. Refusal."""
    feature, by, argument = asked
    if feature in BETWEEN_TWO:
        between_two(call)
    elif call.invited is not None or call.alone is not (feature is Feature.PARK):
        refuse("not-now", "It cannot be done as the call is now.")
    if feature is Feature.COMPANION:
        rung = _own(exchange, by, argument)
        return Guest(feature, by.id, by.user, f"{directory.name(by.user)} companion", now, rung)
    if argument is None:
        refuse("not-now", "It takes the name of a user.")
    user = directory.colleague(by.user, argument)
    if user in {exchange.sessions[one].user for one in call.parties}:
        refuse("not-now", f"{directory.display(user, by.user)} is in the call.")
    return Guest(feature, by.id, user, directory.name(user), now, reachable(exchange, directory, user, by.user))


def between_two(call: Call) -> None:
    """Refusal when the call is not between two, or somebody is on the way in."""
    if len(call.parties) != 2 or call.invited is not None:
        refuse("not-now", "It can be done in a call between two, while nobody else is being brought in.")


def admitted(exchange: Exchange, directory: Directory, call: Call, session: Session) -> Outcome:
    """One of the guest's devices accepts; the service offers it the call, which is an ordinary one."""
    guest = call.invited
    assert guest is not None
    after = _with_guest(call, guest, replace(guest, session=session.id))
    after = replace(after, gone=after.gone - {session.id})
    records = recorded(directory, call.id, after.parties, session.user)
    out = Outcome(
        exchange.with_call(after),
        {"call": call.id, "mode": Mode.SERVICE.value},
        (Admitted(call.id, guest.leg, session.id, bool(records), session.keying),),
        (*elsewhere(call, session.id, "answered-elsewhere"), *records),
    )
    return with_presence(exchange, out, directory, session.user)


def joined(exchange: Exchange, directory: Directory, call: Call, session: Session, sdp: str) -> Outcome:
    """The guest's answer: the guest is there, and told who else is; who transferred the call is not any more."""
    guest = call.invited
    assert guest is not None
    after = replace(_with_guest(call, guest, replace(guest, joined=True)), alone=False)
    others = tuple(one for one in after.parties if one != session.id)
    here = dict.fromkeys(exchange.sessions[one].user for one in others if exchange.sessions[one].user != guest.user)
    told = [*party(exchange, directory, call, others, guest.user, there=True)]
    told += [one for user in here for one in party(exchange, directory, call, (session.id,), user, there=True)]
    out = Outcome(exchange.with_call(after), {}, (Joined(call.id, guest.leg, sdp),), tuple(told))
    if guest.feature is not Feature.TRANSFER:
        return out
    return then_leaves(out, directory, after, guest.by, "transferred")


def then_leaves(out: Outcome, directory: Directory, call: Call, session: str, why: str) -> Outcome:
    """`out`, after which a party is out of the call by what it has asked for."""
    left = without(out.exchange, directory, call, out.exchange.sessions[session], why)
    told = (*out.told, Told((session,), HungUp(call=call.id, reason=why)), *left.told)
    return Outcome(left.exchange, out.answer, (*out.deeds, *left.deeds), told, (*out.news, *left.news))


def _own(exchange: Exchange, by: Session, name: str | None) -> tuple[str, ...]:
    """The asker's other devices, or the one that is named."""
    found = tuple(
        one.id
        for one in exchange.of_user(by.user)
        if one.id != by.id and (name is None or same(one.device.name) == same(name))
    )
    if not found or any(exchange.held_by(one) is not None for one in found):
        refuse("unavailable", "There is no other device of yours that is connected and free.")
    return found


def _with_guest(call: Call, old: Guest, new: Guest) -> Call:
    return replace(call, guests=tuple(new if one is old else one for one in call.guests))
